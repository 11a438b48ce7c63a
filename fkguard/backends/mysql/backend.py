"""The facts of MySQL, which MariaDB shares."""

from __future__ import annotations

from ...schema.identifiers import Name
from ..base.backend import Backend as BaseBackend


class Backend(BaseBackend):
    """MySQL."""

    flavour = "mysql"
    quote_character = "`"
    names = Name
    defers_foreign_keys = False
    indexes_foreign_keys = True
    keeps_indexes_apart = False
    forgets_unchecked_rows = True
    takes_set_null_on_not_null = False
    runs_comments = True
    can_rollback_ddl = False
    missing_table_error = "error 1824"
    partitions_have_foreign_keys = False

    def runs_comment(self, version: tuple[int, ...], number: int, mark: str) -> bool:
        return not mark and number <= number_of(version)


def number_of(version: tuple[int, ...]) -> int:
    """Return a version as it stands in a comment: 80402 for 8.4.2."""
    major, minor, patch = (*version, 0, 0, 0)[:3]
    return major * 10000 + minor * 100 + patch
