"""One call of a schema editor: judged, wrapped in recipes, and run.

A call outside a session is judged by itself, against the tables it touches.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from ..backends import backend_for, facts_of
from ..declared.models import Rendered
from ..judgement.forecast import Forecast
from ..judgement.foreign_keys.created import give_engine, referenced_by
from ..judgement.judge import HEADLINE, Judge, Verdict, announce, refusal
from ..judgement.recipes import Owed
from ..judgement.rows import Prober
from ..planning import editor_calls
from ..recovery import postponed_keys
from ..recovery.editors import is_carried, is_paused, judging_paused
from ..recovery.restore import Workshop, event_model, hidden_from
from ..recovery.temporary_drops import Intents, tables_of, taken_away
from ..schema.catalogue import Located
from ..schema.constraints import Index
from ..schema.events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RunStatement,
)
from ..schema.location import Place
from ..schema.matching import find
from . import claiming, deferred_keys, overrides, sqlmigrate, verification
from .failing import failing_closed, mode_of
from .raw_sql import look_back, note
from .session import Session, journal_of, session_of


def call(
    name: str,
    wrapped: Callable[..., Any],
    editor: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Judge one call of an editor, and run it if nothing speaks against it."""
    if name == "execute" and (journal := journal_of(editor)) is not None:
        original = wrapped

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return journal.execute(original, args, kwargs)

    connection = editor.connection
    if is_paused(connection):
        return wrapped(*args, **kwargs)
    session = session_of(connection)
    mode = session.mode if session is not None else mode_of(connection.alias)
    if mode == "off":
        return wrapped(*args, **kwargs)
    with judging_paused(editor):
        if editor.collect_sql:
            sqlmigrate.comment(name, editor, args, kwargs)
            return wrapped(*args, **kwargs)
        if mode != "warn" and name != "execute":
            wrapped = _whole(wrapped, connection)
        events: list[Event] = []
        verdicts: list[Verdict] = []
        away: list[Located] = []
        judge: Judge | None = None
        with failing_closed(mode, connection.alias, "operation"):
            source = Rendered(connection)
            events = editor_calls.BUILDERS[name](source, *args, **kwargs)
            if name == "execute":
                for each in events:
                    if isinstance(each, RunStatement):
                        note(session, each.sql)
                events = []
            if session is None and name == "rename_index" and _can_rename(connection):
                events = []  # Nothing is away in between.
            postponed_keys.watch(editor, events)
            alone = _judge_alone(connection, session, mode, events)
            if session is not None and events:
                look_back(session)
            judge = session.judge if session is not None else alone
            if judge is not None and mode != "warn" and not is_carried(connection):
                away = _away(editor, session, judge, events)
            verdicts = _judge(connection, session, alone, events)
        run = Call(name, wrapped, editor, session, events, verdicts, args, kwargs)
        with overrides.given(editor, args, verdicts):
            if judge is None or mode == "warn" or is_carried(connection):
                return run()
            return _run_uncarried(run, judge, away)


