"""Raw SQL that the linter cannot read."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import UNREAD
from ...schema.events import RunStatement
from .base import Case, Hazard

_LONGEST = 60


class SqlNotRead(Hazard):
    id = "W232"
    slug = "sql_not_read"
    title = "Raw SQL could not be analyzed."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == UNREAD

    def message(self, case: Case) -> str:
        return f"This SQL could not be analyzed: {_shortened(case)}"

    def why(self, case: Case) -> str:
        return f"{case.consequence.error} Its effect on constraints is unknown."


def _shortened(case: Case) -> str:
    assert isinstance(case.event, RunStatement)
    text = " ".join(case.event.sql.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
