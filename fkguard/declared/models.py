"""What models declare, as Django renders them."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    CompositePrimaryKey,
    Model,
)

from .. import compat
from ..schema.catalogue import Table
from ..schema.constraints import (
    Constraint,
)
from .fields import (
    target_field_of,
)
from .schema import Declarer


class Rendered(Declarer):
    """Declares from models that Django has rendered."""

    def references(self, field: Any) -> tuple[str, str] | None:
        remote = field.remote_field.model
        if isinstance(remote, str):
            return None
        target = target_field_of(field)
        if target is None:
            return None
        return self.key_of(target.model._meta.db_table), self.named(target.column)

    def parameters(self, field: Any) -> dict[str, Any]:
        is_key = field.column and (field.many_to_one or field.one_to_one)
        if is_key and target_field_of(field) is None:
            return {"type": "", "check": None}
        parameters: dict[str, Any] = field.db_parameters(connection=self.connection)
        return parameters

    def columns_of(self, model: type[Model]) -> dict[str, str]:
        """Return the columns of a model's own fields, by what constraints call them."""
        return {
            name: self.named(field.column or field.name)
            for field in model._meta.local_fields
            for name in (field.name, field.attname)
        }

    def table(self, model: type[Model]) -> Table:
        """Return the table that a model declares."""
        return self.model(model)[0]

    def model(
        self, model: type[Model], *, without: str = "", plus: Any = None
    ) -> tuple[Table, tuple[Constraint, ...]]:
        """Return a model's table and what it lacks here.

        Less one field if asked, and with one that is not bound to the model.
        """
        opts = model._meta
        pk: Any = opts.pk
        return self.build(
            opts.db_table,
            [
                *(f for f in opts.local_fields if f.name != without),
                *([plus] if plus is not None else ()),
            ],
            unique_together=opts.unique_together,
            constraints=opts.constraints,
            indexes=opts.indexes,
            primary_key=(pk.field_names if isinstance(pk, CompositePrimaryKey) else ()),
        )

    def declared(self, *models: type[Model]) -> Any:
        """Return a look-up of tables by key, the given models first."""
        first = {self.key_of(m._meta.db_table): m for m in models}

        def look_up(key: str) -> Table | None:
            if key in first:
                return self.table(first[key])
            if models:
                for model in compat.models_of(models[0]._meta.apps):
                    if (
                        self.key_of(model._meta.db_table) == key
                        and not model._meta.proxy
                    ):
                        return self.table(model)
            return None

        return look_up
