"""Read the catalogue of MySQL, from ``information_schema``.

Each query names one view and one schema and is joined to the others here: MariaDB
opens the files of every table for each view that a join asks.
https://dev.mysql.com/doc/refman/en/information-schema.html
https://mariadb.com/kb/en/optimizing-for-information-schema/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from ...schema.catalogue import Catalogue, Column, Server, Table
from ...schema.constraints import Check, Constraint, ForeignKey
from ...schema.names import join_key, quoted_names, split_key
from ..base.introspection import Introspection as BaseIntrospection
from .information_schema import Row, as_sql, index_of, rule

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

#: So many names are sent with a query; beyond, everything is read and sorted out.
MOST_NAMES = 500


class Introspection(BaseIntrospection):
    """The catalogue of MySQL's current schema."""

    flavour = "mysql"
    quote_character = "`"
    #: The column of STATISTICS that holds a functional key part.
    expression_column = "s.EXPRESSION"
    #: Says whether an index is hidden from the optimizer.
    is_hidden_column = "s.IS_VISIBLE = 'NO'"
    #: The words that hide one.
    hidden = "INVISIBLE"
    is_temporary_column = "'N'"
    may_ignore_foreign_keys = True

    def _variables(self) -> tuple[str, str, str]:
        """Return SQL for the default and the forced engine, and the rule on keys."""
        # The variable came with MySQL 8.4; before it, any index was enough.
        version = getattr(self.connection, "mysql_version", ())
        rule = "@@restrict_fk_on_non_standard_key" if version >= (8, 4) else "0"
        return "@@default_storage_engine", "''", rule

    def _server(self, cursor: CursorWrapper) -> Server:
        engine, forced, rule = self._variables()
        ((version, database, charset, collation, engine, forced, *session),) = (
            self.fetch(
                cursor,
                f"""
                SELECT VERSION(), s.SCHEMA_NAME, s.DEFAULT_CHARACTER_SET_NAME,
                       s.DEFAULT_COLLATION_NAME, {engine}, {forced},
                       @@foreign_key_checks, {rule}, @@lower_case_table_names
                FROM (SELECT 1) AS one
                LEFT JOIN information_schema.SCHEMATA s ON s.SCHEMA_NAME = DATABASE()
                """,
            )
        )
        checks, restrict, lower = session
        match = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        return Server(
            flavour=self.flavour,
            version=tuple(map(int, match.groups())) if match else (),
            database=database or "",
            charset=charset or "",
            collation=collation or "",
            default_engine=engine or "",
            forced_engine=forced or "",
            foreign_key_checks=bool(checks),
            restrict_fk_on_non_standard_key=bool(restrict),
            lower_case_table_names=int(lower),
        )

    def with_foreign_keys(self, tables: Collection[str], server: Server) -> Catalogue:
        constraints: dict[str, list[Constraint]] = defaultdict(list)
        with self._cursor() as cursor:
            reading = Reading(self, cursor, server)
            pairs = map(split_key, tables)
            reading.names = sorted(name for schema, name in pairs if not schema)
            reading.read_foreign_keys(constraints)
        return Catalogue(
            server,
            (
                Table(name=reading.own(name), constraints=tuple(found))
                for name, found in constraints.items()
            ),
        )

    def referencing_columns(self, tables: Collection[str]) -> set[tuple[str, str]]:
        keys = {split_key(key): key for key in tables}
        schemas = sorted({schema for schema, _ in keys})
        names = sorted({name for _, name in keys})
        with self._cursor() as cursor:
            rows = self.fetch(
                cursor,
                f"""
                SELECT IF(k.TABLE_SCHEMA = DATABASE(), '', k.TABLE_SCHEMA),
                       k.TABLE_NAME, k.COLUMN_NAME
                FROM information_schema.KEY_COLUMN_USAGE k
                WHERE k.REFERENCED_TABLE_NAME IS NOT NULL
                AND k.TABLE_SCHEMA IN (DATABASE(), {marks(schemas)})
                AND k.TABLE_NAME IN ({marks(names)})
                """,
                [*schemas, *names],
            )
        return {
            (keys[schema, name], column)
            for schema, name, column in rows
            if (schema, name) in keys
        }

    def _key(self, schema: str, name: str) -> str:
        if self.connection.features.ignores_table_name_case:
            schema, name = schema.lower(), name.lower()
        if not schema:
            return name
        with self._cursor() as cursor:
            ((database,),) = self.fetch(cursor, "SELECT DATABASE()")
        return self.join(database, schema, name, folds=False)

    @staticmethod
    def join(database: str, schema: str, name: str, *, folds: bool) -> str:
        """Return the key of a table by its schema, which is left out if current."""
        if folds:
            database, schema, name = database.lower(), schema.lower(), name.lower()
        return join_key("" if schema == database else schema, name)

    def _tables(
        self, cursor: CursorWrapper, server: Server, tables: Collection[str] | None
    ) -> Iterable[Table]:
        reader = Reading(self, cursor, server)
        reader.choose(tables)
        return reader.tables()

    def checks(self, reading: Reading) -> Iterable[Row]:
        """Yield table, name, clause, whether column level, whether enforced."""
        # MySQL joins these two views in quadratic time: 20 seconds for 1,000 checks.
        rows = reading.rows(
            """
            SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, t.ENFORCED
            FROM information_schema.TABLE_CONSTRAINTS t
            WHERE t.TABLE_SCHEMA = DATABASE() AND t.CONSTRAINT_TYPE = 'CHECK'
            """,
            "t.TABLE_NAME",
            "t.TABLE_NAME, t.CONSTRAINT_NAME",
        )
        clauses: dict[str, str] = dict(
            reading.some(
                """
                SELECT c.CONSTRAINT_NAME, c.CHECK_CLAUSE
                FROM information_schema.CHECK_CONSTRAINTS c
                WHERE c.CONSTRAINT_SCHEMA = DATABASE()
                """,
                "c.CONSTRAINT_NAME",
                [name for _, name, _ in rows],
            )
        )
        for table, name, enforced in rows:
            clause = as_sql(clauses.get(name) or "")
            yield table, name, clause, False, enforced == "YES"

    def expression(self, clause: str) -> str:
        """Return the condition of a check, or "" where it was not told whole."""
        return clause


