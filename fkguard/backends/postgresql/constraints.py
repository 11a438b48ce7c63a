"""Constraints and indexes from the rows of PostgreSQL's catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...schema.catalogue import Column, Dependent, Table
from ...schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ...schema.names import join_key

ACTIONS = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}


@dataclass
class CollectedTable:
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
        relation: CollectedTable,
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
    relation: CollectedTable,
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
