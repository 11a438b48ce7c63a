"""What the hazards that `verify` finds have in common."""

from __future__ import annotations

from typing import ClassVar

from ...schema.catalogue import Catalogue
from ...schema.constraints import Constraint
from .base import Case, Hazard
from .text import wording


class Drift(Hazard):
    """A database that is not as the migrations declare; told by kind alone.

    No mode refuses it: a migration that has nothing to do with it may run.
    """

    kind: ClassVar[str]
    refused_in = frozenset()
    remedy = "To fix it:"

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == self.kind

    def instead(self, case: Case) -> str:
        return "python manage.py fkguard repair"


def table(case: Case) -> str:
    """Return the table, for a reader."""
    return wording.shown(case.consequence.table)


def declared(case: Case) -> str:
    """Return who declares it, as the end of a sentence."""
    return f", which {case.owner} declares" if case.owner else ""


def promise(constraint: Constraint) -> str:
    """Return what a constraint says, with no name that an expression makes long."""
    return constraint.describe()
