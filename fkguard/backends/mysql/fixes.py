"""The statements, in order, that let a foreign key be made (MySQL, MariaDB).

A column of a foreign key can change its type only while the key is away, so every
foreign key of the columns that are to be alike is dropped first and made last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...schema import identifiers
from ...schema.catalogue import Catalogue, Column, Table
from ...schema.constraints import ForeignKey, Unique
from ..base.compatibility import Compatibility, Ends
from . import types
from .statements import Statements, commented


def _statements(flavour: str) -> Statements:
    from .. import backend_named

    # The builders hold the connection and never ask it anything.
    builder = backend_named(flavour).statements
    assert isinstance(builder, Statements)
    return builder


def to_engine(flavour: str, table: Table, engine: str) -> tuple[str, ...]:
    """Return what gives a table another engine."""
    build = _statements(flavour)
    return (f"ALTER TABLE {build.quote(table.name)} ENGINE = {engine}",)


def without_partitions(flavour: str, table: Table) -> tuple[str, ...]:
    """Return what makes one table of the partitions."""
    build = _statements(flavour)
    return (f"ALTER TABLE {build.quote(table.name)} REMOVE PARTITIONING",)


def to_null(rules: Compatibility, ends: Ends, column: Column) -> tuple[str, ...]:
    """Return what lets a referencing column be empty."""
    if ends.is_new:
        return ()
    return (modify(rules, ends.table, replace(column, null=True)),)


def to_unique(flavour: str, ends: Ends) -> tuple[str, ...]:
    """Return what makes the referenced columns unique."""
    columns = ends.foreign_key.to_columns
    if any(types.parse(c.type).is_long for _, c in ends.pairs):
        return ()
    unique = Unique(
        name=identifiers.of_unique(ends.to_table.name, columns), columns=columns
    )
    return tuple(_statements(flavour).add(ends.to_table.name, unique))


def to_match(
    rules: Compatibility, ends: Ends, column: Column, to_column: Column
) -> tuple[str, ...]:
    """Return what makes two columns alike, with all that hangs on them.

    A column that does not exist yet will be what Django asks for, so the referenced
    one follows it, unless the default of the new column's table is the odd one. Of
    two that exist, the referencing one follows, and the narrower integer widens.
    """
    build = _statements(rules.flavour)
    mine, theirs = types.parse(column.type), types.parse(to_column.type)
    if ends.is_new and mine.is_text and theirs.is_text:
        theirs_now = types.collation_of(to_column, ends.to_table, rules.server)
        if theirs_now == rules.server.collation and ends.table.collation:
            charset = to_column.charset or theirs_now.partition("_")[0]
            return (
                (
                    f"ALTER TABLE {build.quote(ends.table.name)} DEFAULT CHARACTER SET "
                    f"{charset} COLLATE {theirs_now}"
                ),
            )
    follows = ends.is_new or (theirs.name == "char" and mine.name == "uuid")
    if not ends.is_new and mine.is_integer and theirs.is_integer:
        follows = mine.bytes > theirs.bytes
    if follows:
        model, model_table, start = column, ends.table, (ends.to_table, to_column)
    else:
        model, model_table, start = to_column, ends.to_table, (ends.table, column)
    return tuple(_alike(rules, ends, model, model_table, *start))


def _alike(
    rules: Compatibility,
    ends: Ends,
    model: Column,
    model_table: Table,
    table: Table,
    column: Column,
) -> Iterator[str]:
    build = _statements(rules.flavour)
    wanted = None if ends.is_made else ends.foreign_key
    keys, columns = _around(ends.catalogue, table, column, wanted)
    for holder, key in keys:
        yield from build.drop(holder.name, key)
    for holder, each in columns:
        collation = ""
        if types.parse(model.type).is_text:
            collation = types.collation_of(model, model_table, rules.server)
        like = replace(
            each,
            type=_type_like(model, each),
            charset=collation.partition("_")[0],
            collation=collation,
        )
        if like != each:
            yield modify(rules, holder, like)
    for holder, key in keys:
        yield from build.add(holder.name, key)


def _type_like(model: Column, each: Column) -> str:
    """Return a type like the model's, which keeps the column's own length."""
    mine, own = types.parse(model.type), types.parse(each.type)
    if mine.is_text and own.is_text:
        return each.type
    bare = model.type.lower().replace(" auto_increment", "")
    return bare.replace("integer", "int")


def _around(
    catalogue: Catalogue, table: Table, column: Column, wanted: ForeignKey | None
) -> tuple[list[tuple[Table, ForeignKey]], list[tuple[Table, Column]]]:
    """Return the foreign keys that hang together with a column, and all columns.

    Without `wanted`, which is yet to be made.
    """
    keys: list[tuple[Table, ForeignKey]] = []
    columns: list[tuple[Table, Column]] = []
    waiting = [(table, column)]
    while waiting:
        here, each = waiting.pop(0)
        if any((t.name, c.name) == (here.name, each.name) for t, c in columns):
            continue
        columns.append((here, each))
        found: list[tuple[Table, ForeignKey]] = [
            (here, key) for key in here.of(ForeignKey) if each.name in key.columns
        ]
        found += [
            (holder, key)
            for holder, key in catalogue.incoming(here.name)
            if each.name in key.to_columns
        ]
        for holder, key in found:
            if key == wanted or (holder, key) in keys:
                continue
            keys.append((holder, key))
            to_table = catalogue.get(key.to_table)
            for name, to_name in zip(key.columns, key.to_columns, strict=True):
                if each.name not in (name, to_name):
                    continue
                for other, end in ((holder, name), (to_table, to_name)):
                    if other is not None and (there := other.column(end)) is not None:
                        waiting.append((other, there))
    return keys, columns


def modify(rules: Compatibility, table: Table, column: Column) -> str:
    """Return the MODIFY that gives a column this definition."""
    build = _statements(rules.flavour)
    text = types.typed(column, table, rules.server)
    if column.is_auto:
        text += " AUTO_INCREMENT"
    if column.comment:
        text += f" COMMENT {commented(column)}"
    return (
        f"ALTER TABLE {build.quote(table.name)} MODIFY {build.name(column.name)} {text}"
    )
