"""Two apps reference each other, and no migration says which comes first (H36)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import CIRCULAR
from ...schema.constraints import ForeignKey
from .base import Case, Hazard
from .text import wording


class CircularForeignKeys(Hazard):
    id = "W227"
    slug = "circular_foreign_keys"
    title = "A foreign key creates a circular dependency between apps."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == CIRCULAR

    def message(self, case: Case) -> str:
        constraint = case.constraint
        assert isinstance(constraint, ForeignKey)
        return (
            f"{wording.located(case)} references {wording.shown(constraint.to_table)}, "
            "whose app references this one."
        )

    def why(self, case: Case) -> str:
        return (
            "The migrations of the two apps depend on each other: `migrate` for one of "
            "the apps, `sqlmigrate` for a squashed history and the squash itself need "
            "a table that does not exist yet."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Keep this field in a separate migration, after the CreateModel of\n"
            "# both apps, and do not squash the two migrations into one."
        )
