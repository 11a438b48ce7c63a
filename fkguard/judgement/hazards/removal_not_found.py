"""A constraint is to be removed that is not there as Django asks for it."""

from __future__ import annotations

from dataclasses import replace

from ...schema.catalogue import Catalogue
from ...schema.consequences import NOT_FOUND
from ...schema.constraints import Unique
from ...schema.events import BY_COLUMNS, RemoveConstraint
from .base import Case, Hazard
from .text import operations, sql, wording


class RemovalNotFound(Hazard):
    id = "E211"
    slug = "removal_not_found"
    title = "A constraint to be removed is absent, or has another name or form."
    remedy = "To go on:"

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == NOT_FOUND

    def message(self, case: Case) -> str:
        meant = case.consequence.becomes
        doing, table = wording.subject(case.event), wording.shown(case.event.table)
        if meant is None:
            return f"{doing} fails: {table} has no such constraint."
        form = " (an index, not a constraint)" if _is_bare(case) else ""
        return f"{doing} fails: {table} has {wording.label(meant)}{form} instead."

    def why(self, case: Case) -> str:
        if isinstance(case.event, RemoveConstraint) and (
            case.event.lookup == BY_COLUMNS
        ):
            asked = "Django looks for a unique constraint of exactly these columns."
        else:
            asked = "Django asks for the constraint by its name."
        if case.consequence.error.startswith("Found wrong"):
            return f'{asked} It raises ValueError: "{case.consequence.error}".'
        return f"{asked} {wording.refusal(case)}"

    def instead(self, case: Case) -> str:
        if case.consequence.becomes is not None:
            meant = replace(
                case,
                consequence=replace(
                    case.consequence, constraint=case.consequence.becomes
                ),
            )
            rename = sql.to_rename(meant, case.constraint.name)
            if rename and not _is_bare(case):
                return f"-- in this database, before migrate:\n{rename};"
        entry = operations.text(case.names[0])
        then = "nothing is removed"
        if case.consequence.becomes is not None:
            then = f"fkguard removes {wording.label(case.consequence.becomes)} instead"
        return operations.lines(
            f"# in the migration; then {then}:",
            "fkguard_acknowledged = [",
            f'    acknowledge("{self.id}", {entry}, reason="It is not there."),',
            "]",
        )

    def kept(self, case: Case) -> str:
        meant = case.consequence.becomes
        return case.label if meant is None else wording.label(meant)


def _is_bare(case: Case) -> bool:
    meant, wanted = case.consequence.becomes, case.constraint
    return (
        isinstance(meant, Unique)
        and isinstance(wanted, Unique)
        and meant.is_index
        and not wanted.is_index
    )
