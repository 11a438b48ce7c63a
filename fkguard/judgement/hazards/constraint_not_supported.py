"""The state declares a constraint that this database does not make (H44)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import UNCREATED
from ...schema.constraints import Check, Exclusion, Unique
from .base import Case, Hazard
from .text import wording

#: What each attribute of a unique constraint is called, in the order they are named.
_FEATURES = (
    ("condition", "with a condition"),
    ("include", "with included columns"),
    ("deferrable", "that are deferrable"),
    ("expressions", "over expressions"),
)


class ConstraintNotSupported(Hazard):
    id = "E501"
    slug = "constraint_not_supported"
    title = "A declared constraint is not supported by this database."
    refused_in = frozenset({"strict"})

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == UNCREATED

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        return (
            f"{wording.label(case.constraint)} of {table} is declared but not created."
        )

    def why(self, case: Case) -> str:
        if (other := case.consequence.becomes) is not None:
            return (
                f"{case.server.describe()} creates a single constraint for equal ones "
                f"in a CREATE TABLE: {wording.label(other)} is used for both. Later, "
                f"an operation that names {case.constraint.name} fails, or drops that "
                "one."
            )
        return (
            f"Django makes no {_what(case)} on {case.server.describe()}: it skips the "
            "constraint, and records the migration as applied."
        )

    def instead(self, case: Case) -> str:
        constraint = case.constraint
        if case.consequence.becomes is not None:
            return f"# Leave {constraint.name} out: the other one says the same."
        if isinstance(constraint, Unique):
            if constraint.include and not constraint.condition:
                return "# Leave include=[...] out: it promises nothing by itself."
            if constraint.deferrable:
                return "# Leave deferrable=... out, if rows may be checked at once."
            return (
                "# Declare a unique of plain columns, or one over a GeneratedField\n"
                "# that is NULL for the rows that may repeat."
            )
        return f"# Enforce {wording.label(constraint)} with a trigger, in RunSQL."


def _what(case: Case) -> str:
    """Return the words for what this database lacks."""
    constraint = case.constraint
    if isinstance(constraint, Exclusion):
        return "exclusion constraints"
    if isinstance(constraint, Check):
        return "checks"
    if not isinstance(constraint, Unique):
        return f"{constraint.kind} constraints of this kind"
    found = [words for name, words in _FEATURES if getattr(constraint, name)]
    if not constraint.nulls_distinct:
        found.append("with NULLS NOT DISTINCT")
    return f"uniques {' or '.join(found)}" if found else "such uniques"
