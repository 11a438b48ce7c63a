"""What several hazards say to write instead: operations and SQL to paste."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from textwrap import indent

from ....schema.constraints import MADE_UP_NAME, Check, Unique
from ....schema.events import (
    AlterColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)
from ...forecast import renamed
from ..base import Case
from . import sql
from .wording import located, shown

_LINE = 79


def text(value: str) -> str:
    """Return a string as Python source, in double quotes where that reads well."""
    if '"' in value and "'" not in value and "\\" not in value and "\n" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def names(values: Iterable[str]) -> str:
    return f"[{', '.join(map(text, values))}]"


def operation(name: str, /, *arguments: str, **named: str) -> str:
    """Return an operation as Python source, on several lines where it is long."""
    parts = [*arguments, *(f"{key}={value}" for key, value in named.items())]
    line = f"migrations.{name}({', '.join(parts)}),"
    if len(line) <= _LINE and "\n" not in line:
        return line
    body = "".join(f"    {part},\n" for part in parts)
    return f"migrations.{name}(\n{body}),"


def lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def run_sql(forwards: str, backwards: str = "") -> str:
    """Return a RunSQL with its way back, where one is known."""
    if backwards:
        return operation("RunSQL", text(forwards), text(backwards))
    return operation("RunSQL", text(forwards))


def run_all_sql(statements: Iterable[str]) -> str:
    """Return one RunSQL of several statements, in order."""
    statements = list(statements)
    if len(statements) == 1:
        return run_sql(statements[0])
    body = "".join(f"        {text(each)},\n" for each in statements)
    return f"migrations.RunSQL(\n    [\n{body}    ]\n),"


def separated(database: str, state: str) -> str:
    """Return what runs one operation and lets the state have another."""
    parts = (("database", database), ("state", state))
    body = "".join(
        f"    {name}_operations=[\n{indent(code, ' ' * 8)}\n    ],\n"
        for name, code in parts
    )
    return f"migrations.SeparateDatabaseAndState(\n{body}),"


def run_sql_to_drop(case: Case) -> str:
    """Return the RunSQL that takes the constraint away, or a comment."""
    drop, add = sql.to_drop(case), sql.to_add(case)
    if drop:
        index = sql.to_add_index_for_foreign_keys(case)
        return lines(run_sql(index) if index else "", run_sql(drop, add))
    return f"# Drop {located(case)}: {sql.reason_for_none(case)}."


def run_sql_to_add(case: Case) -> str:
    """Return the RunSQL that makes the constraint again, or a comment."""
    drop, add = sql.to_drop(case), sql.to_add(case)
    if add:
        return run_sql(add, drop)
    return f"# Recreate {located(case)}: {sql.reason_for_none(case)}."


def remove_field(case: Case) -> str:
    """Return the RemoveField, or the like, that the event stands for."""
    event = case.event
    assert isinstance(event, DropColumn)
    if is_order(case):
        return alter_order(case, "None")
    if case.model:
        return operation(
            "RemoveField", model_name=text(case.model), name=text(event.old.field)
        )
    builder = sql.statements_of(case)
    return run_sql(
        f"ALTER TABLE {builder.quote(event.table)} "
        f"DROP COLUMN {builder.name(event.old.column)}"
    )


def add_field(case: Case) -> str:
    """Return the AddField, or the like, that brings back what the event drops."""
    event = case.event
    assert isinstance(event, DropColumn)
    if not case.model:
        return f"# bring {event.old.field} back"
    if is_order(case):
        return alter_order(case, '"..."')
    return operation(
        "AddField",
        model_name=text(case.model),
        name=text(event.old.field),
        field="...",
    )


def is_order(case: Case) -> bool:
    """Say whether the event drops the column of ``order_with_respect_to``.

    No state has it among its fields, so no operation on fields finds it.
    """
    event = case.event
    return bool(case.model) and (
        isinstance(event, DropColumn) and event.old.field == "_order"
    )


def alter_order(case: Case, to: str) -> str:
    """Return the operation that Django's own column of the order comes or goes with."""
    return operation(
        "AlterOrderWithRespectTo", name=text(case.model), order_with_respect_to=to
    )


def alter_field(case: Case) -> str:
    """Return the AlterField or RenameField that the event stands for."""
    event = case.event
    assert isinstance(event, AlterColumn)
    if not case.model:
        return "# the alteration"
    if event.old.field != event.new.field:
        return operation(
            "RenameField",
            model_name=text(case.model),
            old_name=text(event.old.field),
            new_name=text(event.new.field),
        )
    return operation(
        "AlterField",
        model_name=text(case.model),
        name=text(event.new.field),
        field="...",
    )


def field_of(case: Case, name: str) -> str:
    """Return the field of a column of the constraint's table, else the column."""
    event = case.event
    if name in case.fields:
        return case.fields[name]
    if case.consequence.table == event.table and isinstance(
        event, (DropColumn, AlterColumn)
    ):
        return event.old.field if name == event.old.column else name
    return name


def fields_of(case: Case, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_of(case, each) for each in columns)


def is_together(case: Case) -> bool:
    """Say whether the constraint is an entry of ``unique_together``."""
    constraint = case.constraint
    return (
        isinstance(constraint, Unique)
        and case.is_known
        and constraint.is_plain
        and len(constraint.columns) > 1
        and bool(MADE_UP_NAME.search(_declared_name(case)))
    )


