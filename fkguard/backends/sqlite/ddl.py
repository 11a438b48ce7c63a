"""Take apart the statements that SQLite keeps in ``sqlite_master``.

The pragmas tell no name of a constraint, no CHECK, no collation, no DEFERRABLE
and no predicate. Django asks sqlparse for some of these; its lexer takes a
backslash for an escape inside quotes, which SQLite does not, hence this one.
https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKENS = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*|\.\d+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int
    #: The word in capitals, or the mark; "" for what is in quotes.
    keyword: str

    @property
    def name(self) -> str:
        """Return the token as an identifier; SQLite takes strings for one too."""
        if self.kind in ("quoted", "string"):
            last = self.text[-1]
            return self.text[1:-1].replace(last * 2, last)
        return self.text


@dataclass
class UniqueClause:
    name: str
    columns: tuple[str, ...]
    #: The key as written, where it has more than the columns' names.
    key: str = ""


@dataclass
class CheckClause:
    name: str
    expression: str
    columns: tuple[str, ...]
    is_column_level: bool


@dataclass
class ForeignKeyClause:
    name: str
    columns: tuple[str, ...]
    to_table: str
    deferrable: str = ""


@dataclass
class TableDefinition:
    """What a CREATE TABLE statement says beyond the pragmas."""

    primary_key: str = ""
    is_without_rowid: bool = False
    collations: dict[str, str] = field(default_factory=dict)
    uniques: list[UniqueClause] = field(default_factory=list)
    checks: list[CheckClause] = field(default_factory=list)
    foreign_keys: list[ForeignKeyClause] = field(default_factory=list)


@dataclass
class IndexDefinition:
    """What a CREATE INDEX statement says beyond the pragmas."""

    #: The SQL of each part of the key.
    parts: tuple[str, ...] = ()
    condition: str = ""
    #: All that follows the name of the table.
    tail: str = ""


@dataclass
class TriggerDefinition:
    #: The columns of UPDATE OF.
    columns: tuple[str, ...] = ()
    #: The columns of OLD and NEW that the trigger reads.
    reads: frozenset[str] = frozenset()


def tokens(sql: str) -> list[Token]:
    """Return the tokens of a statement, without space and comments."""
    found = []
    for match in _TOKENS.finditer(sql):
        kind = match.lastgroup or ""
        if kind != "space":
            text, (start, end) = match[0], match.span()
            keyword = text.upper() if kind in ("word", "mark") else ""
            found.append(Token(kind, text, start, end, keyword))
    return found


def columns_in(found: Iterable[Token], known: Iterable[str]) -> tuple[str, ...]:
    """Return the known columns that an expression names, in the table's order."""
    found = list(found)
    # A word before a parenthesis is a function, not a column.
    calls = {place - 1 for place, token in enumerate(found) if token.text == "("}
    named = {
        token.name.lower()
        for place, token in enumerate(found)
        if token.kind == "quoted" or (token.kind == "word" and place not in calls)
    }
    return tuple(name for name in known if name.lower() in named)


