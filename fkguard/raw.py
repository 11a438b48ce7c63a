"""Raw SQL: what was there before it, and what it took away without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import consequences as kinds
from .backends import introspection_for
from .backends.base.matching import find
from .consequences import Consequence
from .constraints import (
    Catalogue,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Table,
    Unique,
)
from .events import CHANGES, Event, RunStatement
from .guard import HEADLINE, REFUSE, Finding, announce, refusal
from .hazards import Place

if TYPE_CHECKING:
    from .sessions import Session


def note(session: Session | None, events: list[Event], editor: Any) -> None:
    """Remember a statement that may change constraints, and what was there."""
    if session is None:
        return
    for event in events:
        if not isinstance(event, RunStatement) or not CHANGES.search(event.sql):
            continue
        if session.before_raw is None:
            known = list(session.judge.forecast.catalogue.tables)
            session.before_raw = introspection_for(session.connection).read_with(known)
        session.raw.append(event.sql)
        session.is_stale = True


def look_back(session: Session, editor: Any) -> None:
    """See what raw SQL did; refuse a loss that it does not speak of."""
    if not session.is_stale:
        return
    known = list(session.judge.forecast.catalogue.tables)
    now = introspection_for(session.connection).read_with(known)
    before, raw = session.before_raw, " ".join(session.raw).lower()
    session.is_stale, session.before_raw, session.raw = False, None, []
    findings = []
    for table in before or ():
        for constraint in table.constraints:
            if constraint.protects and not _explained(table, constraint, now, raw):
                findings.append(_unforeseen(session, table, constraint))
    session.judge.forecast.catalogue = now.copy()
    session.has_looked_back = True
    if not findings:
        return
    refused = [each for each in findings if each.action == REFUSE]
    announce(findings)
    if refused:
        error = refusal(
            [each.as_message() for each in refused],
            HEADLINE.format(what="SQL", alias=session.connection.alias),
            "the SQL has run, and is rolled back with its transaction"
            if session.connection.in_atomic_block
            else "the SQL has run, and this database cannot roll it back",
        )
        raise error


def _explained(table: Table, constraint: Constraint, now: Catalogue, raw: str) -> bool:
    """Say whether a constraint is still there, or the SQL speaks of it."""
    if constraint.name and constraint.name.lower() in raw:
        return True
    after = now.get(table.name)
    if after is None:
        # The table was dropped or renamed: its own constraints went with it.
        return True
    if any(each == constraint for each in after.constraints):
        return True
    gone = {c.name for c in table.columns} - {c.name for c in after.columns}
    if constraint.uses and constraint.uses <= gone:
        return True
    found = find(after, constraint)
    if found is None:
        # Without a name it is known by its columns alone: a renamed column, or the
        # text of a check, leaves nothing to tell it by.
        present = {c.name for c in after.columns}
        return constraint.name == "" and not (
            isinstance(constraint, (ForeignKey, PrimaryKey, Unique))
            and constraint.uses <= present
        )
    # MySQL leaves a key under its name that has lost a column.
    return len(found.columns) >= len(constraint.columns)


def _unforeseen(session: Session, table: Table, constraint: Constraint) -> Finding:
    event = RunStatement(table="", sql="")
    place = Place(operation="Raw SQL")
    if session.migration is not None:
        place = Place(
            app_label=session.migration.app_label,
            migration=session.migration.name,
            operation="raw SQL",
        )
    consequence = Consequence(
        kind=kinds.DROPPED, event=event, table=table.name, constraint=constraint
    )
    finding = session.judge.finding(consequence, table, place)
    assert finding is not None
    return finding
