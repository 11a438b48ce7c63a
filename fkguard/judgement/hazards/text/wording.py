"""Words that several hazards share."""

from __future__ import annotations

from collections.abc import Iterable

from ....schema.consequences import (
    CHANGED,
    COUNTED_ROWS,
    DANGLING,
    DROPPED,
    FAILS,
    SHRUNK,
)
from ....schema.constraints import Constraint, ForeignKey
from ....schema.events import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateTable,
    DeclaredColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RenameTable,
)
from ..base import Case

#: The kinds by which a constraint is lost, or a loss is prevented by an error.
LOSSES = frozenset({DROPPED, SHRUNK, CHANGED, DANGLING, FAILS})


def shown(key: str) -> str:
    """Return the key of a table for a reader."""
    return key.replace('"."', ".")


def column(case: Case) -> str:
    """Return the event's column with its table, as it was before."""
    event = case.event
    if isinstance(event, (DropColumn, AlterColumn)):
        return f"{shown(event.table)}.{event.old.column}"
    if isinstance(event, AddColumn):
        return f"{shown(event.table)}.{event.new.column}"
    return shown(event.table)


def subject(event: Event) -> str:
    """Return what the operation does, to begin a sentence with."""
    table = shown(event.table)
    if isinstance(event, CreateTable):
        return f"Creating {table}"
    if isinstance(event, DropTable):
        return f"Dropping {table}"
    if isinstance(event, RenameTable):
        return f"Renaming {table} to {shown(event.to)}"
    if isinstance(event, AddColumn):
        return f"Adding {table}.{event.new.column}"
    if isinstance(event, DropColumn):
        return f"Removing {table}.{event.old.column}"
    if isinstance(event, AlterColumn):
        if event.old.column != event.new.column:
            return f"Renaming {table}.{event.old.column} to {event.new.column}"
        return f"Altering {table}.{event.old.column}"
    if isinstance(event, AddConstraint):
        return f"Adding {label(event.constraint)} to {table}"
    if isinstance(event, RemoveConstraint):
        return f"Removing {label(event.constraint)} from {table}"
    return "This operation"


def label(constraint: Constraint) -> str:
    """Return the constraint's kind, name and columns."""
    name = f" {constraint.name}" if constraint.name else ""
    members = constraint.columns or tuple(sorted(constraint.uses))
    of = f" ({', '.join(members)})" if members else ""
    return f"{constraint.kind}{name}{of}"


def located(case: Case) -> str:
    """Return the constraint, with its table where that is not the event's."""
    if case.consequence.table == case.event.table:
        return label(case.constraint)
    return f"{label(case.constraint)} of {shown(case.consequence.table)}"


def outcome(case: Case) -> str:
    """Return what the event does to the constraint, as a sentence."""
    consequence = case.consequence
    doing, what = subject(case.event), located(case)
    if consequence.kind == SHRUNK and consequence.becomes is not None:
        return f"{doing} shrinks {what} to {consequence.becomes.describe()}."
    if consequence.kind == CHANGED and consequence.becomes is not None:
        return f"{doing} turns {what} into {consequence.becomes.describe()}."
    if consequence.kind == FAILS:
        return f"{doing} fails because of {what}."
    if consequence.kind == DANGLING:
        return f"{doing} leaves {what} without what it references."
    return f"{doing} drops {what}."


def refusal(case: Case) -> str:
    """Return how this server refuses, and what stays behind."""
    server, error = case.server.describe(), case.consequence.error
    if not case.backend.can_rollback_ddl:
        number = f" with error {error}" if error else ""
        return (
            f"{server} refuses{number}, and cannot roll back the earlier operations of "
            "the migration."
        )
    said = f' ("{error}")' if error else ""
    return f"{server} refuses{said}; only an atomic migration is rolled back."


def dependents(case: Case) -> str:
    """Return the views and the like, by kind and name."""
    return _listed(f"{each.kind} {each.name}" for each in case.consequence.dependents)


def kinds_of_dependents(case: Case) -> str:
    """Return what kinds of things depend on it, each once."""
    return _listed(dict.fromkeys(each.kind for each in case.consequence.dependents))


def _listed(words: Iterable[str]) -> str:
    found = list(words)
    return " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))


def actions(old: DeclaredColumn, constraint: ForeignKey, *, django: bool) -> list[str]:
    """Return the referential actions that go, the database's and Django's."""
    found = []
    if constraint.on_delete != "NO ACTION":
        found.append(f"ON DELETE {constraint.on_delete}")
    if constraint.on_update != "NO ACTION":
        found.append(f"ON UPDATE {constraint.on_update}")
    if django and old.on_delete_in_django not in {"", "DO_NOTHING"}:
        found.append(f"Django's on_delete={old.on_delete_in_django}")
    return found


def lost_actions(old: ForeignKey, new: ForeignKey) -> str:
    """Return the referential actions of a foreign key that another one lacks."""
    return " and ".join(
        f"ON {when} {action}"
        for when, action, becomes in (
            ("DELETE", old.on_delete, new.on_delete),
            ("UPDATE", old.on_update, new.on_update),
        )
        if action not in {becomes, "NO ACTION"}
    )


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def rows(case: Case) -> str:
    """Return how many rows a case concerns; no more than so many are counted."""
    if case.rows >= COUNTED_ROWS:
        return f"at least {COUNTED_ROWS:,} rows"
    return counted(case.rows, "row", "rows")


def sample(case: Case) -> str:
    """Return a few of the rows of a case, to end a sentence, or ""."""
    return f": {', '.join(case.sample)}" if case.sample else ""
