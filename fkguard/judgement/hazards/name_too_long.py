"""A constraint is to be made under a name that is too long (H32)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import ALIKE, FAILS
from ...schema.identifiers import cut, shortened
from .base import Case, Hazard
from .text import wording

#: The error of MySQL and MariaDB, and how many characters they take.
ERROR = "1059"
LONGEST = 64
#: How many bytes of a name PostgreSQL keeps.
BYTES = 63


class NameTooLong(Hazard):
    id = "E315"
    slug = "name_too_long"
    title = "The name of a new constraint is too long."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        consequence = case.consequence
        return consequence.kind == FAILS and (
            consequence.error == ERROR or consequence.detail == ALIKE
        )

    def message(self, case: Case) -> str:
        constraint = case.constraint
        doing = wording.subject(case.event)
        if case.consequence.detail == ALIKE:
            return (
                f"{doing} fails: another constraint of the table has the name "
                f"{cut(constraint.name)}, which is what the server keeps of "
                f"{constraint.name}."
            )
        return (
            f"{doing} fails: the name of {constraint.kind} "
            f"({', '.join(case.members)}) has {len(constraint.name)} characters, "
            f"{constraint.name}."
        )

    def why(self, case: Case) -> str:
        if case.consequence.detail == ALIKE:
            return (
                f"{wording.refusal(case)} It cuts names behind {BYTES} bytes; Django "
                "shortens the names that it makes up, and no other."
            )
        return (
            f"{wording.refusal(case)} Names can have at most {LONGEST} characters "
            "there; "
            "Django only shortens names that it generates itself."
        )

    def instead(self, case: Case) -> str:
        # For PostgreSQL as well, which cuts names behind fewer bytes.
        return (
            f"# Give it a name of at most {BYTES} bytes, in the model, too: "
            f'name="{shortened(case.constraint.name, BYTES)}"'
        )
