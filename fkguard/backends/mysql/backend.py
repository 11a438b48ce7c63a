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
