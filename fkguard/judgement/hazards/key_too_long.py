"""The key of an index is longer than InnoDB's (MySQL, MariaDB)."""

from __future__ import annotations

from ...schema.catalogue import OLD_ROW_FORMATS, Catalogue
from ...schema.consequences import FAILS, KEYS_TOO_LONG
from .base import Case, Hazard
from .text import operations, sql, wording


class KeyTooLong(Hazard):
    id = "E321"
    slug = "key_too_long"
    title = "The key of an index is longer than InnoDB allows (MySQL, MariaDB)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        consequence = case.consequence
        return consequence.kind == FAILS and consequence.error in KEYS_TOO_LONG

    def message(self, case: Case) -> str:
        of = "a column of" if _is_of_old_format(case) else "the key of"
        return (
            f"{wording.subject(case.event)} fails: {of} "
            f"{wording.label(case.constraint)} has {case.consequence.detail}."
        )

    def why(self, case: Case) -> str:
        limit = (
            f"The row format of {wording.shown(case.before.name)} is "
            f"{case.before.row_format.upper()}, in which a column of a key has at most "
            "767 bytes"
            if _is_of_old_format(case)
            else "A key has at most 3072 bytes"
        )
        return f"{wording.refusal(case)} {limit}; a character in utf8mb4 counts as 4."

    def instead(self, case: Case) -> str:
        if _is_of_old_format(case):
            table = sql.statements_of(case).quote(case.before.name)
            return operations.lines(
                operations.run_sql(f"ALTER TABLE {table} ROW_FORMAT = DYNAMIC"),
                "# in a migration before this one. It copies the table. Or a smaller",
                "# max_length: at most 191 characters in utf8mb4.",
            )
        return (
            "# A smaller max_length: at most 768 characters in utf8mb4 for all text\n"
            "# columns of the key. Or a unique constraint on a hash of the text."
        )


def _is_of_old_format(case: Case) -> bool:
    return case.before.row_format in OLD_ROW_FORMATS
