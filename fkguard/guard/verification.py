"""Read back what a migration left, where the forecast says that nothing was lost."""

from __future__ import annotations

from typing import Any

from ..backends import backend_for
from ..judgement.judge import HEADLINE, REFUSE, announce, refusal
from ..recovery.editors import is_queued
from ..schema import consequences as kinds
from ..schema.catalogue import Table
from ..schema.consequences import Consequence
from ..schema.events import (
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RunStatement,
)
from ..schema.location import Place
from ..schema.matching import is_there
from .session import Session


def is_worth_it(event: Event) -> bool:
    """Say whether an event may take more away than the forecast knows."""
    if isinstance(event, AlterColumn):
        old, new = event.old, event.new
        return bool(
            old.references
            or event.type_changes
            or old.unique != new.unique
            or old.column != new.column
        )
    return isinstance(event, (DropColumn, DropTable))


def touched(session: Session, event: Event) -> set[str]:
    """Return the tables, there before the plan, that an event may have changed."""
    if isinstance(event, CreateTable):
        # Another table of the name: its foreign keys are made at the very end.
        session.made.add(event.table)
    if not is_worth_it(event):
        return set()
    keys = {event.table} - session.made
    if isinstance(event, AlterColumn):
        keys.update(each.table for each in event.incoming)
    if isinstance(event, DropTable):
        before = session.preflight.catalogue
        keys.update(table.name for table, _ in before.incoming(event.table))
    return keys


def read_back(session: Session, editor: Any) -> None:
    """Compare the tables that a migration touched with the forecast.

    Only what was there before the plan, under its own name, is asked for: what
    Django makes again has another. Raises ``Refused`` for what is not there.
    """
    before = session.preflight.catalogue
    forecast = session.judge.forecast.catalogue
    tables = [
        table
        for key in sorted(session.touched)
        if (table := forecast.get(key)) is not None
        and key in before
        and key not in session.made
    ]
    session.touched.clear()
    if not tables:
        return
    actual = backend_for(session.connection).introspection.read(
        [t.name for t in tables]
    )
    findings = []
    for table in tables:
        now = actual.get(table.name)
        was = before.get(table.name)
        if now is None or was is None:
            continue
        for constraint in table.constraints:
            original = was.named(constraint.name) if constraint.name else None
            if (
                constraint.protects
                and original is not None
                and type(original) is type(constraint)
                and not is_there(now, constraint)
                and not is_queued(editor, table.name, constraint)
            ):
                consequence = Consequence(
                    kind=kinds.DROPPED,
                    event=RunStatement(table="", sql=""),
                    table=table.name,
                    constraint=constraint,
                )
                finding = session.judge.finding(
                    consequence, Table(name=table.name), place_of_session(session)
                )
                if finding is not None:
                    findings.append(finding)
    announce(findings)
    if any(each.action == REFUSE for each in findings):
        raise refusal(
            [each.as_message() for each in findings],
            HEADLINE.format(what="migration", alias=session.connection.alias),
            "the migration has run, and is rolled back with its transaction"
            if session.connection.in_atomic_block
            else "the migration has run, and this database cannot roll it back",
        )


def place_of_session(session: Session) -> Place:
    """Return the migration that runs, for messages."""
    if session.migration is None:
        return Place(operation="a schema editor's call")
    return Place(
        app_label=session.migration.app_label, migration=session.migration.name
    )
