"""Let an editor's call make new columns and tables as a foreign key needs them.

What is there already is never touched: only the statement that makes a column or a
table has another type, charset, collation or engine in it than Django would write. A
column that Django writes anew, less its collation or comment, is written with them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from django.db.models import Field, Model

from .. import compat
from ..backends import backend_for
from ..declared.models import Rendered
from ..judgement.judge import Verdict
from ..schema.catalogue import Column
from ..schema.events import AlterColumn
from ..schema.names import shown

logger = logging.getLogger("fkguard")


@contextmanager
def given(
    editor: Any, args: tuple[Any, ...], verdicts: list[Verdict]
) -> Iterator[None]:
    """Give what a call makes the definitions and the engine of its verdicts.

    Each column, and each table, is told of in one line when it is made.
    """
    types: dict[tuple[str, str], str] = {}
    whole: dict[tuple[str, str], Column] = {}
    lines: list[str] = []
    for finding in (each for verdict in verdicts for each in verdict.findings):
        recipe, consequence = finding.recipe, finding.case.consequence
        if recipe is not None and recipe.restates and consequence.reset is not None:
            wanted = consequence.reset.wanted
            whole[consequence.table, wanted.name] = wanted
        if recipe is None or recipe.column is None or consequence.difference is None:
            continue
        type_ = consequence.difference.remedy_type
        event, name = consequence.event, recipe.column.name
        types[event.table, name] = type_
        does = (
            f"stays {type_}, as the other end of a foreign key is"
            if isinstance(event, AlterColumn)
            else f"is made as {type_}, like what it references"
        )
        line = f"{shown(event.table)}.{name} {does} (fkguard.{finding.hazard.id})."
        if line not in lines:
            lines.append(line)
    engine = next((each.engine for each in verdicts if each.engine), "")
    lines += [
        f"{shown(each.made)} is made with ENGINE = {each.engine}, as the default of "
        "this session has no foreign keys."
        for each in verdicts
        if each.engine
    ]
    with ExitStack() as stack:
        if types:
            for field in _fields(Rendered(editor.connection), args, types):
                stack.enter_context(field)
        if engine:
            stack.enter_context(_engine(editor, engine))
        if whole:
            stack.enter_context(_restated(editor, whole))
        yield
    for line in lines:
        logger.warning("%s", line)


def _fields(
    source: Rendered, args: tuple[Any, ...], types: Mapping[tuple[str, str], str]
) -> Iterator[Any]:
    """Yield a context for each field of a call that is to have a type of its own."""
    for table, column, field in _columns(source, args):
        if (type_ := types.get((table, column))) is not None:
            yield _typed(field, type_)


def _columns(source: Rendered, args: tuple[Any, ...]) -> Iterator[tuple[str, str, Any]]:
    """Yield table, column and field of each column that a call may make or alter.

    Both fields of an alteration, so that Django sees no change of type.
    """
    first = args[0]
    owners: list[type[Model]] = [first]
    if len(args) > 1 and isinstance(args[1], Field):
        field: Any = args[1]
        if field.many_to_many:
            owners = [field.remote_field.through]
        else:
            table = source.key_of(first._meta.db_table)
            fields: list[Any] = [each for each in args[1:3] if isinstance(each, Field)]
            for each in fields:
                yield table, fields[-1].column, each
            return
    else:
        relations: list[Any] = list(first._meta.local_many_to_many)
        owners += [each.remote_field.through for each in relations]
    for owner in owners:
        for each in owner._meta.local_fields:
            yield source.key_of(owner._meta.db_table), each.column or "", each


@contextmanager
def _typed(field: Any, type_: str) -> Iterator[None]:
    """Let a field ask for a type, with its charset and collation, for a while."""
    parameters = field.db_parameters

    def db_parameters(connection: Any) -> dict[str, Any]:
        return {**parameters(connection), "type": type_, "collation": None}

    field.db_parameters = db_parameters
    try:
        yield
    finally:
        del field.db_parameters


@contextmanager
def _engine(editor: Any, engine: str) -> Iterator[None]:
    """Let CREATE TABLE name an engine for a while."""
    editor.sql_create_table = f"{editor.sql_create_table} ENGINE = {engine}"
    try:
        yield
    finally:
        del editor.sql_create_table


def _restated(
    editor: Any, columns: Mapping[tuple[str, str], Column]
) -> AbstractContextManager[None]:
    """Let MODIFY state the collation and the comment of some columns for a while."""
    key_of = Rendered(editor.connection).key_of
    statements = backend_for(editor.connection).statements

    def rest(table: str, column: str, sql: str) -> str:
        wanted = columns.get((key_of(table), column))
        return statements.left_out(wanted, sql) if wanted is not None else ""

    return compat.modifying_with(editor, rest)