def _whole(
    wrapped: Callable[..., Any], connection: BaseDatabaseWrapper
) -> Callable[..., Any]:
    """Return a call that leaves nothing behind where it rebuilds a table and fails.

    In a migration that is not atomic, Django's statements would be committed one by
    one: a table could be dropped, and its copy not be renamed yet.
    """
    if not facts_of(connection).rebuilds_tables or connection.in_atomic_block:
        return wrapped

    def run(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic(using=connection.alias):
            return wrapped(*args, **kwargs)

    return run


def _judge(
    connection: BaseDatabaseWrapper,
    session: Session | None,
    alone: Judge | None,
    events: list[Event],
) -> list[Verdict]:
    verdicts = []
    for event in events:
        if session is not None:
            judge, place = session.judge, session.place(event)
        elif alone is not None and _may_lose(event, connection):
            judge, place = alone, Place()
        else:
            continue
        if session is not None and isinstance(event, RemoveConstraint):
            event = replace(event, lookup=session.lookup(event, place))
        verdict = judge.consider(event, place)
        verdicts.append(verdict)
        if session is not None:
            session.touched |= verification.touched(session, event)
            deferred_keys.note(session, event, place)
        if verdict.refused:
            raise refusal(
                [each.as_message() for each in verdict.refused],
                HEADLINE.format(what="operation", alias=connection.alias),
                "this operation was not run",
            )
        if session is None or place.number == 0:
            # What the plan foresaw has been told before it began.
            announce(verdict.findings)
    return verdicts


def _can_rename(connection: BaseDatabaseWrapper) -> bool:
    """Say whether an index is renamed in place rather than made again."""
    return bool(connection.features.can_rename_index)


def _may_lose(event: Event, connection: BaseDatabaseWrapper) -> bool:
    """Say whether an event outside a plan is worth a look at the catalogue."""
    if isinstance(event, AlterColumn) and not facts_of(connection).rebuilds_tables:
        # A default that changes in Python alone asks the database for nothing.
        old, new = (
            replace(
                each,
                definition=None,
                has_default=False,
                has_own_default=False,
                default=None,
            )
            for each in (event.old, event.new)
        )
        return old != new
    if isinstance(event, (DropTable, DropColumn, AlterColumn)):
        return True
    if isinstance(event, RemoveConstraint):
        # An index matters where a foreign key stands on it.
        is_index = isinstance(event.constraint, Index)
        return event.is_supported and (
            not is_index or facts_of(connection).indexes_foreign_keys
        )
    if facts_of(connection).indexes_foreign_keys and referenced_by(event):
        return True
    if isinstance(event, CreateTable):
        return bool(event.unsupported)
    return facts_of(connection).rebuilds_tables and isinstance(event, AddColumn)


def _judge_alone(
    connection: BaseDatabaseWrapper,
    session: Session | None,
    mode: str,
    events: list[Event],
) -> Judge | None:
    """Return who judges a call outside a plan, if it is worth it."""
    if session is not None or not any(_may_lose(e, connection) for e in events):
        return None
    keys = {*tables_of(events)}.union(*map(referenced_by, events))
    catalogue = backend_for(connection).introspection.read(sorted(keys))
    if mode == "auto":
        give_engine(catalogue)
    return Judge(
        Forecast(catalogue),
        mode,
        acknowledgements=lambda place: (),
        probe=Prober(connection, catalogue, is_live=True),
    )


# What no transaction carries.


def _away(
    editor: Any, session: Session | None, judge: Judge, events: list[Event]
) -> list[Located]:
    """Return what the call takes away, as it is in the database now."""
    found = taken_away(judge.forecast.catalogue, events)
    # Django may make it at the end of the migration, or the server has given it a name.
    is_certain = session is None or not editor.deferred_sql
    if not found or (is_certain and all(each.constraint.name for each in found)):
        return found
    actual = backend_for(editor.connection).introspection.read(tables_of(events))
    return taken_away(actual, events)


def _run_uncarried(run: Call, judge: Judge, away: list[Located]) -> Any:
    """Run a call that leaves its first half behind if it ends in the middle."""
    session, events = run.session, run.events
    recipes = [r for v in run.verdicts for r in v.recipes]
    for recipe in recipes:
        if recipe.owed is None and (recipe.drops_first or recipe.puts_back):
            each = recipe.consequence
            if each.constraint.protects:
                away.append(Located(table=each.table, constraint=each.constraint))
    place = session.current if session is not None else Place()
    intents = Intents(run.workshop, dict.fromkeys(away), place)
    journal = journal_of(run.editor)
    if journal is not None:
        journal.touched += events
    owed = [r.owed for r in recipes if r.owed is not None]
    with ExitStack() as stack:
        if intents.open or owed:
            # Another run is not to take for owed what is about to come back.
            stack.enter_context(claiming.claimed(run.editor.connection))
        try:
            intents.write()
            result = run()
        except BaseException as error:
            intents.put_back(error, owed, events)
            raise
        if intents.open:
            settled = intents.close(events, judge.forecast)
            if journal is not None:
                journal.settled += settled
            else:
                run.workshop.ledger.strike(*settled)
    return result


@dataclass(kw_only=False)
class Call:
    """A judged call with its recipes around it."""

    name: str
    wrapped: Callable[..., Any]
    editor: Any
    session: Session | None
    events: list[Event]
    verdicts: list[Verdict]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @cached_property
    def workshop(self) -> Workshop:
        return Workshop(self.editor.connection, self.editor)

    def __call__(self) -> Any:
        """Run the call with its recipes around it."""
        name, editor, events, args = self.name, self.editor, self.events, self.args
        recipes = [r for v in self.verdicts for r in v.recipes]
        settled = [v.settles for v in self.verdicts if v.settles is not None]
        settled += [
            Owed(
                table=recipe.consequence.table,
                constraint=recipe.consequence.constraint,
                is_known=True,
            )
            for recipe in recipes
            if recipe.replaces
        ]
        due = [o for v in self.verdicts for o in v.due]
        struck = [o for v in self.verdicts for o in v.struck]
        owed = self.session.judge.forecast.owed if self.session else []
        journal = journal_of(editor)
        if journal is not None and journal.is_tolerant:
            settled = [*settled, *_gone(self)]
        if not (recipes or settled or due or struck or owed):
            return self.wrapped(*args, **self.kwargs)
        connection = editor.connection
        workshop = self.workshop
        model = _model(args)
        # What is acknowledged goes for good, and must not be built again either.
        wanted = [
            Owed(
                table=r.consequence.table,
                constraint=r.consequence.constraint,
                is_known=True,
                fields=_fields(r.consequence.event),
            )
            for r in recipes
            if r.drops_first and not r.puts_back and r.owed is None
        ]
        hiding = [*owed, *due, *wanted] if name != "create_model" else []
        with hidden_from(model, hiding, connection):
            if recipes:
                workshop.prepare(recipes, model)
            result = None
            if settled and name in {"remove_constraint", "remove_index"}:
                # Nothing is left to remove: the constraint went with its column.
                pass
            elif settled and name == "alter_unique_together":
                result = self.wrapped(
                    args[0],
                    _without(args, settled, connection),
                    *args[2:],
                    **self.kwargs,
                )
            else:
                late = [r.owed for r in recipes if r.owed is not None and r.owed.waits]
                with postponed_keys.without_foreign_keys(editor, args, late):
                    result = self.wrapped(*args, **self.kwargs)
        for recipe in recipes:
            if recipe.puts_back:
                workshop.put_back(recipe)
        after = event_model(events[0], args) if events else None
        for each in due:
            workshop.settle(each, after)
        for each in struck:
            workshop.ledger.strike(each)
        for each in owed:
            workshop.ledger.update(each)
        return result


def _gone(call: Call) -> list[Owed]:
    """Return the uniques that an interrupted run of the same call has removed.

    Django counts what it finds for a ``unique_together``, and refuses none.
    """
    asked = [e for e in call.events if isinstance(e, RemoveConstraint)]
    if call.name != "alter_unique_together" or not asked:
        return []
    table = call.workshop.read(asked[0].table)
    return [
        Owed(table=each.table, constraint=each.constraint, is_known=True)
        for each in asked
        if find(table, each.constraint) is None
    ]


def _fields(event: Event) -> dict[str, str]:
    if isinstance(event, DropColumn):
        return {event.old.field: event.old.column}
    return {}


def _model(args: tuple[Any, ...]) -> type[Model] | None:
    first = args[0] if args else None
    return first if isinstance(first, type) and hasattr(first, "_meta") else None


def _without(
    args: tuple[Any, ...], settled: list[Owed], connection: BaseDatabaseWrapper
) -> set[tuple[str, ...]]:
    """Return the old ``unique_together`` less what is not there any more."""
    model, old = args[0], args[1]
    source = Rendered(connection)
    columns = source.columns_of(model)
    keep = set()
    for names in old:
        unique = source.together("", [columns.get(n, n) for n in names])
        if not any(each.is_declared_as(unique) for each in settled):
            keep.add(tuple(names))
    return keep
