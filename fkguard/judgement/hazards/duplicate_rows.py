"""A unique constraint is created over rows that have the same key."""

from __future__ import annotations

from dataclasses import replace

from ...schema.catalogue import Catalogue
from ...schema.consequences import DUPLICATES, PUT_BACK, RECREATED
from ...schema.constraints import Unique
from ...schema.events import AddColumn, AddConstraint, AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording

_KINDS = {DUPLICATES, RECREATED, PUT_BACK}


class DuplicateRows(Hazard):
    id = "E316"
    slug = "duplicate_rows"
    title = "A unique constraint is created over rows that have the same key."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind in _KINDS and case.rows > 0

    def message(self, case: Case) -> str:
        doing = wording.subject(case.event)
        if _brings_column(case):
            return (
                f"{doing} fails: the column is unique, and {wording.rows(case)} get "
                "the same default."
            )
        keys = wording.counted(case.rows, "key has", "keys have")
        if case.consequence.kind == RECREATED:
            return (
                f"{doing} fails: it rebuilds {wording.shown(case.consequence.table)} "
                f"with {wording.label(case.constraint)}, which the table does not have "
                f"now, and {keys} more than one row{wording.sample(case)}."
            )
        if case.consequence.kind == PUT_BACK:
            same = (
                "all rows get the same value of it, and "
                if isinstance(case.event, AddColumn)
                else ""
            )
            return (
                f"{doing} fails: fkguard puts {wording.label(case.constraint)} back, "
                f"{same}{keys} more than one row{wording.sample(case)}."
            )
        what = "" if isinstance(case.event, AddConstraint) else " as unique"
        return f"{doing}{what} fails: {keys} more than one row{wording.sample(case)}."

    def why(self, case: Case) -> str:
        text = wording.refusal(case)
        if case.consequence.kind == RECREATED:
            text += " The state declares the constraint, and a rebuild creates it."
        elif _brings_column(case) or (
            case.consequence.kind == PUT_BACK and isinstance(case.event, AddColumn)
        ):
            text += " Django calls a default once, for all rows together."
        return text

    def instead(self, case: Case) -> str:
        if _brings_column(case):
            return operations.lines(
                "# AddField: the field with null=True, and without the default",
                "# RunPython: give each row a value of its own",
                "# AlterField: the field as it is to be",
            )
        unique = case.constraint
        if isinstance(case.event, AddConstraint) and not _is_plain(unique):
            unique = case.event.in_sql() or unique
        assert isinstance(unique, Unique)
        if case.consequence.kind == PUT_BACK:
            return _before_it_goes(case, unique)
        select = sql.statements_of(case).duplicates_sample(
            case.consequence.table, unique
        )
        return operations.lines(
            "# In a migration before this one: change or delete all rows but one of",
            "# each key, with RunPython or RunSQL. The keys and their rows:",
            f"# {select}",
            *(
                (
                    "# Or, if the constraint is not wanted, remove it from the state:",
                    "# SeparateDatabaseAndState(state_operations=[...])",
                )
                if case.consequence.kind == RECREATED
                else ()
            ),
        )


def _before_it_goes(case: Case, unique: Unique) -> str:
    """Return how a constraint goes before its column, and returns after the rows."""
    event = case.event
    lines = [
        "# Remove the constraint before the column goes: AlterUniqueTogether or",
        "# RemoveConstraint. RunPython, when the column is back: give each row a value",
        "# of its own. Then add the constraint again.",
    ]
    rest = unique.columns
    if isinstance(event, AddColumn):
        rest = tuple(each for each in rest if each != event.new.column)
    elif isinstance(event, AlterColumn):
        old, new = event.old.column, event.new.column
        rest = tuple(old if each == new else each for each in rest)
    if rest:
        select = sql.statements_of(case).duplicates_sample(
            case.consequence.table, replace(unique, columns=rest)
        )
        lines += ["# The rows that only this value can tell apart:", f"# {select}"]
    return operations.lines(*lines)


def _brings_column(case: Case) -> bool:
    """Say whether it is the new column that is unique."""
    return isinstance(case.event, AddColumn) and case.consequence.kind == DUPLICATES


def _is_plain(constraint: object) -> bool:
    return isinstance(constraint, Unique) and constraint.is_plain
