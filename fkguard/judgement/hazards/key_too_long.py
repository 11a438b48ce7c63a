"""The key of an index is longer than InnoDB's (MySQL, MariaDB)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, KEY_TOO_LONG
from .base import Case, Hazard
from .text import wording


class KeyTooLong(Hazard):
    id = "E321"
    slug = "key_too_long"
    title = "The key of an index is longer than InnoDB allows (MySQL, MariaDB)."

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
            "formats REDUNDANT and COMPACT; a character in utf8mb4 counts as 4."
        )

    def instead(self, case: Case) -> str:
        return (
            "# A smaller max_length: at most 768 characters in utf8mb4 for all text\n"
            "# columns of the key. Or a unique constraint on a hash of the text."
        )