def _declared_name(case: Case) -> str:
    """Return what the state calls the constraint, as far as the case tells."""
    event, constraint = case.event, case.constraint
    if case.declared is None or case.declared.named(constraint.name) is not None:
        return constraint.name
    # In a state without the field, its name stands for the column.
    same = {constraint.columns}
    if isinstance(event, DropColumn):
        old = event.old
        same.add(tuple(old.field if c == old.column else c for c in constraint.columns))
    for each in case.declared.of(Unique):
        if each.columns in same and each.is_plain:
            return each.name
    return constraint.name


def is_generated(event: Event) -> bool:
    """Return whether the event is about a unique constraint that Django named."""
    return isinstance(event, RemoveConstraint) and bool(
        not event.constraint.name or MADE_UP_NAME.search(event.constraint.name)
    )


def without_constraint(case: Case) -> str:
    """Return the operation that removes the constraint of the event's table."""
    if not (case.is_known and case.model):
        return run_sql_to_drop(case)
    if is_together(case):
        return alter_unique_together(case, _together(case))
    return operation(
        "RemoveConstraint",
        model_name=text(case.model),
        name=text(_declared_name(case)),
    )


def with_constraint(case: Case) -> str:
    """Return the operation that makes the constraint again as it is declared."""
    if not (case.is_known and case.model):
        return run_sql_to_add(case)
    constraint = case.constraint
    if is_together(case):
        own = fields_of(case, constraint.columns)
        return alter_unique_together(case, [*_together(case, all_of_them=True), own])
    name = text(_declared_name(case))
    if isinstance(constraint, Unique) and constraint.is_plain:
        own = fields_of(case, constraint.columns)
        value = f"models.UniqueConstraint(fields={names(own)}, name={name})"
    elif isinstance(constraint, Unique):
        value = f"models.UniqueConstraint(..., name={name})"
    elif isinstance(constraint, Check):
        value = f"models.CheckConstraint(condition=..., name={name})"
    else:
        value = f"ExclusionConstraint(..., name={name})"
    return operation("AddConstraint", model_name=text(case.model), constraint=value)


def alter_unique_together(case: Case, entries: Iterable[tuple[str, ...]]) -> str:
    """Return the operation that leaves a model with these entries."""
    shown_entries = [f"({', '.join(map(text, each))})" for each in entries]
    value = f"{{{', '.join(shown_entries)}}}" if shown_entries else "set()"
    return operation(
        "AlterUniqueTogether", name=text(case.model), unique_together=value
    )


def _together(case: Case, *, all_of_them: bool = False) -> list[tuple[str, ...]]:
    """Return the other entries of ``unique_together``.

    Without those of a column that is removed, unless all of them are wanted.
    """
    event, constraint = case.event, case.constraint
    gone: set[str] = set()
    if isinstance(event, DropColumn) and not all_of_them:
        gone = {event.old.column, event.old.field}
    own = {constraint.columns, fields_of(case, constraint.columns)}
    table = case.declared or case.before
    return [
        fields_of(case, each.columns)
        for each in table.of(Unique)
        if len(each.columns) > 1
        and each.is_plain
        and MADE_UP_NAME.search(each.name)
        and each.columns not in own
        and not gone.intersection(each.columns)
    ]


def after(case: Case) -> Case:
    """Return the case with its constraint as it is after a rename."""
    constraint = renamed(case.constraint, case.event)
    return replace(case, consequence=replace(case.consequence, constraint=constraint))


def drop_dependents(case: Case) -> list[str]:
    """Return the operations that drop views and triggers before the event."""
    found = []
    for each in case.consequence.dependents:
        name = sql.quoted(case, each.name)
        if each.kind in {"view", "materialized view"}:
            found.append(run_sql(f"DROP {each.kind.upper()} {name}"))
        elif each.kind == "trigger":
            table = sql.quoted(case, case.consequence.table)
            found.append(run_sql(f"DROP TRIGGER {name} ON {table}"))
        else:
            found.append(f"# remove {each.kind} {each.name} first")
    return found


def owner(case: Case) -> tuple[str, str]:
    """Return app label and model of the constraint's table, "" where unknown."""
    if case.owner:
        app_label, _, model = case.owner.rpartition(".")
        return app_label, model
    if case.consequence.table == case.event.table:
        return case.place.app_label, case.model
    return "", ""


def drop_table(case: Case) -> str:
    """Return the operation that a DropTable stands for."""
    event = case.event
    assert isinstance(event, DropTable)
    if event.joins:
        *_, model, field = event.joins.split(".")
        return operation("RemoveField", model_name=text(model), name=text(field))
    if case.model:
        return operation("DeleteModel", name=text(case.model))
    return run_sql(f"DROP TABLE {sql.quoted(case, event.table)}")


def release(case: Case, other: str = "to another model") -> str:
    """Return the operation that takes a referencing foreign key away first."""
    app_label, model = owner(case)
    if not model and case.is_known:
        column = f"{shown(case.consequence.table)}.{case.constraint.columns[0]}"
        return f"# RemoveField, or AlterField {other}: the field of {column}"
    unknown = set(case.constraint.columns) - set(case.fields) if case.fields else ()
    if not model or unknown:
        return run_sql_to_drop(case)
    field = ", ".join(fields_of(case, case.constraint.columns))
    removal = operation("RemoveField", model_name=text(model), name=text(field))
    where = f"in {app_label}; " if app_label != case.place.app_label else ""
    return f"{removal}  # {where}or AlterField, {other}"


def acknowledgement(case: Case, hazard: str) -> str:
    """Return the acknowledgement of the case, as a migration writes it."""
    name = text(case.names[0])
    return (
        "fkguard_acknowledged = [\n"
        f'    acknowledge("{hazard}", {name}, reason="..."),\n'
        "]"
    )
