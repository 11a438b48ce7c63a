"""Read the catalogue of SQLite, from ``sqlite_master`` and table-valued pragmas.

https://www.sqlite.org/pragma.html#pragfunc
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.utils import OperationalError

from ...schema.catalogue import Column, Server, Table
from ...schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Trigger,
    Unique,
)
from ..base.introspection import Introspection as BaseIntrospection
from . import ddl

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

Row = tuple[Any, ...]

# A virtual table whose module is not loaded makes the pragmas fail.
MASTER = """
SELECT name, tbl_name, type, sql, 0 AS is_temporary FROM main.sqlite_master
WHERE type IN ('table', 'index', 'trigger')
AND NOT (type = 'table' AND sql LIKE 'create virtual%%')
UNION ALL
SELECT name, tbl_name, type, sql, 1 FROM temp.sqlite_master
WHERE type IN ('table', 'index', 'trigger')
AND NOT (type = 'table' AND sql LIKE 'create virtual%%')
"""

FOREIGN_KEYS = """
SELECT m.name, f.id, f.seq, f."table", f."from",
       coalesce(
           (SELECT p.name FROM pragma_table_info(f."table") AS p
            WHERE CASE WHEN f."to" IS NULL THEN p.pk = f.seq + 1
                       ELSE p.name = f."to" COLLATE NOCASE END),
           f."to"
       ),
       f.on_update, f.on_delete
FROM main.sqlite_master AS m, pragma_foreign_key_list(m.name, 'main') AS f
WHERE m.type = 'table' AND m.sql NOT LIKE 'create virtual%'
ORDER BY m.name, f.id, f.seq
"""

# The chosen tables, as JSON, are the first and only parameter of the rest.
CHOSEN = """
(SELECT m.name, 'main' AS place FROM main.sqlite_master AS m
 WHERE m.type = 'table' AND m.sql NOT LIKE 'create virtual%%'
 UNION ALL
 SELECT m.name, 'temp' FROM temp.sqlite_master AS m
 WHERE m.type = 'table' AND m.sql NOT LIKE 'create virtual%%') AS t
"""

COLUMNS = f"""
SELECT t.name, t.place = 'temp', c.name, c.type, c."notnull", c.pk, c.hidden
FROM {CHOSEN}, pragma_table_xinfo(t.name, t.place) AS c
WHERE t.name IN (SELECT value FROM json_each(%s)) AND c.hidden <> 1
ORDER BY t.name, t.place, c.cid
"""

INDEXES = f"""
SELECT t.name, t.place = 'temp', i.name, i."unique", i.origin, i.partial,
       x.cid, x.name, x."desc", x.coll
FROM {CHOSEN}, pragma_index_list(t.name, t.place) AS i,
     pragma_index_xinfo(i.name, t.place) AS x
