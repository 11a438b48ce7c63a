"""Draw operations that a project state allows, from hypothesis.

A draw is a list of operations that belong into one migration: mostly one, two for
what people write together, such as removing a field and adding it again.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import django
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.fields import Field
from django.db.models.functions import Lower
from hypothesis import strategies as st

from .byhand import by_hand, column_in_another_case, renamed_constraint
from .code import Reading, Sending
from .rows import insert_rows

T = TypeVar("T")
APP = "fuzz"

#: A collation of each vendor that a column may have and that is not the default.
COLLATIONS = {"sqlite": "nocase", "postgresql": "C", "mysql": "utf8mb4_bin"}

DEFAULTS: dict[type[models.Field], Any] = {
    models.CharField: "x",
    models.TextField: "x",
    models.IntegerField: 0,
    models.BigIntegerField: 0,
    models.SmallIntegerField: 0,
    models.PositiveIntegerField: 0,
    models.DecimalField: 0,
    models.DateField: datetime.date(2020, 1, 1),
    models.BooleanField: False,
    models.UUIDField: uuid.uuid4,
    models.JSONField: dict,
}
NUMBERS = (
    models.IntegerField,
    models.BigIntegerField,
    models.SmallIntegerField,
    models.PositiveIntegerField,
)
KEYS: tuple[Callable[[], models.Field], ...] = (
    lambda: models.BigAutoField(primary_key=True),
    lambda: models.BigAutoField(primary_key=True),
    lambda: models.AutoField(primary_key=True),
    lambda: models.AutoField(primary_key=True),
    lambda: models.SmallAutoField(primary_key=True),
    lambda: models.CharField(max_length=20, primary_key=True),
    lambda: models.UUIDField(primary_key=True, default=uuid.uuid4),
)
#: What Django does itself, and from 6.1 on what it lets the database do.
ON_DELETE: list[Any] = [models.CASCADE, models.PROTECT, models.DO_NOTHING]
if django.VERSION >= (6, 1):
    ON_DELETE += [models.DB_CASCADE, models.DB_SET_NULL]


class Drawer:
    """Draws names, fields and operations over the state that a history has."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.state = ProjectState()
        self.vendor = connection.vendor
        self._count = 0

    # Single draws.

    def pick(self, values: Iterable[T]) -> T:
        return self.data.draw(st.sampled_from(list(values)))

    def chance(self, percent: int) -> bool:
        # The simplest draw is False, so a shrunk history has nothing fancy in it.
        return self.data.draw(st.integers(0, 99)) >= 100 - percent

    def some(self, values: Sequence[T], least: int, most: int) -> list[T]:
        most = min(most, len(values))
        return self.data.draw(
            st.lists(
                st.sampled_from(values),
                min_size=min(least, most),
                max_size=most,
                unique=True,
            )
        )

    def fresh(self, prefix: str) -> str:
        """Return a name that the history has not had yet."""
        self._count += 1
        return f"{prefix}{self._count}"

    # What the state holds.

    @property
    def models(self) -> list[ModelState]:
        return list(self.state.models.values())

    @property
    def targets(self) -> list[str]:
        """Return the models that a relation may point to: those of a single key."""
        return [m.name for m in self.models if "pk" not in m.fields]

    def keyable(self, model: ModelState) -> list[str]:
        """Return the fields that may be part of a key on every database."""
        return [
            name
            for name, field in model.fields.items()
            if not field.many_to_many
            and not field.primary_key
            and not isinstance(
                field, models.TextField | models.JSONField | models.GeneratedField
            )
        ]

    def used(self, model: ModelState) -> set[str]:
        """Return the fields that the model's options name."""
        found: set[str] = set()
        for each in model.options.get("unique_together") or ():
            found.update(each)
        for index in model.options.get("indexes", ()):
            found.update(index.fields)
        for constraint in model.options.get("constraints", ()):
            _, _, kwargs = constraint.deconstruct()
            found.update(n for n in model.fields if n in repr(kwargs))
        return found

    def is_referenced(self, model: ModelState, name: str = "") -> bool:
        """Say whether a relation of another model ends at the model or its field."""
        label = f"{APP}.{model.name_lower}"
        return any(
            str(field.remote_field.model).lower() == label
            and (not name or getattr(field.remote_field, "field_name", "") == name)
            for other in self.models
            if name or other is not model
            for field in other.fields.values()
            if field.remote_field
        )

    # Fields.

    def field(self, *, is_composite: bool = False) -> Field[Any, Any]:
        targets = self.targets
        kind = self.pick(
            ["plain", "plain", "plain", "key", "key", "key", "one", "many", "generated"]
        )
        if kind in {"key", "one", "many"} and not targets:
            kind = "plain"
        if kind == "many" and not is_composite:
            return models.ManyToManyField(f"{APP}.{self.pick(targets)}")
        if kind in {"key", "one"}:
            return self.relation(kind, self.pick(targets))
        if kind == "generated":
            numbers = [
                name
                for model in self.models
                for name, field in model.fields.items()
                if type(field) is models.IntegerField
            ]
            if numbers:
                return models.GeneratedField(
                    expression=models.F(self.pick(numbers)) + 1,
                    output_field=models.BigIntegerField(),
                    db_persist=True,
                )
        return self.plain()

    def plain(self) -> Field[Any, Any]:
        kind = self.pick(list(DEFAULTS))
        kwargs: dict[str, Any] = {}
        if kind is models.CharField:
            kwargs["max_length"] = self.pick([20, 50])
        if kind is models.DecimalField:
            kwargs.update(max_digits=8, decimal_places=2)
        if self.chance(35):
            kwargs["null"] = True
        if kind not in {models.TextField, models.JSONField}:
            if self.chance(25):
                kwargs["unique"] = True
            elif self.chance(15):
                kwargs["db_index"] = True
        if self.chance(12):
            kwargs["db_column"] = self.fresh("c_")
        if kind is models.CharField and self.chance(12):
            kwargs["db_collation"] = COLLATIONS[self.vendor]
        if self.chance(10):
            kwargs["db_comment"] = "words"
        if kind in NUMBERS and self.chance(12):
            kwargs["db_default"] = 7
        elif not kwargs.get("null"):
            kwargs["default"] = DEFAULTS[kind]
        return kind(**kwargs)

    def relation(self, kind: str, target: str) -> Field[Any, Any]:
        # Not "+" alone: Django pairs the relations of the two states by that name,
        # and takes one hidden relation's NULL for another's on MySQL.
        kwargs: dict[str, Any] = {"related_name": f"{self.fresh('r')}+"}
        model = self.state.models[APP, target.lower()]
        uniques = [
            name
            for name, field in model.fields.items()
            if field.unique and not field.primary_key and not field.remote_field
        ]
        if uniques and self.chance(30):
            kwargs["to_field"] = self.pick(uniques)
        if self.chance(50):
            kwargs["null"] = True
        if self.chance(8):
            kwargs["db_constraint"] = False
        on_delete = self.pick(ON_DELETE)
        if on_delete.__name__ == "DB_SET_NULL":
            kwargs["null"] = True
        if on_delete.__name__.startswith("DB_"):
            kwargs.pop("db_constraint", None)
        if kind == "one":
            return models.OneToOneField(f"{APP}.{target}", on_delete, **kwargs)
        if self.chance(15):
            kwargs["unique"] = True
        elif self.chance(10):
            kwargs["db_index"] = False
        if self.chance(10):
            kwargs["db_column"] = self.fresh("c_")
        return models.ForeignKey(f"{APP}.{target}", on_delete, **kwargs)

    # Constraints.

    def constraint(self, model: ModelState) -> Any:
        names = self.keyable(model)
        if not names:
            return None
        kind = self.pick(["unique", "unique", "special", "special", "check", "check"])
        if kind == "check":
            read = self.some(names, 1, 2)
            condition = models.Q((f"{read[0]}__isnull", False))
            for name in read[1:]:
                condition |= models.Q((f"{name}__isnull", True))
            return models.CheckConstraint(condition=condition, name=self.fresh("chk"))
        key = self.some(names, 1, 3)
        if not key:
            return None
        name = self.fresh("uc")
        if kind == "special":
            return self.special(model, name, key, [n for n in names if n not in key])
        return models.UniqueConstraint(fields=key, name=name)

    def special(
        self, model: ModelState, name: str, key: list[str], others: list[str]
    ) -> Any:
        """Return a unique or exclusion constraint that not every database makes."""
        kinds = ["deferrable", "nulls"]
        texts = [n for n in key if isinstance(model.fields[n], models.CharField)]
        if others:
            kinds += ["condition", "condition", "include"]
        if texts:
            kinds += ["expression", "expression"]
        if texts and self.vendor == "postgresql":
            kinds.append("exclusion")
        kind = self.pick(kinds)
        if kind == "condition":
            return models.UniqueConstraint(
                fields=key,
                name=name,
                condition=models.Q((f"{self.pick(others)}__isnull", True)),
            )
        if kind == "include":
            return models.UniqueConstraint(
                fields=key, name=name, include=[self.pick(others)]
            )
        if kind == "expression":
            first = self.pick(texts)
            rest = [n for n in key if n != first]
            return models.UniqueConstraint(Lower(first), *rest, name=name)
        if kind == "deferrable":
            return models.UniqueConstraint(
                fields=key, name=name, deferrable=models.Deferrable.DEFERRED
            )
        if kind == "nulls":
            return models.UniqueConstraint(fields=key, name=name, nulls_distinct=False)
        return ExclusionConstraint(
            name=name, expressions=[(self.pick(texts), "=")], index_type="SPGIST"
        )

    # Operations.

    def operations(self) -> list[Operation]:
        """Return the operations of one draw; none where the draw leads nowhere."""
        if len(self.models) < 2 or (len(self.models) < 4 and self.chance(8)):
            return self.create()
        model = self.pick(self.models)
        moves: list[tuple[int, Callable[[ModelState], list[Operation]]]] = [
            (4, self.add),
            (3, self.remove),
            (2, self.readd),
            (6, self.alter),
            (4, self.alter_relation),
            (1, self.alter_many),
            (2, self.retype_key),
            (1, self.move_key),
            (2, self.rename_field),
            (1, self.rename_model),
            (1, self.alter_table),
            (4, self.add_constraint),
            (2, self.remove_constraint),
            (2, self.unique_together),
            (1, self.add_index),
            (1, self.remove_index),
            (1, self.delete),
            (2, self.run_by_hand),
            (2, self.rename_by_hand),
            (1, self.run_code),
            (6, self.insert),
        ]
        move = self.pick([m for weight, m in moves for _ in range(weight)])
        return move(model)

    def create(self) -> list[Operation]:
        name = self.fresh("Model")
        fields: list[tuple[str, models.Field]] = []
        options: dict[str, Any] = {}
        if self.targets and self.chance(10):
            target = f"{APP}.{self.pick(self.targets)}"
            fields.append(
                (
                    "key",
                    models.OneToOneField(
                        target,
                        models.CASCADE,
                        primary_key=True,
                        related_name=f"{self.fresh('r')}+",
                    ),
                )
            )
        elif self.chance(5):
            fields += [
                ("pk", models.CompositePrimaryKey("one", "two")),
                ("one", models.IntegerField()),
                ("two", models.IntegerField()),
            ]
        else:
            fields.append(("key", self.pick(KEYS)()))
        for _ in range(self.data.draw(st.integers(1, 4))):
            field = self.field(is_composite=len(fields) > 2 and fields[0][0] == "pk")
            fields.append((self.fresh("f"), field))
        probe = self.state.clone()
        ops.CreateModel(name, fields).state_forwards(APP, probe)
        model = probe.models[APP, name.lower()]
        names = self.keyable(model)
        if len(names) > 1 and self.chance(30):
            options["unique_together"] = {tuple(self.some(names, 2, 2))}
        if self.chance(35) and (constraint := self.constraint(model)) is not None:
            options["constraints"] = [constraint]
        if self.chance(10):
            options["db_table"] = self.fresh("Table ")
        return [ops.CreateModel(name, fields, options=options)]

    def add(self, model: ModelState) -> list[Operation]:
        field = self.field(is_composite="pk" in model.fields)
        return [ops.AddField(model.name, self.fresh("f"), field)]

    def removable(self, model: ModelState) -> list[str]:
        names = [n for n, f in model.fields.items() if not f.primary_key]
        if self.chance(75):
            used = self.used(model)
            names = [
                n for n in names if n not in used and not self.is_referenced(model, n)
            ]
        return names if len(model.fields) > 2 else []

    def remove(self, model: ModelState) -> list[Operation]:
        names = self.removable(model)
        return [ops.RemoveField(model.name, self.pick(names))] if names else []

    def readd(self, model: ModelState) -> list[Operation]:
        """Change a field by removing it and adding it again."""
        names = [n for n in self.keyable(model) if not self.is_referenced(model, n)]
        if not names:
            return []
        name = self.pick(names)
        field = model.fields[name].clone() if self.chance(50) else self.plain()
        if field.has_default() or field.null:
            return [
                ops.RemoveField(model.name, name),
                ops.AddField(model.name, name, field),
            ]
        return []

    def alter(self, model: ModelState) -> list[Operation]:
        names = [
            n
            for n, f in model.fields.items()
            if not f.many_to_many
            and not f.primary_key
            and not isinstance(f, models.GeneratedField)
        ]
        if not names:
            return []
        name = self.pick(names)
        field = model.fields[name]
        _, _, args, kwargs = field.deconstruct()
        kind: Any = type(field)
        change = self.pick(
            [
                "null",
                "unique",
                "index",
                "type",
                "length",
                "column",
                "comment",
                "collation",
                "default",
            ]
        )
        if change == "null":
            if kwargs.pop("null", False):
                if not field.remote_field and "db_default" not in kwargs:
                    kwargs["default"] = DEFAULTS[kind]
            else:
                kwargs["null"] = True
        elif change == "unique":
            if kind in {models.OneToOneField, models.TextField, models.JSONField}:
                return []
            if self.is_referenced(model, name) and self.chance(80):
                return []
            if not kwargs.pop("unique", False):
                kwargs["unique"] = True
                kwargs.pop("db_index", None)
        elif change == "index":
            if kind in {models.OneToOneField, models.TextField, models.JSONField}:
                return []
            if field.unique:
                return []
            kwargs["db_index"] = not getattr(field, "db_index", False)
        elif change == "length":
            if kind is not models.CharField:
                return []
            kwargs["max_length"] = self.pick([10, 20, 50, 100])
        elif change == "column":
            if not kwargs.pop("db_column", None):
                kwargs["db_column"] = self.fresh("c_")
        elif change == "type":
            if kind in NUMBERS:
                kind = self.pick(NUMBERS)
            elif kind is models.CharField and name not in self.used(model):
                if field.unique or getattr(field, "db_index", False):
                    return []
                kwargs.pop("max_length")
                kind = models.TextField
            else:
                return []
        elif change == "collation":
            if kind not in {models.CharField, models.TextField}:
                return []
            if not kwargs.pop("db_collation", None):
                kwargs["db_collation"] = COLLATIONS[self.vendor]
        elif change == "default":
            if kind not in NUMBERS:
                return []
            if not kwargs.pop("db_default", None):
                kwargs["db_default"] = 3
                kwargs.pop("default", None)
        else:
            kwargs["db_comment"] = self.fresh("words ")
        return [ops.AlterField(model.name, name, kind(*args, **kwargs))]

    def alter_relation(self, model: ModelState) -> list[Operation]:
        names = [
            n
            for n, f in model.fields.items()
            if f.remote_field and not f.many_to_many and not f.primary_key
        ]
        if not names:
            return []
        name = self.pick(names)
        field = model.fields[name]
        _, _, _, kwargs = field.deconstruct()
        kind: Any = type(field)
        change = self.pick(["target", "kind", "constraint", "on_delete", "plain"])
        if change == "target":
            kwargs["to"] = f"{APP}.{self.pick(self.targets)}"
            kwargs.pop("to_field", None)
        elif change == "kind":
            kwargs.pop("unique", None)
            kwargs.pop("db_index", None)
            one = kind is models.OneToOneField
            kind = models.ForeignKey if one else models.OneToOneField
        elif change == "constraint":
            if kwargs["on_delete"].__name__.startswith("DB_"):
                return []
            if kwargs.pop("db_constraint", True):
                kwargs["db_constraint"] = False
        elif change == "on_delete":
            choices = [
                each
                for each in ON_DELETE
                if not each.__name__.startswith("DB_")
                or (kwargs.get("null") and kwargs.get("db_constraint", True))
            ]
            kwargs["on_delete"] = self.pick(choices)
        else:
            column = kwargs.get("db_column") or f"{name}_id"
            field = models.BigIntegerField(null=True, db_column=column)
            return [ops.AlterField(model.name, name, field)]
        return [ops.AlterField(model.name, name, kind(**kwargs))]

    def alter_many(self, model: ModelState) -> list[Operation]:
        names = [n for n, f in model.fields.items() if f.many_to_many]
        if not names:
            return []
        name = self.pick(names)
        _, _, _, kwargs = model.fields[name].deconstruct()
        if self.chance(50):
            kwargs["db_table"] = self.fresh("join")
        else:
            kwargs["to"] = f"{APP}.{self.pick(self.targets)}"
        return [ops.AlterField(model.name, name, models.ManyToManyField(**kwargs))]

    def retype_key(self, model: ModelState) -> list[Operation]:
        for name, field in model.fields.items():
            if not field.primary_key or field.remote_field:
                continue
            new: models.Field
            if isinstance(field, models.AutoField | models.SmallAutoField):
                new = models.BigAutoField(primary_key=True)
            elif isinstance(field, models.BigAutoField):
                new = models.AutoField(primary_key=True)
            elif isinstance(field, models.CharField):
                new = models.CharField(
                    max_length=self.pick([10, 20, 40]), primary_key=True
                )
            else:
                return []
            return [ops.AlterField(model.name, name, new)]
        return []

    def move_key(self, model: ModelState) -> list[Operation]:
        """Make another column the primary key, as makemigrations writes it."""
        keys = [
            n
            for n, f in model.fields.items()
            if f.primary_key and isinstance(f, models.AutoField | models.BigAutoField)
        ]
        others = [
            n
            for n, f in model.fields.items()
            if type(f) in {models.CharField, models.IntegerField} and not f.null
        ]
        if not keys or not others:
            return []
        name = self.pick(others)
        _, _, args, kwargs = model.fields[name].deconstruct()
        kwargs.pop("unique", None)
        kwargs.pop("db_index", None)
        field = type(model.fields[name])(*args, **{**kwargs, "primary_key": True})
        return [
            ops.RemoveField(model.name, keys[0]),
            ops.AlterField(model.name, name, field),
        ]

    def rename_field(self, model: ModelState) -> list[Operation]:
        used = self.used(model)
        names = [n for n in model.fields if n not in used and n != "pk"]
        if not names:
            return []
        return [ops.RenameField(model.name, self.pick(names), self.fresh("f"))]

    def rename_model(self, model: ModelState) -> list[Operation]:
        return [ops.RenameModel(model.name, self.fresh("Model"))]

    def alter_table(self, model: ModelState) -> list[Operation]:
        table = self.fresh("table") if self.chance(80) else None
        return [ops.AlterModelTable(model.name, table)]

    def add_constraint(self, model: ModelState) -> list[Operation]:
        constraint = self.constraint(model)
        return [] if constraint is None else [ops.AddConstraint(model.name, constraint)]

    def remove_constraint(self, model: ModelState) -> list[Operation]:
        found = model.options.get("constraints", [])
        if not found:
            return []
        return [ops.RemoveConstraint(model.name, self.pick(found).name)]

    def unique_together(self, model: ModelState) -> list[Operation]:
        now = [tuple(each) for each in model.options.get("unique_together") or ()]
        names = self.keyable(model)
        if now and self.chance(60):
            now.remove(self.pick(now))
        elif len(names) > 1:
            now.append(tuple(self.some(names, 2, 2)))
        else:
            return []
        return [ops.AlterUniqueTogether(model.name, set(now))]

    def add_index(self, model: ModelState) -> list[Operation]:
        names = self.keyable(model)
        if not names:
            return []
        index = models.Index(fields=self.some(names, 1, 2), name=self.fresh("ix"))
        return [ops.AddIndex(model.name, index)]

    def remove_index(self, model: ModelState) -> list[Operation]:
        found = model.options.get("indexes", [])
        if not found:
            return []
        name = self.pick(found).name
        if self.chance(50):
            return [ops.RenameIndex(model.name, self.fresh("ix"), old_name=name)]
        return [ops.RemoveIndex(model.name, name)]

    def delete(self, model: ModelState) -> list[Operation]:
        if self.is_referenced(model) and self.chance(80):
            return []
        return [ops.DeleteModel(model.name)]

    def run_by_hand(self, model: ModelState) -> list[Operation]:
        """Make a constraint that no state knows, as somebody would with SQL."""
        statement = by_hand(self, model)
        return [ops.RunSQL(statement, ops.RunSQL.noop)] if statement else []

    def rename_by_hand(self, model: ModelState) -> list[Operation]:
        """Give a constraint or a column a name that the state does not know."""
        draw = self.pick([renamed_constraint, column_in_another_case])
        statement = draw(self, model)
        return [ops.RunSQL(statement, ops.RunSQL.noop)] if statement else []

    def run_code(self, model: ModelState) -> list[Operation]:
        """Run code that reads rows, or that sends SQL which nobody can read."""
        if self.chance(50):
            return [ops.RunPython(Reading(model.name), ops.RunPython.noop)]
        statement = by_hand(self, model)
        if not statement:
            return []
        return [ops.RunPython(Sending(statement), ops.RunPython.noop)]

    def insert(self, model: ModelState) -> list[Operation]:
        statement = insert_rows(self, model)
        return [ops.RunSQL(statement, ops.RunSQL.noop)] if statement else []
