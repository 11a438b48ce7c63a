"""Raw SQL, read with a parser, as what it does to constraints.

A statement that sqlglot keeps as text (a ``Command``), or cannot parse at all, is
told as unread: nothing is taken for harmless because it was not understood.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from ...backends import backend_named
from ...schema.catalogue import Server
from ...schema.constraints import Check, Constraint, ForeignKey, Unique
from .comments import unwrapped
from .parsed import (
    ChecksSwitched,
    ColumnDropped,
    ColumnRenamed,
    ConstraintAdded,
    ConstraintDropped,
    Converted,
    Effect,
    RowsWritten,
    TableDropped,
    TableRenamed,
    TableReplaced,
    UnreadStatement,
)

#: Names of sqlglot's dialects.
DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
#: Variables that switch foreign key checks, and the values that switch them off.
SWITCHES = {
    "foreign_key_checks": {"0", "off", "false"},
    "foreign_keys": {"0", "off", "false", "no"},
    "session_replication_role": {"replica"},
}
MISSING = 'Reading SQL needs sqlglot: pip install "fkguard[lint]".'


@cache
def effects(
    sql: str, flavour: str, server: Server, is_script: bool = False
) -> tuple[Effect, ...]:
    """Return what SQL does to constraints, statement by statement.

    Of a script, Django sends the statements without their comments.
    """
    parser = _parser()
    if parser is None:
        return (UnreadStatement(text=sql, why=MISSING),)
    try:
        text = sql if is_script else unwrapped(sql, server)
        statements = parser.parse(text, dialect=DIALECTS[flavour])
    except (parser.errors.SqlglotError, RecursionError) as error:
        first = str(error).partition("\n")[0].rstrip(".")
        return (UnreadStatement(text=sql, why=f"sqlglot cannot parse it: {first}."),)
    return tuple(
        effect
        for statement in statements
        if statement is not None
        for effect in _read(statement, flavour, server)
    )


@cache
def _parser() -> Any:
    """Return sqlglot, None where the extra is not installed."""
    try:
        import sqlglot
        import sqlglot.errors
    except ImportError:
        return None
    # It warns of each statement that it keeps as text; an entry of ours says so.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return sqlglot


def _read(statement: Any, flavour: str, server: Server) -> Iterator[Effect]:
    kind = type(statement).__name__
    if backend_named(flavour).folds_unquoted_names:
        _fold(statement)
    if kind == "Command":
        yield from _command(statement, flavour, server)
    elif kind == "Drop":
        yield from _drop(statement, flavour)
    elif kind == "Alter":
        yield from _alter(statement, flavour)
    elif kind in {"Set", "Pragma"}:
        yield from _switch(statement)
    elif kind == "Select":
        yield from _configured(statement)
    elif kind in {"Insert", "Update", "Delete"}:
        yield from _written(statement, kind)
    elif kind == "Create":
        if statement.args.get("replace") and statement.kind == "TABLE":
            text = statement.sql(DIALECTS[flavour])
            yield TableReplaced(table=_key(_table(statement)), text=text)
        engine = _property(statement, "EngineProperty")
        if engine and engine.lower() not in {"innodb"}:
            yield Converted(table=_key(_table(statement)), to=f"the engine {engine}")
        if statement.args.get("unique") and type(statement.this).__name__ == "Index":
            index = statement.this
            made = _unique_index(index, flavour)
            yield ConstraintAdded(table=_key(index.args["table"]), constraint=made)


def _written(statement: Any, kind: str) -> Iterator[Effect]:
    """Yield the table whose rows a statement changes."""
    exp = _parser().exp
    table = statement.this
    if isinstance(table, exp.Schema):
        table = table.this
    if isinstance(table, exp.Table):
        yield RowsWritten(
            table=_key(table),
            how=kind,
            columns=frozenset(
                each.this.name
                for each in statement.expressions
                if kind == "Update" and isinstance(each, exp.EQ)
            ),
        )


def _fold(statement: Any) -> None:
    """Write names as PostgreSQL finds them: in lower case where nothing quotes them."""
    for each in statement.find_all(_parser().exp.Identifier):
        if not each.args.get("quoted"):
            each.set("this", each.this.lower())


def _command(statement: Any, flavour: str, server: Server) -> Iterator[Effect]:
    """Yield what a statement does that sqlglot keeps as text: two forms are read."""
    text = f"{statement.name or statement.this} {statement.text('expression')}".strip()
    words = [token.text for token in _parser().tokenize(text, DIALECTS[flavour])]
    upper = [word.upper() for word in words]
    if upper[:2] == ["ALTER", "TABLE"] and upper[3:5] == ["CONVERT", "TO"]:
        to = " ".join(words[5:])
        yield Converted(table=words[2], to=f"another character set: {to}")
        return
    if upper[:2] == ["ALTER", "TABLE"] and upper[-1] == "KEYS":
        return  # DISABLE KEYS, in every dump of MySQL: no unique is switched off.
    yield UnreadStatement(
        text=text, why=f"sqlglot does not know this statement of {server.describe()}."
    )


def _drop(statement: Any, flavour: str) -> Iterator[Effect]:
    kind = str(statement.args.get("kind") or "").upper()
    cascades = bool(statement.args.get("cascade"))
    for target in statement.args.get("tables") or ():
        if kind == "TABLE":
            text = statement.sql(DIALECTS[flavour])
            yield TableDropped(table=_key(target), cascades=cascades, text=text)
        elif kind == "INDEX":
            on = statement.args.get("cluster")
            yield ConstraintDropped(
                table=_key(on.this) if on is not None else "", name=target.name
            )
        elif kind in {"SCHEMA", "DATABASE", "TYPE", "DOMAIN"} or cascades:
            yield UnreadStatement(
                text=statement.sql(),
                why=f"What goes with a dropped {kind.lower()} is not known.",
            )


def _alter(statement: Any, flavour: str) -> Iterator[Effect]:
    table = _key(statement.this)
    if str(statement.args.get("kind") or "").upper() != "TABLE":
        return
    for option in statement.args.get("options") or ():
        if type(option).__name__ == "EngineProperty":
            yield Converted(table=table, to=f"the engine {option.name}")
        elif type(option).__name__ in {"CharacterSetProperty", "CollateProperty"}:
            yield Converted(table=table, to=f"another default: {option.sql()}")
    text = statement.sql(DIALECTS[flavour])
    for action in statement.args.get("actions") or ():
        kind = type(action).__name__
        if kind == "DropPrimaryKey":
            yield ConstraintDropped(table=table, name="")
        elif kind == "AlterRename":
            yield TableRenamed(table=table, to=action.this.name, text=text)
        elif kind == "RenameColumn":
            yield ColumnRenamed(table=table, column=action.this.name, text=text)
        elif kind == "ModifyColumn" and action.args.get("rename_from") is not None:
            old = action.args["rename_from"].name
            if old.lower() != action.this.name.lower():
                yield ColumnRenamed(table=table, column=old, text=text)
        elif kind == "Drop":
            what = str(action.args.get("kind") or "").upper()
            for target in action.args.get("tables") or ():
                if what == "COLUMN":
                    yield ColumnDropped(table=table, column=target.name)
                elif what not in {"DEFAULT", "PARTITION"}:
                    yield ConstraintDropped(table=table, name=target.name)
        elif kind == "AddConstraint":
            for each in action.expressions:
                made = _constraint(each, flavour)
                yield ConstraintAdded(table=table, constraint=made)


def _constraint(added: Any, flavour: str) -> Constraint:
    """Return what ADD CONSTRAINT makes, or MySQL's ADD UNIQUE KEY with a name."""
    name, body = added.name, added
    if type(added).__name__ == "Constraint":
        [body] = added.expressions[:1] or [added]
    kind = type(body).__name__
    if kind == "UniqueColumnConstraint" and type(body.this).__name__ == "Schema":
        unique = _unique(name or body.this.name, body.this.expressions, flavour)
        return replace(unique, deferrable=_deferrable(body.args.get("options")))
    if kind == "ForeignKey" and (made := _foreign_key(name, body)) is not None:
        return made
    if kind == "CheckColumnConstraint":
        columns = dict.fromkeys(each.name for each in _columns_in(body.this))
        return Check(name=name, columns=tuple(columns))
    return Constraint(name=name)


