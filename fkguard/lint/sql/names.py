"""Names as SQL writes them, found in the catalogue as the server finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ...backends import backend_named
from ...schema.catalogue import Catalogue, Column, Server, Table
from ...schema.constraints import Constraint, ForeignKey, Unique
from ...schema.names import split_key

if TYPE_CHECKING:
    from .parsed import Effect

    E = TypeVar("E", bound=Effect)
N = TypeVar("N", Table, Column, Constraint)


def alike(server: Server, name: str, among: Iterable[N]) -> N | None:
    """Return what has a name; but on PostgreSQL, in whatever case it is written.

    The parser has folded the names of PostgreSQL that stand in no quotes. Names of
    tables are compared like the others: where only their case differs, most often
    one of them is not there.
    """
    found = list(among)
    exact = [each for each in found if each.name == name]
    if not exact and not backend_named(server.flavour).folds_unquoted_names:
        exact = [each for each in found if each.name.lower() == name.lower()]
    return exact[0] if len(exact) == 1 else None


def table_of(catalogue: Catalogue, key: str) -> Table | None:
    """Return the table that SQL names, or None where nobody knows it."""
    if not key or key in catalogue:
        return catalogue.get(key)
    schema, name = split_key(key)
    if schema and not _is_own(catalogue.server, schema):
        return None
    return alike(catalogue.server, name, catalogue)


def _is_own(server: Server, schema: str) -> bool:
    """Say whether a schema is the one that tables without one are in."""
    facts = backend_named(server.flavour)
    if facts.default_schema:
        exact = facts.folds_unquoted_names
        return (schema if exact else schema.lower()) == facts.default_schema
    # Without a server of that kind in DATABASES, it may have any name.
    return server.database in {"", schema}


def column_of(server: Server, table: Table, name: str) -> Column | None:
    """Return the column of a table that SQL names, or None."""
    return alike(server, name, table.columns)


def resolved(effect: E, catalogue: Catalogue) -> E:
    """Return an effect with the table's key, where the catalogue knows the table."""
    table = table_of(catalogue, effect.table)
    return effect if table is None else replace(effect, table=table.name)


def constraint_as_known(
    made: Constraint, table: Table, catalogue: Catalogue
) -> Constraint:
    """Return what SQL makes with the names that the catalogue has."""
    server = catalogue.server

    def known(names: Iterable[str], of: Table | None = table) -> tuple[str, ...]:
        found = [column_of(server, of, each) if of else None for each in names]
        return tuple(c.name if c else n for c, n in zip(found, names, strict=True))

    made = replace(made, columns=known(made.columns))
    if isinstance(made, Unique):
        return replace(
            made,
            reads=frozenset(known(sorted(made.reads))),
            include=known(made.include),
        )
    if isinstance(made, ForeignKey):
        to = table_of(catalogue, made.to_table)
        return replace(
            made,
            to_table=to.name if to else made.to_table,
            to_columns=known(made.to_columns, to),
        )
    return made
