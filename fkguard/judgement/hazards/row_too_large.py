"""The rows of a table are larger than a table allows (MySQL, MariaDB)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, ROW_TOO_LARGE
from .base import Case, Hazard
from .text import wording


class RowTooLarge(Hazard):
    id = "E323"
    slug = "row_too_large"
    title = "The rows of a table are larger than the server allows (MySQL, MariaDB)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        consequence = case.consequence
        return consequence.kind == FAILS and consequence.error == ROW_TOO_LARGE

    def message(self, case: Case) -> str:
        return (
            f"{wording.subject(case.event)} fails: the text columns of a row of "
            f"{wording.shown(case.consequence.table)} may have "
            f"{case.consequence.detail}."
        )

    def why(self, case: Case) -> str:
        return (
            f"{wording.refusal(case)} The columns of a row may have 65,535 bytes "
            "together, without TextField, which is stored apart; a character in "
            "utf8mb4 counts as 4."
        )

    def instead(self, case: Case) -> str:
        return "# A smaller max_length, or a TextField."