def _unique_index(index: Any, flavour: str) -> Unique:
    params = index.args.get("params")
    unique = _unique(index.name, params.args.get("columns") or (), flavour)
    reads, condition = set(unique.reads), ""
    if (where := params.args.get("where")) is not None:
        condition = where.this.sql(DIALECTS[flavour])
        reads.update(each.name for each in _columns_in(where))
    include = tuple(each.name for each in params.args.get("include") or ())
    return replace(
        unique,
        condition=condition,
        include=include,
        reads=frozenset(reads.union(include)),
        is_index=backend_named(flavour).keeps_indexes_apart,
    )


def _unique(name: str, keys: Iterable[Any], flavour: str) -> Unique:
    columns: dict[str, int | None] = {}
    expressions: list[str] = []
    reads: set[str] = set()
    for each in keys:
        key = each.this if type(each).__name__ == "Ordered" else each
        kind = type(key).__name__
        if kind in {"Column", "Identifier"}:
            columns[key.name] = None
        elif kind == "ColumnPrefix":
            columns[key.this.name] = int(key.expression.name)
        else:
            expressions.append(key.sql(DIALECTS[flavour]))
            reads.update(column.name for column in _columns_in(key))
    return Unique(
        name=name,
        columns=tuple(columns),
        reads=frozenset(reads),
        expressions=tuple(expressions),
        prefixes=tuple(columns.values()) if any(columns.values()) else (),
    )


