"""How auto wraps each loss that has a proven way.

Write the intent down, drop by name, run the operation, restore, read back, strike
the intent. Nothing here rewrites a column or a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from .. import compat
from ..backends import backend_for, facts_of
from ..declared.models import Rendered
from ..errors import Refused
from ..judgement.forecast import renamed
from ..judgement.recipes import Owed, Recipe
from ..judgement.rows import in_the_way
from ..schema import consequences as kinds
from ..schema.catalogue import Table
from ..schema.constraints import Constraint, ForeignKey, Index, PrimaryKey, Unique
from ..schema.events import Event
from ..schema.matching import find, is_alike
from .editors import is_carried
from .ledger import Ledger


class Workshop:
    """Runs recipes with the editor that runs the operation."""

    def __init__(self, connection: BaseDatabaseWrapper, editor: Any) -> None:
        self.connection = connection
        self.editor = editor
        self.statements = backend_for(connection).statements
        self.ledger = Ledger(connection)

    def read(self, key: str) -> Table:
        """Return a table as it is now."""
        found = backend_for(self.connection).introspection.read([key]).get(key)
        return found or Table(name=key)

    # Before the operation.

    def prepare(self, recipes: list[Recipe], model: type[Model] | None) -> None:
        """Write the intents down and drop what is to be dropped by name."""
        remade = False
        for recipe in recipes:
            key = recipe.consequence.table
            if recipe.owed is not None:
                self.ledger.create(self.editor)
                self.ledger.write(recipe.owed)
            if recipe.replaces and recipe.consequence.becomes is not None:
                self.drop(self.read(key), recipe.consequence.becomes)
            if not recipe.drops_first:
                continue
            table = self.read(key)
            actual = find(table, recipe.consequence.constraint)
            if actual is None:
                continue
            if not self.statements.supports_drop(actual):
                if not remade and model is not None:
                    # SQLite keeps it in the table's own definition: built again
                    # from a model that does not have it, see hidden_from().
                    with self._keeping_others(key):
                        compat.remake_table(self.editor, model)
                    remade = True
                continue
            self.drop(table, actual)

    def drop(self, table: Table, constraint: Constraint) -> None:
        """Drop a constraint, first giving foreign keys an index to stand on."""
        if facts_of(self.connection).indexes_foreign_keys and isinstance(
            constraint, Unique
        ):
            rest = table.without(constraint)
            for foreign_key in table.of(ForeignKey):
                columns = foreign_key.columns
                if columns == constraint.columns[: len(columns)] and not _is_indexed(
                    rest, columns
                ):
                    name = compat.index_name(self.editor, table.name, list(columns), "")
                    self.run(
                        self.statements.add(
                            table.name, Index(name=name, columns=columns)
                        )
                    )
        self.run(self.statements.drop(table.name, constraint))

    # After the operation.

    def put_back(self, recipe: Recipe) -> None:
        """Put a constraint back as it was before the operation."""
        consequence = recipe.consequence
        wanted = renamed(consequence.constraint, consequence.event)
        key = consequence.table
        table = self.read(key)
        if consequence.kind == kinds.CHANGED and consequence.becomes is not None:
            made = find(table, replace(consequence.becomes, name=""))
            if made is not None and made != wanted:
                self.run(self.statements.drop(key, made))
                table = table.without(made)
        self.make(key, wanted, table)

    def settle(self, owed: Owed, model: type[Model] | None) -> None:
        """Make an owed constraint, as the state declares it where it does."""
        key = owed.table
        self.refuse_rows(key, owed.constraint)
        if not (model is not None and owed.is_known and self._declare(owed, model)):
            self.make(key, owed.constraint, self.read(key))
        self.ledger.strike(owed)

    def _declare(self, owed: Owed, model: type[Model]) -> bool:
        """Make the constraint of a model through Django; say whether it has it."""
        source = Rendered(self.connection)
        if source.key_of(model._meta.db_table) != owed.table:
            return False
        columns = source.columns_of(model)
        if isinstance(owed.constraint, ForeignKey):
            return False
        # By name first: another one of the same columns may be owed, too.
        for constraint in sorted(
            model._meta.constraints, key=lambda c: c.name != owed.constraint.name
        ):
            if source.is_supported(constraint) and owed.is_declared_as(
                source.constraint(constraint, columns)
            ):
                with self._keeping_others(owed.table):
                    self.editor.add_constraint(model, constraint)
                return True
        for names in model._meta.unique_together:
            unique = source.together(owed.table, [columns.get(n, n) for n in names])
            if owed.is_declared_as(unique):
                with self._keeping_others(owed.table):
                    self.editor.alter_unique_together(model, set(), {tuple(names)})
                return True
        return False

    @contextmanager
    def _keeping_others(self, key: str) -> Iterator[None]:
        """Make again what no model declares, where SQLite builds the table again."""
        if not facts_of(self.connection).rebuilds_tables:
            yield
            return
        before = self.read(key)
        yield
        after = self.read(key)
        for each in before.constraints:
            is_apart = each.protects and self.statements.supports_drop(each)
            is_gone = after.named(each.name) is None and not is_alike(after, each)
            if is_apart and each.name and is_gone:
                self.run(self.statements.add(key, each))

    def make(self, key: str, wanted: Constraint, table: Table) -> None:
        """Make a constraint unless the table has it already."""
        there = table.named(wanted.name) if wanted.name else find(table, wanted)
        if there is not None and type(there) is type(wanted):
            return
        self.refuse_rows(key, wanted)
        self.run(self.statements.add(key, wanted))

    def make_missing(self, key: str, wanted: Constraint) -> bool:
        """Make a constraint unless the table has its like; say whether it was made."""
        if is_alike(self.read(key), wanted):
            return False
        self.refuse_rows(key, wanted)
        self.run(self.statements.add(key, wanted))
        return True

    def refuse_rows(self, key: str, wanted: Constraint) -> None:
        """Raise ``Refused`` with a few keys where rows break a constraint."""
        number, sample = in_the_way(self.connection, key, wanted)
        if not number:
            return
        what = "duplicate key" if isinstance(wanted, Unique) else "row"
        what += " breaks" if number == 1 else "s break"
        raise Refused(
            f"fkguard cannot put {wanted.kind} {wanted.name or ''} "
            f"({', '.join(wanted.columns)}) back on {key}: {number} {what} "
            f"it, such as {'; '.join(sample)}.\n"
            + (
                "The transaction is rolled back; nothing is lost."
                if is_carried(self.connection)
                else "It is recorded in fkguard_ledger: correct the rows and run "
                "migrate again."
            )
        )

    def run(self, statements: list[str]) -> None:
        for sql in statements:
            self.editor.execute(sql, params=None)


def _is_indexed(table: Table, columns: tuple[str, ...]) -> bool:
    return any(
        each.columns[: len(columns)] == columns
        for each in table.constraints
        if isinstance(each, (PrimaryKey, Unique, Index))
    )


@contextmanager
def hidden_from(
    model: type[Model] | None, owed: list[Owed], connection: BaseDatabaseWrapper
) -> Iterator[None]:
    """Keep owed constraints out of a rendered model while a call uses it.

    A rebuild on SQLite makes the whole table from the model, and cannot make a
    constraint one of whose columns is gone.
    """
    if model is None or not facts_of(connection).rebuilds_tables:
        yield
        return
    opts = model._meta
    source = Rendered(connection)
    mine = [o for o in owed if o.table == source.key_of(opts.db_table)]
    if not mine:
        yield
        return
    columns = source.columns_of(model)
    constraints, together = opts.constraints, opts.unique_together
    opts.constraints = [
        c
        for c in constraints
        if not any(o.is_declared_as(source.constraint(c, columns)) for o in mine)
    ]
    opts.unique_together = tuple(
        names
        for names in together
        if not any(
            o.is_declared_as(
                source.together(o.table, [columns.get(n, n) for n in names])
            )
            for o in mine
        )
    )
    try:
        yield
    finally:
        opts.constraints, opts.unique_together = constraints, together


def event_model(event: Event, args: tuple[Any, ...]) -> type[Model] | None:
    """Return the model that a call works on as it is after the event, if told."""
    for value in reversed(args):
        model = getattr(value, "model", None)
        if isinstance(model, type) and hasattr(model, "_meta"):
            return model
    first = args[0] if args else None
    return first if isinstance(first, type) and hasattr(first, "_meta") else None
