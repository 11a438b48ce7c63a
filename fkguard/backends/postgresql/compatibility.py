"""Which columns can be the two ends of a foreign key of PostgreSQL.

PostgreSQL asks the operators: the referenced key's index needs an equality with the
referencing type, else the referencing type an implicit cast to the referenced one.
https://www.postgresql.org/docs/current/sql-createtable.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...schema import identifiers
from ...schema.catalogue import Table
from ...schema.consequences import Difference
from ...schema.constraints import PrimaryKey, Unique
from ...schema.names import shown
from ..base.compatibility import Compatibility as Base
from ..base.compatibility import Ends, column_list

#: Types that one operator family compares with each other.
_FAMILIES = (
    {"smallint", "integer", "bigint"},
    {"real", "double precision"},
    {"text", "character varying", "name"},
    {"date", "timestamp without time zone", "timestamp with time zone"},
    {"inet", "cidr"},
    {"bit", "bit varying"},
)
#: Referencing type -> the types it is cast to without being asked.
_CASTS = {
    "smallint": {"integer", "bigint", "real", "double precision", "numeric"},
    "integer": {"bigint", "real", "double precision", "numeric"},
    "bigint": {"real", "double precision", "numeric"},
    "numeric": {"real", "double precision"},
    "real": {"double precision"},
    "text": {"character", "character varying", "name"},
    "character varying": {"character", "text", "name"},
    "character": {"text", "character varying", "name"},
    "name": {"text", "character varying"},
    "date": {"timestamp without time zone", "timestamp with time zone"},
    "timestamp without time zone": {"timestamp with time zone"},
    "time without time zone": {"time with time zone", "interval"},
    "cidr": {"inet"},
    "bit": {"bit varying"},
    "bit varying": {"bit"},
}
#: What is known well enough to say that two of them do not go together.
_KNOWN = frozenset().union(*_FAMILIES, _CASTS, *_CASTS.values()) | {
    "boolean",
    "bytea",
    "date",
    "interval",
    "jsonb",
    "time with time zone",
    "uuid",
}
_ALIASES = {
    "bigserial": "bigint",
    "bool": "boolean",
    "bpchar": "character",
    "char": "character",
    "decimal": "numeric",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "serial": "integer",
    "smallserial": "smallint",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
}


def bare(type_: str) -> str:
    """Return a type without its length, under one name."""
    name = re.sub(r" *\([^)]*\)", "", type_.lower()).strip()
    return _ALIASES.get(name, name)


class Compatibility(Base):
    """PostgreSQL's rules."""

    flavour = "postgresql"

    def rules(self) -> Iterator[Callable[[Ends], Difference | None]]:
        yield self.temporary
        yield self.generated
        yield self.referenced_key
        yield self.types
        yield self.checks

    def temporary(self, ends: Ends) -> Difference | None:
        if ends.table.is_temporary == ends.to_table.is_temporary:
            return None
        odd = ends.table if ends.table.is_temporary else ends.to_table
        return self.differs(
            ends,
            "partitioned_or_temporary_table",
            f"{shown(odd.name)} is temporary and the other table is not",
            error="may reference only",
        )

    def generated(self, ends: Ends) -> Difference | None:
        for column, to_column in ends.pairs:
            for table, each in ((ends.table, column), (ends.to_table, to_column)):
                if each.generated == "virtual":
                    return self.differs(
                        ends,
                        "generated_column_in_key",
                        f"{shown(table.name)}.{each.name} is a virtual generated "
                        "column",
                        error="not supported",
                    )
            writes = sorted(
                {ends.foreign_key.on_update} & {"SET NULL", "SET DEFAULT", "CASCADE"}
                | {ends.foreign_key.on_delete} & {"SET NULL", "SET DEFAULT"}
            )
            if column.generated and writes:
                return self.differs(
                    ends,
                    "generated_column_in_key",
                    f"{shown(ends.table.name)}.{column.name} is a generated column, "
                    f"which {' and '.join(writes)} would write to",
                    error="constraint containing generated column",
                )
        return None

    def referenced_key(self, ends: Ends) -> Difference | None:
        keys = self.unique_keys(ends)
        if any(self.serves(key) for key in keys):
            return None
        columns = ends.foreign_key.to_columns
        where = f"{shown(ends.to_table.name)} ({column_list(columns)})"
        more = ""
        for key in keys:
            if isinstance(key, PrimaryKey):
                more = f"; {key.kind} {key.name} is deferrable"
            elif key.condition:
                more = f"; UNIQUE {key.name} is partial"
            elif key.deferrable:
                more = f"; UNIQUE {key.name} is deferrable"
        return self.differs(
            ends,
            "referenced_key_missing",
            f"{where} has no unique key of its own{more}",
            error="there is no unique constraint matching given keys",
            fix=self._to_unique(ends.to_table, columns),
        )

    def serves(self, key: Unique | PrimaryKey) -> bool:
        """Say whether a foreign key may reference the columns of a key."""
        if isinstance(key, PrimaryKey):
            return "DEFERRABLE" not in key.definition.replace("NOT DEFERRABLE", "")
        return not (
            key.condition or key.expressions or key.deferrable or not key.is_valid
        )

    def _to_unique(self, table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
        from .. import backend_named

        build = backend_named(self.flavour).statements
        unique = Unique(
            name=identifiers.of_unique(table.name, columns), columns=columns
        )
        return tuple(build.add(table.name, unique))

    def types(self, ends: Ends) -> Difference | None:
        for column, to_column in ends.pairs:
            mine, theirs = bare(column.type), bare(to_column.type)
            if self.compares(mine, theirs):
                continue
            uuids = "uuid" in (mine, theirs)
            return self.differs(
                ends,
                "uuid_storage_differs" if uuids else "column_type_differs",
                f"their types differ, {column.type} and {to_column.type}",
                error="cannot be implemented",
                fix=self._to_match(ends, column.name, to_column.type),
            )
        return None

    def compares(self, mine: str, theirs: str) -> bool:
        """Say whether a referencing type can be compared with a referenced one.

        What is not known, such as a domain or a type of an extension, is not judged.
        """
        if mine == theirs or not {mine, theirs} <= _KNOWN:
            return True
        return any({mine, theirs} <= family for family in _FAMILIES) or (
            theirs in _CASTS.get(mine, ())
        )

    def _to_match(self, ends: Ends, column: str, type_: str) -> tuple[str, ...]:
        from .. import backend_named

        if ends.is_new:
            return ()
        build = backend_named(self.flavour).statements
        name = build.name(column)
        return (
            (
                f"ALTER TABLE {build.quote(ends.table.name)} ALTER COLUMN {name} "
                f"TYPE {type_} USING {name}::{type_}"
            ),
        )

    def checks(self, ends: Ends) -> Difference | None:
        if self.server.foreign_key_checks:
            return None
        return self.differs(
            ends,
            "session_without_checks",
            "session_replication_role is replica in this session, so no row is checked",
            fix=("SET session_replication_role = origin",),
        )