def _foreign_key(name: str, body: Any) -> ForeignKey | None:
    reference = body.args.get("reference")
    if reference is None or type(reference.this).__name__ != "Schema":
        return None  # It references the primary key, whose columns it does not name.
    options = [
        *(reference.args.get("options") or ()),
        *(body.args.get("options") or ()),
    ]
    rules = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
    for option in map(str, options):
        words = option.upper().split()
        if words[0] == "ON":
            rules[words[1]] = " ".join(words[2:])
    return ForeignKey(
        name=name,
        columns=tuple(each.name for each in body.expressions),
        to_table=_key(reference.this.this),
        to_columns=tuple(each.name for each in reference.this.expressions),
        on_delete=rules["DELETE"],
        on_update=rules["UPDATE"],
        deferrable=_deferrable(options),
    )


def _deferrable(options: Iterable[Any] | None) -> str:
    said = {str(each).upper() for each in options or ()}
    if "INITIALLY DEFERRED" in said:
        return "deferred"
    return "immediate" if "DEFERRABLE" in said else ""


def _columns_in(expression: Any) -> Iterator[Any]:
    found: Iterator[Any] = expression.find_all(_parser().exp.Column)
    return found


def _switch(statement: Any) -> Iterator[Effect]:
    items = statement.expressions or [statement]
    for item in items:
        pair = item.this
        if type(pair).__name__ != "EQ":
            continue
        variable = pair.this.name.lower()
        value = pair.expression.name.lower()
        if variable in SWITCHES:
            yield ChecksSwitched(
                variable=variable,
                value=pair.expression.name,
                off=value in SWITCHES[variable],
            )


def _configured(statement: Any) -> Iterator[Effect]:
    """Yield what ``set_config()`` of PostgreSQL switches."""
    for call in statement.find_all(_parser().exp.Anonymous):
        if call.name.lower() == "set_config" and len(call.expressions) == 3:
            variable, value = (each.name for each in call.expressions[:2])
            if variable.lower() in SWITCHES:
                yield ChecksSwitched(
                    variable=variable.lower(),
                    value=value,
                    off=value.lower() in SWITCHES[variable.lower()],
                )


def _table(statement: Any) -> Any:
    this = statement.this
    return this.this if type(this).__name__ == "Schema" else this


def _property(statement: Any, kind: str) -> str:
    properties = statement.args.get("properties")
    for each in properties.expressions if properties is not None else ():
        if type(each).__name__ == kind:
            return str(each.name)
    return ""


def _key(table: Any) -> str:
    """Return the key of a table that a statement names."""
    schema = table.text("db")
    return f'{schema}"."{table.name}' if schema else str(table.name)
