"""What models and project states promise, as tables and columns of this backend.

Two sources give the same values: models that Django has rendered (the live seams)
and the model states of a project state, which need no rendering (plans and lint).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    CheckConstraint,
    UniqueConstraint,
)
from django.db.models import Index as ModelIndex
from django.utils.functional import cached_property

from .. import compat
from ..backends import facts_of
from ..schema.catalogue import Column, Table
from ..schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ..schema.events import DeclaredColumn
from ..schema.identifiers import cut, namer
from .fields import (
    columns_read,
    constant_default,
    definition_of,
    has_own_default,
    is_constant,
)

#: Types of which PostgreSQL gets a second, pattern-matching index.
_LIKE_TYPES = ("varchar", "text")


@dataclass(frozen=True)
class Part:
    """What one field adds to a table."""

    #: What the model's constraints may call the field.
    names: tuple[str, str]
    declared: DeclaredColumn
    #: None for a field without a column.
    column: Column | None = None
    constraints: tuple[Constraint, ...] = ()


class Declarer(ABC):
    """Turns fields and constraints of one source into values.

    A subclass says how its source finds the target of a relation.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.has_foreign_keys = connection.features.supports_foreign_keys
        self.facts = facts_of(connection)
        self.folds_case = connection.features.ignores_table_name_case
        #: Around every name of a column or constraint, for it to compare as there.
        self.named = namer(self.facts.names)

    @cached_property
    def editor(self) -> Any:
        """Return an editor that is asked for names and never run."""
        return self.connection.SchemaEditorClass(self.connection)

    def key_of(self, db_table: str) -> str:
        """Return the key of a model's table, without the quotes it may carry.

        Django puts quotes around any name that does not begin and end with one:
        ``'"app"."book"'`` and ``'app"."book'`` are the same table, and on MySQL
        a backtick is the quote and ``"`` is a letter.
        """
        quote = self.facts.quote_character
        if len(db_table) > 1 and db_table[0] == db_table[-1] == quote:
            db_table = db_table[1:-1]
        if quote == "`":
            db_table = db_table.replace("`.`", '"."')
            # lower_case_table_names: the catalogue's names are folded.
            return db_table.lower() if self.folds_case else db_table
        if self.facts.cuts_names:
            return '"."'.join(map(cut, db_table.split('"."')))
        return self.named(db_table)

    # What a subclass answers.

    @abstractmethod
    def references(self, field: Any) -> tuple[str, str] | None:
        """Return the table and column that a relation points to."""

    @abstractmethod
    def parameters(self, field: Any) -> dict[str, Any]:
        """Return the field's ``db_parameters()``."""

    # What every source shares.

    def column(self, field: Any, *, full: bool = False) -> DeclaredColumn:
        """Return a bound field as a declared column.

        With `full`, also its definition, which only an alteration needs.
        """
        parameters = self.parameters(field)
        references = self.references(field) if field.remote_field else None
        on_delete = getattr(field.remote_field, "on_delete", None)
        db_default = ""
        if field.has_db_default():
            db_default = "constant" if is_constant(field.db_default) else "expression"
        return DeclaredColumn(
            field=field.name,
            column=self.named(field.column or field.name),
            type=parameters["type"],
            collation=parameters.get("collation") or "",
            null=field.null,
            primary_key=field.primary_key,
            unique=field.unique,
            db_index=field.db_index,
            references=references,
            db_constraint=bool(references and getattr(field, "db_constraint", False)),
            one_to_one=bool(field.one_to_one),
            on_delete=compat.database_on_delete(
                on_delete, is_inline=not self.facts.names_foreign_keys
            ),
            on_delete_in_django=getattr(on_delete, "__name__", ""),
            check=self._check(field),
            generated=bool(getattr(field, "generated", False)),
            has_default=compat.effective_default(field),
            has_own_default=has_own_default(field),
            default=constant_default(field),
            db_default=db_default,
            comment=field.db_comment or "",
            definition=definition_of(field) if full else None,
        )

    def own_constraints(self, table: str, column: DeclaredColumn) -> list[Constraint]:
        """Return the constraints that a field brings by itself."""
        if column.type is None:
            return []
        found: list[Constraint] = []
        name, facts = column.column, self.facts
        if column.primary_key:
            found.append(PrimaryKey(name="", columns=(name,)))
        elif column.unique:
            found.append(Unique(name="", columns=(name,), is_inline=True))
        elif column.db_index and not (
            facts.indexes_foreign_keys
            and column.enforces_reference
            and not column.one_to_one
        ):
            found.append(Index(name=self._name(table, [name], ""), columns=(name,)))
        if (
            facts.has_like_indexes
            and (column.db_index or (column.unique))
            and column.type.startswith(_LIKE_TYPES)
            and "[" not in column.type
        ):
            found.append(
                Index(name=self._name(table, [name], "_like"), columns=(name,))
            )
        if column.check:
            found.append(
                Check(
                    name="",
                    columns=(name,),
                    expression=column.check,
                    is_column_level=facts.has_column_checks,
                )
            )
        if column.references and column.db_constraint and self.has_foreign_keys:
            found.append(self.foreign_key(table, column))
        return found

    def foreign_key(self, table: str, column: DeclaredColumn) -> ForeignKey:
        """Return the FOREIGN KEY that Django makes for a relation."""
        assert column.references is not None
        to_table, to_column = column.references
        bare = to_table.rpartition('"."')[2]
        return ForeignKey(
            name=(
                self._name(table, [column.column], f"_fk_{bare}_{to_column}")
                if self.facts.names_foreign_keys
                else ""
            ),
            columns=(column.column,),
            to_table=to_table,
            to_columns=(to_column,),
            on_delete=column.on_delete,
            deferrable="deferred" if self.facts.defers_foreign_keys else "",
        )

    def together(self, table: str, columns: Iterable[str]) -> Unique:
        """Return the constraint of one entry of ``unique_together``."""
        columns = list(columns)
        return Unique(
            name=self._name(table, columns, "_uniq"),
            columns=tuple(columns),
            is_index=self.facts.makes_unique_indexes,
        )

    def index(self, index: Any, columns: dict[str, str]) -> Index:
        """Return an entry of ``Meta.indexes``."""
        reads = columns_read([*index.expressions, index.condition], columns)
        return Index(
            name=self.named(index.name),
            columns=tuple(columns.get(n, n) for n, _ in index.fields_orders),
            reads=reads.union(columns.get(n, n) for n in index.include),
            expressions=tuple(str(each) for each in index.expressions),
            condition=str(index.condition or ""),
        )

    def constraint(self, constraint: Any, columns: dict[str, str]) -> Constraint:
        """Return an entry of ``Meta.constraints``.

        `columns` maps the model's field names to columns; a name that is missing,
        because its field is gone, stands for itself.
        """
        if _is(constraint, UniqueConstraint):
            include = tuple(columns.get(n, n) for n in constraint.include)
            return Unique(
                name=self.named(constraint.name),
                columns=tuple(columns.get(n, n) for n in constraint.fields),
                reads=columns_read(
                    [*constraint.expressions, constraint.condition], columns
                ).union(include),
                expressions=tuple(str(each) for each in constraint.expressions),
                condition=str(constraint.condition or ""),
                include=include,
                deferrable=str(getattr(constraint.deferrable, "value", "") or ""),
                nulls_distinct=constraint.nulls_distinct is not False,
                is_index=bool(
                    constraint.condition
                    or constraint.include
                    or constraint.expressions
                    or constraint.opclasses
                ),
                is_inline=self.facts.has_inline_uniques,
            )
        if isinstance(constraint, CheckConstraint):
            read = columns_read([constraint.condition], columns)
            return Check(
                name=self.named(constraint.name),
                columns=tuple(sorted(read)),
                expression=str(constraint.condition),
            )
        expressions = [each[0] for each in getattr(constraint, "expressions", ())]
        expressions.append(getattr(constraint, "condition", None))
        return Exclusion(
            name=self.named(constraint.name),
            columns=tuple(sorted(columns_read(expressions, columns))),
        )

    def is_supported(self, constraint: Any) -> bool:
        """Say whether this backend makes a constraint or an index of a model's Meta."""
        if isinstance(constraint, ModelIndex):
            return (
                not constraint.contains_expressions
                or self.connection.features.supports_expression_indexes
            )
        if isinstance(constraint, UniqueConstraint):
            return compat.is_unique_supported(self.editor, constraint)
        if isinstance(constraint, CheckConstraint):
            return self.connection.features.supports_table_check_constraints
        return self.facts.has_exclusion_constraints or not hasattr(
            constraint, "index_type"
        )

    def build(
        self,
        db_table: str,
        fields: Iterable[Any],
        *,
        unique_together: Iterable[Iterable[str]] = (),
        constraints: Iterable[Any] = (),
        indexes: Iterable[Any] = (),
        primary_key: Iterable[str] = (),
    ) -> tuple[Table, tuple[Constraint, ...]]:
        """Return the table of a model, and the constraints it cannot have here."""
        key = self.key_of(db_table)
        columns: list[Column] = []
        by_name: dict[str, str] = {}
        found: list[Constraint] = []
        for field in fields:
            part = field if isinstance(field, Part) else self.part(key, field)
            for name in part.names:
                by_name[name] = part.declared.column
            if part.column is not None:
                columns.append(part.column)
                found.extend(part.constraints)
        if primary_key := tuple(primary_key):
            found.append(
                PrimaryKey(
                    name="", columns=tuple(by_name.get(n, n) for n in primary_key)
                )
            )
        for names in unique_together:
            found.append(self.together(key, [by_name.get(n, n) for n in names]))
        unsupported: list[Constraint] = []
        for constraint in constraints:
            value = self.constraint(constraint, by_name)
            (found if self.is_supported(constraint) else unsupported).append(value)
        found.extend(
            self.index(index, by_name) for index in indexes if self.is_supported(index)
        )
        return (
            Table(name=key, columns=tuple(columns), constraints=tuple(found)),
            tuple(unsupported),
        )

    def part(self, key: str, field: Any) -> Part:
        """Return what a bound field adds to the table of that key."""
        declared = self.column(field)
        names = (field.name, field.attname)
        if declared.type is None:
            return Part(names, declared)
        own = tuple(self.own_constraints(key, declared))
        return Part(names, declared, self.plain_column(declared), own)

    def plain_column(self, declared: DeclaredColumn) -> Column:
        """Return a declared column as a column of a table."""
        return Column(
            name=declared.column,
            type=declared.type or "",
            null=declared.null,
            collation=declared.collation,
            comment=declared.comment,
            generated="stored" if declared.generated else "",
        )

    def _name(self, table: str, columns: list[str], suffix: str) -> str:
        return self.named(compat.index_name(self.editor, table, columns, suffix))

    def _check(self, field: Any) -> str:
        # With a name that no column has, as Django compares checks: renaming a
        # column then changes nothing.
        template = self.connection.data_type_check_constraints.get(
            field.get_internal_type()
        )
        return str(template).replace("%(column)s", "__column__") if template else ""


def _is(value: Any, kind: type) -> bool:
    """Ask for a type without narrowing to what the stubs know of it."""
    return isinstance(value, kind)