class Reading:
    """One pass over ``information_schema``."""

    def __init__(
        self, introspection: Introspection, cursor: CursorWrapper, server: Server
    ) -> None:
        self.introspection = introspection
        self.cursor = cursor
        self.server = server
        self.folds = server.lower_case_table_names != 0
        #: The names to read, or None for all.
        self.names: list[str] | None = None

    def key(self, schema: str, name: str) -> str:
        return self.introspection.join(
            self.server.database, schema, name, folds=self.folds
        )

    def own(self, name: str) -> str:
        """Return the key of a table of the current schema."""
        return name.lower() if self.folds else name

    def choose(self, tables: Collection[str] | None) -> None:
        """Note the named tables and those that reference them."""
        if tables is None:
            return
        pairs = [split_key(key) for key in tables]
        wanted = {self.key(schema or self.server.database, n) for schema, n in pairs}
        referenced = [name for _, name in pairs]
        # A constant schema on both sides keeps this to the tables of one schema.
        sql = """
            SELECT DISTINCT k.TABLE_NAME, k.REFERENCED_TABLE_SCHEMA,
                   k.REFERENCED_TABLE_NAME
            FROM information_schema.KEY_COLUMN_USAGE k
            WHERE k.TABLE_SCHEMA = DATABASE()
            AND k.REFERENCED_TABLE_NAME IS NOT NULL
        """
        if len(referenced) <= MOST_NAMES:
            sql += f" AND k.REFERENCED_TABLE_NAME IN ({marks(referenced)})"
        else:
            referenced = []
        names = {name for schema, name in pairs if not schema}
        for name, schema, to_name in self.introspection.fetch(
            self.cursor, sql, referenced
        ):
            if self.key(schema, to_name) in wanted:
                names.add(name)
        self.names = sorted(names)

    def rows(self, sql: str, name: str, order: str) -> list[Row]:
        """Fetch what concerns the chosen tables; `name` is the first column."""
        if self.names is None:
            return self.introspection.fetch(self.cursor, f"{sql} ORDER BY {order}")
        rows = self.some(sql, name, self.names, f" ORDER BY {order}")
        chosen = set(map(self.own, self.names))
        return [row for row in rows if self.own(row[0]) in chosen]

    def some(
        self, sql: str, name: str, values: Collection[str], order: str = ""
    ) -> list[Row]:
        """Fetch the rows where `name` is one of the values, or all for too many."""
        if not values:
            return []
        if len(values) > MOST_NAMES:
            return self.introspection.fetch(self.cursor, sql + order)
        return self.introspection.fetch(
            self.cursor,
            f"{sql.replace('%', '%%')} AND {name} IN ({marks(values)}){order}",
            list(values),
        )

    def tables(self) -> list[Table]:
        columns = self.columns()
        constraints: dict[str, list[Constraint]] = defaultdict(list)
        self.read_indexes(columns, constraints)
        self.read_foreign_keys(constraints)
        for (
            name,
            constraint,
            clause,
            is_column_level,
            is_enforced,
        ) in self.introspection.checks(self):
            known = {column.name: None for column in columns.get(name, ())}
            found = quoted_names(clause, known)
            constraints[name].append(
                Check(
                    name=constraint,
                    columns=tuple(column for column in known if column in found),
                    expression=self.introspection.expression(clause),
                    is_enforced=is_enforced,
                    is_column_level=is_column_level,
                )
            )
        return [
            Table(
                name=self.own(name),
                columns=tuple(columns.get(name, ())),
                constraints=tuple(constraints.get(name, ())),
                engine=engine or "",
                charset=(collation or "").partition("_")[0],
                collation=collation or "",
                comment=comment or "",
                row_format=(row_format or "").lower(),
                keeps_row_format="row_format=" in (options or "").lower(),
                is_partitioned="partitioned" in (options or ""),
                is_temporary=is_temporary == "Y",
            )
            for (
                name,
                engine,
                collation,
                comment,
                options,
                row_format,
                is_temporary,
            ) in self.rows(
                f"""
                SELECT t.TABLE_NAME, t.ENGINE, t.TABLE_COLLATION, t.TABLE_COMMENT,
                       t.CREATE_OPTIONS, t.ROW_FORMAT,
                       {self.introspection.is_temporary_column}
                FROM information_schema.TABLES t
                WHERE t.TABLE_SCHEMA = DATABASE()
                AND t.TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE')
                """,
                "t.TABLE_NAME",
                "t.TABLE_NAME",
            )
        ]

    def columns(self) -> dict[str, list[Column]]:
        columns: dict[str, list[Column]] = defaultdict(list)
        for table, name, kind, null, charset, collation, comment, extra in self.rows(
            """
            SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE,
                   c.CHARACTER_SET_NAME, c.COLLATION_NAME, c.COLUMN_COMMENT, c.EXTRA
            FROM information_schema.COLUMNS c
            WHERE c.TABLE_SCHEMA = DATABASE()
            """,
            "c.TABLE_NAME",
            "c.TABLE_NAME, c.ORDINAL_POSITION",
        ):
            extra = (extra or "").upper()
            generated = ""
            if "VIRTUAL GENERATED" in extra:
                generated = "virtual"
            elif "STORED GENERATED" in extra:
                generated = "stored"
            columns[table].append(
                Column(
                    name=name,
                    type=kind,
                    null=null == "YES",
                    charset=charset or "",
                    collation=collation or "",
                    comment=comment or "",
                    generated=generated,
                    is_auto="AUTO_INCREMENT" in extra,
                )
            )
        return columns

    def read_indexes(
        self,
        columns: Mapping[str, list[Column]],
        constraints: Mapping[str, list[Constraint]],
    ) -> None:
        ours = self.introspection
        rows = self.rows(
            f"""
            SELECT s.TABLE_NAME, s.INDEX_NAME, s.NON_UNIQUE, s.INDEX_TYPE,
                   {ours.is_hidden_column}, s.COLUMN_NAME, s.SUB_PART,
                   s.COLLATION, {ours.expression_column}
            FROM information_schema.STATISTICS s
            WHERE s.TABLE_SCHEMA = DATABASE()
            """,
            "s.TABLE_NAME",
            "s.TABLE_NAME, s.INDEX_NAME, s.SEQ_IN_INDEX",
        )
        for (table, name), group in groupby(rows, key=lambda row: (row[0], row[1])):
            known = [column.name for column in columns.get(table, ())]
            constraints[table].append(
                index_of(name, [row[2:] for row in group], known, ours.hidden)
            )

    def read_foreign_keys(self, constraints: Mapping[str, list[Constraint]]) -> None:
        rules = {
            (table, name): (rule(on_delete), rule(on_update))
            for table, name, on_delete, on_update in self.rows(
                """
                SELECT r.TABLE_NAME, r.CONSTRAINT_NAME, r.DELETE_RULE, r.UPDATE_RULE
                FROM information_schema.REFERENTIAL_CONSTRAINTS r
                WHERE r.CONSTRAINT_SCHEMA = DATABASE()
                """,
                "r.TABLE_NAME",
                "r.TABLE_NAME",
            )
        }
        rows = self.rows(
            """
            SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME,
                   k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME,
                   k.REFERENCED_COLUMN_NAME
            FROM information_schema.KEY_COLUMN_USAGE k
            WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
            """,
            "k.TABLE_NAME",
            "k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
        )
        for (table, name), group in groupby(rows, key=lambda row: (row[0], row[1])):
            parts = list(group)
            on_delete, on_update = rules.get((table, name), ("NO ACTION", "NO ACTION"))
            constraints[table].append(
                ForeignKey(
                    name=name,
                    columns=tuple(row[2] for row in parts),
                    to_table=self.key(parts[0][3], parts[0][4]),
                    to_columns=tuple(row[5] for row in parts),
                    on_delete=on_delete,
                    on_update=on_update,
                )
            )


def marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values)) or "NULL"
