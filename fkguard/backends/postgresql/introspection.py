"""Read the catalogue of PostgreSQL, from ``pg_catalog`` alone.

``information_schema`` shows a role only what it owns or was granted;
``pg_catalog`` shows every object of the database to everyone.
https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from ...schema.catalogue import Column, Dependent, Server, Table
from ...schema.names import join_key, split_key
from ..base.introspection import Introspection as BaseIntrospection
from . import queries
from .constraints import CollectedTable, IndexFacts, constraint_of

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


class Introspection(BaseIntrospection):
    """PostgreSQL's catalogue.

    Without names it reads the schemas on the search path: with a schema for each
    tenant, the rest of the database belongs to others. What references those
    tables from elsewhere is read all the same.
    """

    flavour = "postgresql"

    def _server(self, cursor: CursorWrapper) -> Server:
        ((database, charset, collation, number, role),) = self.fetch(
            cursor, queries.SERVER
        )
        return Server(
            flavour=self.flavour,
            version=(number // 10000, number % 10000),
            database=database,
            charset=charset,
            collation=collation,
            # A replica's session fires no foreign key trigger.
            foreign_key_checks=role != "replica",
        )

    def is_in_the_way(self, key: str) -> bool:
        # A schema further back in the search path may have one of the same name,
        # as every tenant of a shared database does.
        with self._cursor() as cursor:
            ((is_there,),) = self.fetch(
                cursor,
                "SELECT to_regclass(quote_ident(current_schema()) || '.' || "
                "quote_ident(%s)) IS NOT NULL",
                [key],
            )
        return bool(is_there)

    def _key(self, schema: str, name: str) -> str:
        if not schema:
            return name
        with self._cursor() as cursor:
            ((is_visible,),) = self.fetch(
                cursor, queries.IS_VISIBLE, [schema, name, schema, name]
            )
        return name if is_visible else join_key(schema, name)

    def _tables(
        self, cursor: CursorWrapper, server: Server, tables: Collection[str] | None
    ) -> Iterable[Table]:
        relations = self._relations(cursor, tables)
        if relations:
            self._read_columns(cursor, relations)
            read_by = self._read_indexes(cursor, server, relations)
            self._read_constraints(cursor, server, relations, read_by)
            self._read_dependents(cursor, relations)
        return [relation.table() for relation in relations.values()]

    def _relations(
        self, cursor: CursorWrapper, tables: Collection[str] | None
    ) -> dict[int, CollectedTable]:
        if tables is None:
            rows = self.fetch(cursor, queries.RELATIONS, [])
        else:
            pairs = [split_key(key) for key in tables]
            elsewhere = [pair for pair in pairs if pair[0]]
            rows = self.fetch(
                cursor,
                queries.NAMED_RELATIONS,
                [
                    [name for _, name in pairs],
                    [name for schema, name in pairs if not schema],
                    [schema for schema, _ in elsewhere],
                    [name for _, name in elsewhere],
                ],
            )
        return {
            oid: CollectedTable(join_key(schema, name), kind, persistence, comment)
            for oid, schema, name, kind, persistence, comment in rows
        }

    def _read_columns(
        self, cursor: CursorWrapper, relations: Mapping[int, CollectedTable]
    ) -> None:
        for (
            oid,
            number,
            name,
            kind,
            null,
            collation,
            comment,
            generated,
            is_auto,
        ) in self.fetch(cursor, queries.COLUMNS, [list(relations)]):
            relation = relations[oid]
            relation.numbers[number] = name
            relation.columns.append(
                Column(
                    name=name,
                    type=kind,
                    null=null,
                    collation=collation,
                    comment=comment,
                    generated=generated,
                    is_auto=is_auto,
                )
            )

    def _read_indexes(
        self,
        cursor: CursorWrapper,
        server: Server,
        relations: Mapping[int, CollectedTable],
    ) -> dict[int, IndexFacts]:
        """Read the indexes; return what the ones of constraints know."""
        behind: dict[int, IndexFacts] = {}
        for oid, table, has_constraint, *row in self.fetch(
            cursor, queries.indexes(server.version), [list(relations)]
        ):
            relation = relations[table]
            facts = IndexFacts.from_row(relation, *row)
            if has_constraint:
                behind[oid] = facts
            else:
                relation.constraints.append(facts.index())
        return behind

    def _read_constraints(
        self,
        cursor: CursorWrapper,
        server: Server,
        relations: Mapping[int, CollectedTable],
        behind: Mapping[int, IndexFacts],
    ) -> None:
        for oid, kind, index, *row in self.fetch(
            cursor, queries.constraints(server.version), [list(relations)]
        ):
            relation = relations[oid]
            relation.constraints.append(
                constraint_of(relation, kind, behind.get(index), *row)
            )

    def _read_dependents(
        self, cursor: CursorWrapper, relations: Mapping[int, CollectedTable]
    ) -> None:
        for oid, kind, name, numbers, is_own in self.fetch(
            cursor, queries.DEPENDENTS, [list(relations)]
        ):
            if kind is None or name is None:
                continue  # It was dropped while this query ran.
            relation = relations[oid]
            relation.dependents.append(
                Dependent(
                    kind=kind.removesuffix(" relation"),
                    name=name,
                    columns=frozenset(relation.names(numbers)),
                    is_own=is_own,
                )
            )
