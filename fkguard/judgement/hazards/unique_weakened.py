"""A unique constraint gives way to one that promises less."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import WEAKENED
from ...schema.constraints import Unique
from .base import Case, Hazard
from .text import operations, wording


class UniqueWeakened(Hazard):
    id = "W225"
    slug = "unique_weakened"
    title = "A unique constraint gets another column or a condition."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == WEAKENED

    def message(self, case: Case) -> str:
        old, new = case.constraint, case.consequence.becomes
        assert new is not None
        table = wording.shown(case.consequence.table)
        return (
            f"{wording.label(old)} of {table} becomes {wording.label(new)}: "
            f"{_allowed(case)}."
        )

    def why(self, case: Case) -> str:
        return (
            "The migration changes it explicitly. Code that relies on the old "
            "constraint, such as get() and update_or_create(), fails at the first "
            "duplicate, and the old constraint cannot be added again while there are "
            "duplicates."
        )

    def instead(self, case: Case) -> str:
        return operations.acknowledgement(case, self.id)


def _allowed(case: Case) -> str:
    """Return which rows may repeat the old key from now on."""
    old, new = case.constraint, case.consequence.becomes
    assert isinstance(old, Unique)
    assert isinstance(new, Unique)
    repeated = f"({', '.join(case.members)})"
    more = [each for each in new.columns if each not in old.columns]
    if more:
        differs = "differs" if len(more) == 1 else "differ"
        return f"rows may repeat {repeated} where {', '.join(more)} {differs}"
    if new.condition and new.condition != old.condition:
        return f"rows outside its condition may repeat {repeated}"
    return f"rows with a NULL may repeat {repeated}"