WHERE t.name IN (SELECT value FROM json_each(%s)) AND x.key
ORDER BY t.name, t.place, i.seq, x.seqno
"""


@dataclass
class CollectedTable:
    """A table while its parts are being collected."""

    name: str
    sql: str
    is_temporary: bool
    columns: list[Row] = field(default_factory=list)
    indexes: list[tuple[Row, list[Row]]] = field(default_factory=list)
    foreign_keys: list[list[Row]] = field(default_factory=list)
    index_sql: dict[str, str] = field(default_factory=dict)
    triggers: list[tuple[str, str]] = field(default_factory=list)

    def table(self) -> Table:
        self.known = [name for name, *_ in self.columns]
        self.definition = ddl.parse_table(self.sql, self.known)
        primary_key = tuple(
            name
            for name, _, _, place, _ in sorted(self.columns, key=lambda c: c[3])
            if place
        )
        return Table(
            name=self.name,
            columns=tuple(self._columns(primary_key)),
            constraints=tuple(self._constraints(primary_key)),
            is_temporary=self.is_temporary,
        )

    def _columns(self, primary_key: tuple[str, ...]) -> Iterator[Column]:
        for name, kind, not_null, _, hidden in self.columns:
            # The rowid under another name: only this very type makes one.
            # https://www.sqlite.org/lang_createtable.html#rowid
            is_rowid = (
                primary_key == (name,)
                and kind.upper() == "INTEGER"
                and not self.definition.is_without_rowid
            )
            if hidden and kind.upper().endswith(" GENERATED ALWAYS"):
                kind = kind[: -len(" GENERATED ALWAYS")]
            yield Column(
                name=name,
                type=kind,
                null=not (not_null or is_rowid),
                collation=self.definition.collations.get(name.lower(), ""),
                generated={2: "virtual", 3: "stored"}.get(hidden, ""),
                is_auto=is_rowid,
            )

    def _constraints(self, primary_key: tuple[str, ...]) -> Iterator[Constraint]:
        if primary_key:
            yield PrimaryKey(name=self.definition.primary_key, columns=primary_key)
        yield from self._uniques()
        for (name, is_unique, _, is_partial), parts in self.indexes:
            if (sql := self.index_sql.get(name)) is not None:
                yield self._index(name, bool(is_unique), bool(is_partial), parts, sql)
        yield from self._foreign_keys()
        for check in self.definition.checks:
            yield Check(
                name=check.name,
                columns=check.columns,
                expression=check.expression,
                is_column_level=check.is_column_level,
            )
        for name, sql in self.triggers:
            trigger = ddl.parse_trigger(sql, self.known)
            yield Trigger(
                name=name,
                columns=trigger.columns,
                reads=trigger.reads,
                definition=sql,
            )

    def _uniques(self) -> Iterator[Unique]:
        """Yield the unique constraints of the CREATE TABLE.

        SQLite makes one index where two of them have the same columns; a name
        that was recorded is a promise of its own all the same.
        """
        automatic = {
            tuple(part[1] for part in parts): name
            for (name, _, origin, _), parts in reversed(self.indexes)
            if origin == "u"
        }
        told: set[tuple[str, ...]] = set()
        spelled = {name.lower(): name for name in self.known}
        for clause in sorted(self.definition.uniques, key=lambda each: not each.name):
            columns = tuple(spelled.get(name.lower(), name) for name in clause.columns)
            # Without a name it is the index, unless another clause or the primary
            # key has made that already.
            if clause.name or (columns not in told and columns in automatic):
                told.add(columns)
                yield Unique(
                    name=clause.name or automatic[columns],
                    columns=columns,
                    is_inline=True,
                    definition=f"UNIQUE ({clause.key})" if clause.key else "",
                )
        for columns, name in automatic.items():
            if columns not in told:
                yield Unique(name=name, columns=columns, is_inline=True)

    def _index(
        self, name: str, is_unique: bool, is_partial: bool, parts: list[Row], sql: str
    ) -> Unique | Index:
        index = ddl.parse_index(sql)
        columns = tuple(column for cid, column, *_ in parts if cid >= 0)
        expressions = tuple(
            text
            for text, part in zip(index.parts, parts, strict=False)
            if part[0] == -2
        )
        read = ddl.columns_in(
            ddl.tokens(" , ".join((*expressions, index.condition))), self.known
        )
        collations = self.definition.collations
        is_untold = bool(columns and expressions) or any(
            is_descending
            or (
                cid >= 0
                and collation.upper()
                != collations.get(column.lower(), "BINARY").upper()
            )
            for cid, column, is_descending, collation in parts
        )
        kind = Unique if is_unique else Index
        facts: dict[str, Any] = {
            "name": name,
            "columns": columns,
            "reads": frozenset(read).difference(columns),
            "expressions": expressions,
            "condition": index.condition if is_partial else "",
            "definition": index.tail if is_untold else "",
        }
        return Unique(**facts, is_index=True) if kind is Unique else Index(**facts)

    def _foreign_keys(self) -> Iterator[ForeignKey]:
        # The pragma counts them from the last one written to the first.
        written = list(self.definition.foreign_keys)
        spelled = {name.lower(): name for name in self.known}
        for parts in reversed(self.foreign_keys):
            to_table: str = parts[0][2]
            on_update, on_delete = parts[0][5:7]
            names: list[str] = [row[3] for row in parts]
            columns = tuple(spelled.get(name.lower(), name) for name in names)
            folded = ([column.lower() for column in columns], to_table.lower())
            clause = None
            for each in written:
                if folded == ([c.lower() for c in each.columns], each.to_table.lower()):
                    clause = each
                    break
            if clause is not None:
                written.remove(clause)
            yield ForeignKey(
                name=clause.name if clause else "",
                columns=columns,
                to_table=to_table,
                to_columns=tuple(row[4] or "" for row in parts),
                on_delete=on_delete.upper(),
                on_update=on_update.upper(),
                deferrable=clause.deferrable if clause else "",
            )


class Introspection(BaseIntrospection):
    """SQLite's catalogue: the main database and the temporary one."""

    flavour = "sqlite"

    def _server(self, cursor: CursorWrapper) -> Server:
        ((version, encoding, checks),) = self.fetch(
            cursor,
            "SELECT sqlite_version(), encoding, foreign_keys "
            "FROM pragma_encoding, pragma_foreign_keys",
        )
        return Server(
            flavour=self.flavour,
            version=tuple(map(int, version.split("."))),
            database=str(self.connection.settings_dict["NAME"]),
            charset=encoding,
            foreign_key_checks=bool(checks),
            restrict_fk_on_non_standard_key=True,
            finds_tables_in_any_case=True,
        )

    def tables_with_orphans(self) -> tuple[str, ...]:
        # Django's editor asks this of every table when it ends a migration.
        with self.connection.cursor() as cursor:
            try:
                found = self.fetch(
                    cursor, 'SELECT DISTINCT "table" FROM pragma_foreign_key_check'
                )
            except OperationalError:
                # "foreign key mismatch": a key that cannot be referenced is no
                # matter of rows, and the pragma stops at it.
                return ()
        return tuple(sorted(name for (name,) in found))

    def _key(self, schema: str, name: str) -> str:
        return super()._key("" if schema.lower() == "main" else schema, name)

    def _tables(
        self, cursor: CursorWrapper, server: Server, tables: Collection[str] | None
    ) -> Iterable[Table]:
        master = self.fetch(cursor, MASTER, [])
        sources: dict[tuple[str, bool], CollectedTable] = {}
        spelled: dict[str, str] = {}
        for name, _, kind, sql, is_temporary in master:
            if kind == "table" and not name.startswith("sqlite_"):
                spelled[name.lower()] = name
                sources[name, bool(is_temporary)] = CollectedTable(
                    name, sql, bool(is_temporary)
                )
        foreign_keys = self._foreign_keys(cursor, spelled)
        if tables is not None:
            wanted = {name.lower() for name in tables}
            wanted |= {
                name.lower()
                for name, keys in foreign_keys.items()
                if any(parts[0][2].lower() in wanted for parts in keys)
            }
            sources = {
                key: source
                for key, source in sources.items()
                if source.name.lower() in wanted
            }
        chosen = [json.dumps(sorted({source.name for source in sources.values()}))]
        for name, is_temporary, *row in self.fetch(cursor, COLUMNS, chosen):
            if source := sources.get((name, bool(is_temporary))):
                source.columns.append(tuple(row))
        for (name, is_temporary, *index), group in groupby(
            self.fetch(cursor, INDEXES, chosen), key=lambda row: row[:6]
        ):
            if source := sources.get((name, bool(is_temporary))):
                source.indexes.append((tuple(index), [row[6:] for row in group]))
        for name, table, kind, sql, is_temporary in master:
            source = sources.get(
                (spelled.get(table.lower(), table), bool(is_temporary))
            )
            if source and sql and kind == "index":
                source.index_sql[name] = sql
            elif source and kind == "trigger":
                source.triggers.append((name, sql))
        for name, keys in foreign_keys.items():
            if source := sources.get((name, False)):
                source.foreign_keys = keys
        return [source.table() for _, source in sorted(sources.items())]

    def _foreign_keys(
        self, cursor: CursorWrapper, spelled: Mapping[str, str]
    ) -> dict[str, list[list[Row]]]:
        """Return the rows of each foreign key of each table."""
        keys: dict[str, list[list[Row]]] = defaultdict(list)
        for (name, _), group in groupby(
            self.fetch(cursor, FOREIGN_KEYS), key=lambda row: row[:2]
        ):
            keys[name].append(
                [
                    (*row[1:3], spelled.get(row[3].lower(), row[3]), *row[4:])
                    for row in group
                ]
            )
        return keys
