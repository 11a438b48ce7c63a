"""A constraint is to be made under a name that another table's has (H19)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from .base import Case, Hazard
from .text import operations, sql, wording


class NameTaken(Hazard):
    id = "E209"
    slug = "name_taken"
    title = "The name of a new constraint or index already exists."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == FAILS and case.consequence.becomes is not None

    def message(self, case: Case) -> str:
        wanted, held = case.consequence.becomes, case.constraint
        assert wanted is not None
        return (
            f"{wording.subject(case.event)} fails: {held.kind} {held.name} of "
            f"{wording.shown(case.consequence.table)} has the name that "
            f"{wanted.kind} ({', '.join(wanted.columns)}) needs."
        )

    def why(self, case: Case) -> str:
        reason = wording.refusal(case)
        return (
            f"{reason} A renamed table keeps the names of its constraints and indexes, "
            "and Django generates the same names for a new table with the old name."
        )

    def instead(self, case: Case) -> str:
        name = _free(case.constraint.name, case.consequence.table)
        rename = sql.to_rename(case, name)
        if not rename:
            return f"# Rename {case.constraint.name} first."
        return operations.lines("# before this operation:", operations.run_sql(rename))


def _free(name: str, table: str) -> str:
    """Return a name for what is in the way, from its table's."""
    stem = wording.shown(table).rpartition(".")[2]
    return f"{stem[:20]}_{name}"[:60] if len(name) < 40 else f"{name[:55]}_old"