class _Reader:
    """Tokens, and where the reading of them has come to."""

    def __init__(self, sql: str, found: list[Token]) -> None:
        self.sql = sql
        self.tokens = found
        self.place = 0

    def __bool__(self) -> bool:
        return self.place < len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self.tokens[place].keyword if place < len(self.tokens) else ""

    def next(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def accept(self, *words: str) -> bool:
        """Go past the words if they are what comes next."""
        found, place = self.tokens, self.place
        if place >= len(found) or found[place].keyword != words[0]:
            return False  # Mostly so, for each word of each table.
        if any(self.peek(ahead) != word for ahead, word in enumerate(words)):
            return False
        self.place += len(words)
        return True

    def group(self) -> list[Token]:
        """Go past a pair of parentheses; return what is between them."""
        depth, start = 0, self.place + 1
        while self:
            mark = self.next().text
            depth += (mark == "(") - (mark == ")")
            if not depth:
                return self.tokens[start : self.place - 1]
        return self.tokens[start:]

    def text(self, found: list[Token]) -> str:
        return self.sql[found[0].start : found[-1].end] if found else ""


def split(found: list[Token]) -> Iterator[list[Token]]:
    """Yield what is between the commas that no parentheses enclose."""
    item: list[Token] = []
    depth = 0
    for token in found:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and not depth:
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def parse_table(sql: str, known: Iterable[str] = ()) -> TableDefinition:
    """Return what a CREATE TABLE statement says; `known` are its columns."""
    table = TableDefinition()
    reader = _Reader(sql, tokens(sql))
    while reader and reader.peek() != "(":
        reader.next()
    body = reader.group()
    table.is_without_rowid = any(
        reader.tokens[place].keyword == "WITHOUT"
        for place in range(reader.place, len(reader.tokens))
    )
    known = tuple(known)
    is_column = True
    for item in split(body):
        if not item:
            continue
        first = item[0].keyword
        # Columns come first; a column may be named as a keyword only in quotes.
        if first in ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
            is_column = False
        _parse_item(sql, item, known, table, item[0].name if is_column else "")
    return table


def _parse_item(
    sql: str,
    item: list[Token],
    known: tuple[str, ...],
    table: TableDefinition,
    column: str,
) -> None:
    """Read a column's definition, or the constraints after the columns."""
    reader = _Reader(sql, item)
    name = ""
    own: tuple[str, ...] = (column,) if column else ()
    if column:
        reader.next()
    while reader:
        if reader.accept("CONSTRAINT") and reader:
            name = reader.next().name
            continue
        if reader.accept("PRIMARY", "KEY"):
            table.primary_key = name
            if not column and reader.peek() == "(":
                reader.group()
        elif reader.accept("UNIQUE"):
            if not column and reader.peek() == "(":
                key = reader.group()
                parts = [part for part in split(key) if part]
                table.uniques.append(
                    UniqueClause(
                        name,
                        tuple(part[0].name for part in parts),
                        reader.text(key) if any(len(p) > 1 for p in parts) else "",
                    )
                )
            else:
                table.uniques.append(UniqueClause(name, own))
        elif reader.peek() == "CHECK" and reader.peek(1) == "(":
            reader.next()
            found = reader.group()
            table.checks.append(
                CheckClause(
                    name, reader.text(found), columns_in(found, known), bool(column)
                )
            )
        elif reader.accept("FOREIGN", "KEY"):
            own = tuple(part[0].name for part in split(reader.group()) if part)
            continue
        elif reader.accept("REFERENCES") and reader:
            foreign_key = ForeignKeyClause(name, own, reader.next().name)
            if reader.peek() == "(":
                reader.group()
            _parse_actions(reader, foreign_key)
            table.foreign_keys.append(foreign_key)
        elif reader.accept("COLLATE") and reader:
            table.collations[column.lower()] = reader.next().name
        elif reader.accept("DEFAULT") and reader:
            if reader.peek() == "(":
                reader.group()
            elif reader.next().text in "+-" and reader:
                reader.next()
        elif reader.peek() == "(":
            reader.group()  # The length of a type, a generated column's expression.
            continue
        else:
            reader.next()
            continue
        name = ""


def _parse_actions(reader: _Reader, foreign_key: ForeignKeyClause) -> None:
    """Read what may follow REFERENCES."""
    while reader:
        if reader.accept("ON"):
            reader.next()  # DELETE or UPDATE
            if not (
                reader.accept("SET", "NULL")
                or reader.accept("SET", "DEFAULT")
                or reader.accept("NO", "ACTION")
            ):
                reader.next()
        elif reader.accept("MATCH"):
            reader.next()
        elif reader.accept("NOT", "DEFERRABLE"):
            # Even with INITIALLY DEFERRED after it.
            _ = reader.accept("INITIALLY") and reader.next()
        elif reader.accept("DEFERRABLE"):
            foreign_key.deferrable = "immediate"
            if reader.accept("INITIALLY") and reader.next().keyword == "DEFERRED":
                foreign_key.deferrable = "deferred"
        else:
            return


def parse_index(sql: str) -> IndexDefinition:
    """Return what a CREATE INDEX statement says."""
    reader = _Reader(sql, tokens(sql))
    while reader and reader.peek() != "(":
        reader.next()
    if not reader:
        return IndexDefinition()
    tail = sql[reader.tokens[reader.place].start : reader.tokens[-1].end]
    key = reader.group()
    condition = ""
    if reader.accept("WHERE"):
        condition = reader.text(reader.tokens[reader.place :])
    return IndexDefinition(
        parts=tuple(reader.text(part) for part in split(key)),
        condition=condition,
        tail=tail,
    )


def parse_trigger(sql: str, known: Iterable[str]) -> TriggerDefinition:
    """Return which columns a CREATE TRIGGER statement names for sure."""
    known = tuple(known)
    found = tokens(sql)
    reader = _Reader(sql, found)
    columns: list[Token] = []
    while reader and reader.peek() != "BEGIN":
        if reader.accept("UPDATE", "OF"):
            while reader and reader.peek() != "ON":
                columns.append(reader.next())
        else:
            reader.next()
    # Any other name may be a column of another table.
    read = [
        found[place + 2]
        for place in range(len(found) - 2)
        if found[place].keyword in ("OLD", "NEW") and found[place + 1].text == "."
    ]
    named = columns_in(columns, known)
    return TriggerDefinition(
        columns=named, reads=frozenset(columns_in(read, known)).difference(named)
    )
