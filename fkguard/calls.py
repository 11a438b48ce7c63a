"""One call of a schema editor: judged, wrapped in recipes, and run.

A call outside a session is judged by itself, against the tables it touches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from . import compat, deferred, definitions, live, missing, readback
from .backends import introspection_for
from .constraints import Catalogue, Index
from .declared import Rendered
from .events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)
from .forecast import Forecast, Owed
from .guard import HEADLINE, Judge, Verdict, announce, refusal
from .hazards import Place
from .probes import Prober
from .raw import look_back, note
from .recipes import Workshop, event_model, hidden_from
from .references import give_engine, referenced_by
from .sessions import Session, failing_closed, judging_paused, mode_of, session_of


def call(
    name: str,
    wrapped: Callable[..., Any],
    editor: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Judge one call of an editor, and run it if nothing speaks against it."""
    if getattr(editor, "_fkguard_depth", 0):
        return wrapped(*args, **kwargs)
    connection = editor.connection
    session = session_of(connection)
    mode = session.mode if session is not None else mode_of(connection.alias)
    if mode == "off":
        return wrapped(*args, **kwargs)
    with judging_paused(editor):
        if editor.collect_sql:
            _comment(name, editor, mode, args, kwargs)
            return wrapped(*args, **kwargs)
        events: list[Event] = []
        verdicts: list[Verdict] = []
        with failing_closed(mode, connection.alias, "operation"):
            source = Rendered(connection)
            events = live.BUILDERS[name](source, *args, **kwargs)
            if name == "execute":
                note(session, events, editor)
                events = []
            missing.watch(editor, events)
            verdicts = _judge(connection, session, mode, events, editor)
        with definitions.given(editor, args, verdicts):
            return _run(name, wrapped, editor, session, events, verdicts, args, kwargs)


def _judge(
    connection: BaseDatabaseWrapper,
    session: Session | None,
    mode: str,
    events: list[Event],
    editor: Any,
) -> list[Verdict]:
    if session is not None and session.is_stale and events:
        look_back(session, editor)
    verdicts = []
    alone: Judge | None = None
    for event in events:
        if session is not None:
            judge, place = session.judge, session.place(event)
        else:
            if not _may_lose(event, connection):
                continue
            if alone is None:
                alone = _judge_alone(connection, mode, events)
            judge, place = alone, Place()
        verdict = judge.consider(event, place)
        verdicts.append(verdict)
        if session is not None:
            session.touched |= readback.touched(session, event)
            deferred.note(session, event, place)
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


def _may_lose(event: Event, connection: BaseDatabaseWrapper) -> bool:
    """Say whether an event outside a plan is worth a look at the catalogue."""
    if isinstance(event, AlterColumn) and connection.vendor != "sqlite":
        # A default that changes in Python alone asks the database for nothing.
        old, new = (
            replace(each, definition=None, has_default=False)
            for each in (event.old, event.new)
        )
        return old != new
    if isinstance(event, (DropTable, DropColumn, AlterColumn)):
        return True
    if isinstance(event, RemoveConstraint):
        # An index matters where a foreign key stands on it.
        is_index = isinstance(event.constraint, Index)
        return event.is_supported and (not is_index or connection.vendor == "mysql")
    if connection.vendor == "mysql" and referenced_by(event):
        return True
    if isinstance(event, CreateTable):
        return bool(event.unsupported)
    return connection.vendor == "sqlite" and isinstance(event, AddColumn)


def _judge_alone(
    connection: BaseDatabaseWrapper, mode: str, events: list[Event]
) -> Judge:
    keys = {event.table for event in events if event.table}
    for event in events:
        keys |= referenced_by(event)
        if isinstance(event, AlterColumn):
            keys.update(i.table for i in event.incoming)
    catalogue = introspection_for(connection).read(sorted(keys))
    if mode == "auto":
        give_engine(catalogue)
    return Judge(
        Forecast(catalogue),
        mode,
        acknowledgements=lambda place: (),
        probe=Prober(connection, catalogue, is_live=True),
    )


def _run(
    name: str,
    wrapped: Callable[..., Any],
    editor: Any,
    session: Session | None,
    events: list[Event],
    verdicts: list[Verdict],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Run the call with its recipes around it."""
    recipes = [r for v in verdicts for r in v.recipes]
    settled = [v.settles for v in verdicts if v.settles is not None]
    due = [o for v in verdicts for o in v.due]
    struck = [o for v in verdicts for o in v.struck]
    owed = session.judge.forecast.owed if session else []
    if not (recipes or settled or due or struck or owed):
        return wrapped(*args, **kwargs)
    connection = editor.connection
    workshop = Workshop(connection, editor)
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
            result = wrapped(
                args[0], _without(args, settled, connection), *args[2:], **kwargs
            )
        else:
            late = [r.owed for r in recipes if r.owed is not None and r.owed.waits]
            with missing.without_foreign_keys(editor, args, late):
                result = wrapped(*args, **kwargs)
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
    columns = {f.name: f.column or f.name for f in model._meta.local_fields}
    keep = set()
    for names in old:
        unique = source.together("", [columns.get(n, n) for n in names])
        if not any(each.is_declared_as(unique) for each in settled):
            keep.add(tuple(names))
    return keep


# sqlmigrate.


def _comment(
    name: str, editor: Any, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Add what the guard would find to collected SQL, as comments.

    Judged on what the models declare: the database may be long past it.
    """
    connection = editor.connection
    model = _model(args)
    if name == "execute" or model is None:
        return
    try:
        source = Rendered(connection)
        events = live.BUILDERS[name](source, *args, **kwargs)
        catalogue = Catalogue(introspection_for(connection).server())
        for each in compat.models_of(model._meta.apps):
            if not each._meta.proxy:
                catalogue.put(source.table(each))
        judge = Judge(Forecast(catalogue), "warn", acknowledgements=lambda place: ())
        for event in events:
            if isinstance(event, CreateTable):
                catalogue.drop(event.table)
            for finding in judge.consider(event, Place()).findings:
                _remark(
                    editor,
                    f"-- fkguard.{finding.hazard.id}: "
                    + " ".join(finding.hazard.message(finding.case).split()),
                )
    except Exception as error:  # noqa: BLE001 - collecting SQL harms nobody
        _remark(editor, f"-- fkguard could not judge this: {type(error).__name__}")


def _remark(editor: Any, line: str) -> None:
    """Add a line to collected SQL; within a migration at its end, see applying()."""
    remarks = getattr(editor, "_fkguard_remarks", None)
    if remarks is None:
        editor.collected_sql.append(line)
    else:
        remarks.append((len(editor.collected_sql), line))
