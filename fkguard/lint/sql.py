"""Raw SQL, read with a parser, as what it does to constraints.

A statement that sqlglot keeps as text (a ``Command``), or cannot parse at all, is
told as unread: nothing is taken for harmless because it was not understood.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..constraints import Server

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


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One thing that a statement does."""

    #: The key of the table; "" where the statement names none.
    table: str = ""


@dataclass(frozen=True, kw_only=True)
class ConstraintDropped(Effect):
    """A constraint or an index goes, by its name."""

    #: "" for the primary key.
    name: str


@dataclass(frozen=True, kw_only=True)
class ConstraintAdded(Effect):
    """A constraint is made, by its name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ColumnDropped(Effect):
    """A column goes."""

    column: str


@dataclass(frozen=True, kw_only=True)
class TableDropped(Effect):
    """A table goes."""

    cascades: bool


@dataclass(frozen=True, kw_only=True)
class Converted(Effect):
    """A table gets another engine or character set."""

    #: "the engine MyISAM", to be read after "gives the table".
    to: str


@dataclass(frozen=True, kw_only=True)
class ChecksSwitched(Effect):
    """A session switches foreign key checks on or off."""

    variable: str
    value: str
    off: bool


@dataclass(frozen=True, kw_only=True)
class Unread(Effect):
    """A statement that the parser does not know."""

    text: str
    why: str


@cache
def effects(sql: str, flavour: str, server: Server) -> tuple[Effect, ...]:
    """Return what SQL does to constraints, statement by statement."""
    parser = _parser()
    if parser is None:
        return (Unread(text=sql, why=MISSING),)
    try:
        statements = parser.parse(sql, dialect=DIALECTS[flavour])
    except (parser.errors.SqlglotError, RecursionError) as error:
        first = str(error).partition("\n")[0].rstrip(".")
        return (Unread(text=sql, why=f"sqlglot cannot parse it: {first}."),)
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
    if kind == "Command":
        yield _command(statement, flavour, server)
    elif kind == "Drop":
        yield from _drop(statement)
    elif kind == "Alter":
        yield from _alter(statement)
    elif kind in {"Set", "Pragma"}:
        yield from _switch(statement)
    elif kind == "Create":
        engine = _property(statement, "EngineProperty")
        if engine and engine.lower() not in {"innodb"}:
            yield Converted(table=_key(_table(statement)), to=f"the engine {engine}")


def _command(statement: Any, flavour: str, server: Server) -> Effect:
    """Return what a statement does that sqlglot keeps as text: one form is read."""
    text = f"{statement.name or statement.this} {statement.text('expression')}".strip()
    words = [token.text for token in _parser().tokenize(text, DIALECTS[flavour])]
    upper = [word.upper() for word in words]
    if upper[:2] == ["ALTER", "TABLE"] and upper[3:5] == ["CONVERT", "TO"]:
        to = " ".join(words[5:])
        return Converted(table=words[2], to=f"another character set: {to}")
    return Unread(
        text=text, why=f"sqlglot does not know this statement of {server.describe()}."
    )


def _drop(statement: Any) -> Iterator[Effect]:
    kind = str(statement.args.get("kind") or "").upper()
    cascades = bool(statement.args.get("cascade"))
    for target in statement.args.get("tables") or ():
        if kind == "TABLE":
            yield TableDropped(table=_key(target), cascades=cascades)
        elif kind == "INDEX":
            on = statement.args.get("cluster")
            yield ConstraintDropped(
                table=_key(on.this) if on is not None else "", name=target.name
            )
        elif kind in {"SCHEMA", "DATABASE", "TYPE", "DOMAIN"} or cascades:
            yield Unread(
                text=statement.sql(),
                why=f"What goes with a dropped {kind.lower()} is not known.",
            )


def _alter(statement: Any) -> Iterator[Effect]:
    table = _key(statement.this)
    if str(statement.args.get("kind") or "").upper() != "TABLE":
        return
    for option in statement.args.get("options") or ():
        if type(option).__name__ == "EngineProperty":
            yield Converted(table=table, to=f"the engine {option.name}")
        elif type(option).__name__ in {"CharacterSetProperty", "CollateProperty"}:
            yield Converted(table=table, to=f"another default: {option.sql()}")
    for action in statement.args.get("actions") or ():
        kind = type(action).__name__
        if kind == "DropPrimaryKey":
            yield ConstraintDropped(table=table, name="")
        elif kind == "Drop":
            what = str(action.args.get("kind") or "").upper()
            for target in action.args.get("tables") or ():
                if what == "COLUMN":
                    yield ColumnDropped(table=table, column=target.name)
                elif what not in {"DEFAULT", "PARTITION"}:
                    yield ConstraintDropped(table=table, name=target.name)
        elif kind == "AddConstraint":
            for each in action.expressions:
                if each.name:
                    yield ConstraintAdded(table=table, name=each.name)


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
