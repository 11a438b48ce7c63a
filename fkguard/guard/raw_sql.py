"""Raw SQL: what was there before it, and what it silently removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..backends import backend_for
from ..judgement.judge import HEADLINE, REFUSE, Finding, announce, refusal
from ..recovery.editors import is_paused, paused
from ..recovery.state import run_of
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from ..schema.events import ABOUT_ROWS, ASKS, CHANGES, CREATES, RunStatement
from ..schema.location import Place
from ..schema.matching import find
from ..schema.names import is_named
from . import deferred_keys
from .failing import failing_closed
from .session import Session


def note(session: Session | None, sql: str, params: Any = None) -> None:
    """Remember SQL that no event tells of, and what was there before it."""
    if session is None or ABOUT_ROWS.match(sql):
        return
    changes = CHANGES.search(sql) or CREATES.search(sql)
    if not changes and ASKS.match(sql):
        return
    deferred_keys.before_code(session)
    if not changes:
        return
    if session.before_raw is None:
        known = list(session.judge.forecast.catalogue.tables)
        session.before_raw = backend_for(session.connection).introspection.read_with(
            known
        )
    # A name may be given to what the statement builds.
    session.raw.append(f"{sql} {params}" if params else sql)
    session.is_stale = True


@contextmanager
def watched(session: Session) -> Iterator[None]:
    """See what code sends on the connection of a run, whatever cursor it takes.

    https://docs.djangoproject.com/en/stable/topics/db/instrumentation/
    """
    connection = session.connection

    def watch(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        # A transaction that is broken answers nothing, and lets nothing run. A run
        # inside this one watches its own statements.
        run = run_of(connection)
        is_own = run is not None and run.session is session
        if is_own and not (is_paused(connection) or connection.needs_rollback):
            closed = failing_closed(session.mode, connection.alias, "statement")
            with closed, paused(connection):
                note(session, _text(sql, connection), params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def _text(sql: Any, connection: Any) -> str:
    """Return a statement as text, also one that psycopg is to put together."""
    if hasattr(sql, "as_string"):
        return str(sql.as_string(connection.connection))
    return str(sql)


def look_back(session: Session) -> None:
    """See what raw SQL did; refuse a loss that it does not speak of."""
    if session.is_outdated:
        session.is_outdated = False
        if not session.is_stale:
            known = list(session.judge.forecast.catalogue.tables)
            now = backend_for(session.connection).introspection.read_with(known)
            session.judge.forecast.catalogue = now.copy()
            session.has_looked_back = True
    if not session.is_stale:
        return
    known = list(session.judge.forecast.catalogue.tables)
    now = backend_for(session.connection).introspection.read_with(known)
    before, raw = session.before_raw, " ".join(session.raw)
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
    if constraint.name and is_named(constraint.name, raw):
        return True
    after = now.get(table.name)
    if after is None:
        # The table was dropped or renamed: its own constraints went with it.
        return True
    if any(replace(e, name=constraint.name) == constraint for e in after.constraints):
        return True
    if isinstance(constraint, ForeignKey) and _is_followed(constraint, after, now):
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


def _is_followed(foreign_key: ForeignKey, after: Table, now: Catalogue) -> bool:
    """Say whether a foreign key has followed what it references to another name."""
    to = now.get(foreign_key.to_table)
    if to is not None and all(map(to.column, foreign_key.to_columns)):
        return False
    return any(e.columns == foreign_key.columns for e in after.of(ForeignKey))


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
