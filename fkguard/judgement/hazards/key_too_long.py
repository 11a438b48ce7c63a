"""The key of an index is longer than InnoDB's (MySQL, MariaDB)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, KEY_TOO_LONG
from .base import Case, Hazard
from .text import wording


class KeyTooLong(Hazard):
    id = "E321"
    slug = "key_too_long"
    title = "The key of an index is longer than InnoDB takes (MySQL, MariaDB)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        consequence = case.consequence
        return consequence.kind == FAILS and consequence.error == KEY_TOO_LONG

    def message(self, case: Case) -> str:
        return (
            f"{wording.subject(case.event)} fails: the key of "
            f"{wording.label(case.constraint)} has {case.consequence.detail}."
        )

    def why(self, case: Case) -> str:
        return (
            f"{wording.refusal(case)} A key has at most 3072 bytes, and 767 in the row "
            "formats REDUNDANT and COMPACT; a character of utf8mb4 counts for 4."
        )

    def instead(self, case: Case) -> str:
        return (
            "# A smaller max_length: 768 characters of utf8mb4 for all text columns\n"
            "# of the key together; or a unique constraint on a hash of the text."
        )
