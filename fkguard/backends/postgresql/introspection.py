"""Read the catalogue of PostgreSQL, from ``pg_catalog`` alone.

``information_schema`` shows a role only what it owns or was granted;
``pg_catalog`` shows every object of the database to everyone.
https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...schema.catalogue import Column, Dependent, Server, Table
from ...schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ...schema.names import join_key, split_key
from ..base.introspection import Introspection as BaseIntrospection
from . import queries

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

ACTIONS = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}


@dataclass
class Relation:
    """A table while its parts are being collected."""

    key: str
    kind: str
    persistence: str
    comment: str
    columns: list[Column] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    dependents: list[Dependent] = field(default_factory=list)

    def names(self, numbers: Iterable[int] | None) -> tuple[str, ...]:
        """Return the columns of some attribute numbers; 0 is an expression."""
        return tuple(self.numbers[n] for n in numbers or () if n in self.numbers)

    def table(self) -> Table:
        return Table(
            name=self.key,
            columns=tuple(self.columns),
            constraints=tuple(self.constraints),
            dependents=tuple(self.dependents),
            comment=self.comment,
            is_partitioned=self.kind == "p",
            is_temporary=self.persistence == "t",
        )


class Introspection(BaseIntrospection):
    """PostgreSQL's catalogue.

    Without names it reads the schemas on the search path: with a schema for each
    tenant, the rest of the database belongs to others. What references those
    tables from elsewhere is read all the same.
    """

    flavour = "postgresql"

    def _server(self, cursor: CursorWrapper) -> Server:
        ((database, charset, collation, number, role),) = self._fetch(
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
            ((is_there,),) = self._fetch(
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
            ((is_visible,),) = self._fetch(
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
    ) -> dict[int, Relation]:
        if tables is None:
            rows = self._fetch(cursor, queries.RELATIONS, [])
        else:
            pairs = [split_key(key) for key in tables]
            elsewhere = [pair for pair in pairs if pair[0]]
            rows = self._fetch(
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
            oid: Relation(join_key(schema, name), kind, persistence, comment)
            for oid, schema, name, kind, persistence, comment in rows
        }

    def _read_columns(
        self, cursor: CursorWrapper, relations: Mapping[int, Relation]
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
        ) in self._fetch(cursor, queries.COLUMNS, [list(relations)]):
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
        relations: Mapping[int, Relation],
    ) -> dict[int, IndexFacts]:
        """Read the indexes; return what the ones of constraints know."""
        behind: dict[int, IndexFacts] = {}
        for oid, table, has_constraint, *row in self._fetch(
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
        relations: Mapping[int, Relation],
        behind: Mapping[int, IndexFacts],
    ) -> None:
        for oid, kind, index, *row in self._fetch(
            cursor, queries.constraints(server.version), [list(relations)]
        ):
            relation = relations[oid]
            relation.constraints.append(
                constraint_of(relation, kind, behind.get(index), *row)
            )

    def _read_dependents(
        self, cursor: CursorWrapper, relations: Mapping[int, Relation]
    ) -> None:
        for oid, kind, name, numbers, is_own in self._fetch(
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


@dataclass(frozen=True)
class IndexFacts:
    """An index, as ``pg_index`` tells it."""

    name: str
    is_unique: bool
    is_valid: bool
    nulls_distinct: bool
    is_inherited: bool
    method: str
    columns: tuple[str, ...]
    expressions: tuple[str, ...]
    include: tuple[str, ...]
    condition: str
    uses: frozenset[str]
    definition: str

    @classmethod
    def from_row(
        cls,
        relation: Relation,
        name: str,
        is_unique: bool,
        is_valid: bool,
        nulls_distinct: bool,
        is_inherited: bool,
        method: str,
        numbers: list[int],
        key_length: int,
        parts: list[str],
        condition: str,
        depends_on: list[int],
        definition: str,
    ) -> IndexFacts:
        key = numbers[:key_length]
        columns = relation.names(key)
        # "btree (a, b) INCLUDE (c) NULLS NOT DISTINCT WHERE (d)" is told by the
        # fields; an order, an operator class, a collation or a mixed key is not.
        told = f"USING btree ({', '.join(parts[:key_length])})"
        if parts[key_length:]:
            told += f" INCLUDE ({', '.join(parts[key_length:])})"
        if not nulls_distinct:
            told += " NULLS NOT DISTINCT"
        if condition:
            told += f" WHERE {condition}"
        is_untold = bool(columns) and 0 in key
        if not is_unique:
            is_untold = is_untold or key_length < len(numbers)
        return cls(
            name=name,
            is_unique=is_unique,
            is_valid=is_valid,
            nulls_distinct=nulls_distinct,
            is_inherited=is_inherited,
            method="" if method == "btree" else method,
            columns=columns,
            expressions=tuple(
                part for part, number in zip(parts, key, strict=False) if not number
            ),
            include=relation.names(numbers[key_length:]),
            condition=condition,
            uses=frozenset(relation.names([*numbers, *depends_on])),
            definition="" if told == definition and not is_untold else definition,
        )

    @property
    def reads(self) -> frozenset[str]:
        return self.uses.difference(self.columns)

    def index(self) -> Index | Unique:
        """Return the index as what it is where no constraint stands on it."""
        if self.is_unique:
            return Unique(
                name=self.name,
                columns=self.columns,
                reads=self.reads,
                is_inherited=self.is_inherited,
                expressions=self.expressions,
                condition=self.condition,
                include=self.include,
                nulls_distinct=self.nulls_distinct,
                is_index=True,
                is_valid=self.is_valid,
                definition=self.definition,
            )
        return Index(
            name=self.name,
            columns=self.columns,
            reads=self.reads,
            is_inherited=self.is_inherited,
            expressions=self.expressions,
            condition=self.condition,
            method=self.method,
            definition=self.definition,
        )


def constraint_of(
    relation: Relation,
    kind: str,
    index: IndexFacts | None,
    name: str,
    numbers: list[int] | None,
    is_deferrable: bool,
    is_deferred: bool,
    is_valid: bool,
    is_inherited: bool,
    no_inherit: bool,
    is_enforced: bool,
    is_disabled: bool,
    has_period: bool,
    on_delete: str,
    on_update: str,
    match: str,
    set_numbers: list[int] | None,
    to_schema: str | None,
    to_name: str | None,
    to_columns: list[str] | None,
    expression: str | None,
    definition: str | None,
) -> Constraint:
    """Return the constraint of one row of ``pg_constraint``."""
    definition = definition or ""
    columns = relation.names(numbers)
    deferrable = ""
    if is_deferrable:
        deferrable = "deferred" if is_deferred else "immediate"
    if kind == "f":
        set_columns = relation.names(set_numbers)
        return ForeignKey(
            name=name,
            columns=columns,
            is_inherited=is_inherited,
            to_table=join_key(to_schema or "", to_name or ""),
            to_columns=tuple(to_columns or ()),
            on_delete=ACTIONS[on_delete],
            on_update=ACTIONS[on_update],
            deferrable=deferrable,
            is_valid=is_valid,
            is_enforced=is_enforced,
            is_disabled=is_disabled,
            match="FULL" if match == "f" else "",
            definition=definition if set_columns or has_period else "",
        )
    if kind == "c":
        return Check(
            name=name,
            columns=relation.names(sorted(numbers or ())),
            is_inherited=is_inherited,
            expression=expression or "",
            is_valid=is_valid,
            is_enforced=is_enforced,
            no_inherit=no_inherit,
        )
    assert index is not None, f"{name} is a constraint without its index"
    if kind == "p":
        is_told = not (deferrable or index.include or has_period)
        return PrimaryKey(
            name=name,
            columns=columns,
            reads=index.reads,
            is_inherited=is_inherited,
            definition="" if is_told else definition,
        )
    if kind == "x":
        return Exclusion(
            name=name,
            columns=index.columns,
            reads=index.reads,
            is_inherited=is_inherited,
            definition=definition,
        )
    return Unique(
        name=name,
        columns=columns,
        reads=index.reads,
        is_inherited=is_inherited,
        include=index.include,
        deferrable=deferrable,
        nulls_distinct=index.nulls_distinct,
        is_valid=index.is_valid,
        definition=definition if has_period else "",
    )
