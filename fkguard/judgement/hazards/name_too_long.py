"""A constraint is to be made under a name that is too long (H32)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from .base import Case, Hazard
from .text import wording

#: The error of MySQL and MariaDB, and how many characters they take.
ERROR = "1059"
LONGEST = 64


class NameTooLong(Hazard):
    id = "E315"
    slug = "name_too_long"
    title = "The name of a new constraint is too long."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == FAILS and case.consequence.error == ERROR

    def message(self, case: Case) -> str:
        constraint = case.constraint
        return (
            f"{wording.subject(case.event)} fails: the name of {constraint.kind} "
            f"({', '.join(case.members)}) has {len(constraint.name)} characters, "
            f"{constraint.name}."
        )

    def why(self, case: Case) -> str:
        return (
            f"{wording.refusal(case)} Names have at most {LONGEST} characters there; "
            "Django shortens the names that it makes up, and no other."
        )

    def instead(self, case: Case) -> str:
        return (
            f"# Give it a name of at most {LONGEST} characters, in the model, too: "
            f'name="{case.constraint.name[:LONGEST]}"'
        )
