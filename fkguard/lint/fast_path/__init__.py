"""Operations that no database makes a constraint suffer by.

Most of a long history is of that kind: a column more, a constraint more, another help
text. Whether it is one of them, the project state tells, at a fraction of what it
costs to carry the catalogues of several databases through it. Whatever is not known
to be harmless is judged; ``tests/lint/test_harmless.py`` judges the corpus and the
histories of Django with and without this module, and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from ...declared.cache import ModelKey
from ...schema.catalogue import Catalogue
from .pending import Change
from .plain_fields import (
    KEYS,
    PLAIN,
    READERS,
    has_collation,
    is_alike,
    is_bare,
    is_plain,
    named_fields,
    names_of,
    of_meta,
)

#: How long the name of a table may be before a database shortens it.
LONGEST = 60
#: Options that say whether, and under which name, there is a table.
OF_THE_TABLE = frozenset(
    {
        "abstract",
        "managed",
        "order_with_respect_to",
        "proxy",
        "required_db_features",
        "required_db_vendor",
        "swappable",
    }
)
#: Options that a new model may have.
OF_A_NEW_MODEL = frozenset(
    {
        "base_manager_name",
        "constraints",
        "db_table_comment",
        "default_manager_name",
        "default_permissions",
        "get_latest_by",
        "indexes",
        "index_together",
        "ordering",
        "permissions",
        "unique_together",
        "verbose_name",
        "verbose_name_plural",
    }
)


class Harmless:
    """Tells harmless operations from others, with what was seen before them."""

    def __init__(self, state: ProjectState, catalogues: Sequence[Catalogue]) -> None:
        self.state = state
        self.catalogues = catalogues
        #: What the catalogues do not have yet of what the state declares.
        self.stale: dict[ModelKey, Change] = {}
        #: Models whose tables may be other than declared, for code or SQL made them.
        self.doubtful: set[ModelKey] = set()
        #: Names of fields that relations reference by name.
        self.referenced: set[str] = set()
        #: Tables that got another name, and left the names Django made up for them.
        self.renamed: set[str] = set()
        #: Names of constraints and indexes that the catalogues lack so far.
        self.names: set[str] = set()

    def passes(self, operation: Operation, app_label: str) -> bool:
        """Say whether an operation is harmless, before the state goes through it.

        Its table is stale from then on.
        """
        rule = self.RULES.get(type(operation))
        try:
            if rule is None or not rule(self, operation, app_label):
                return False
        except (AttributeError, KeyError, TypeError):
            return False  # Not what Django expects; whoever judges it says so.
        name = getattr(operation, "model_name", None) or operation.name  # type: ignore[attr-defined]
        key = (app_label, name.lower())
        change = self.stale.setdefault(key, Change())
        change.note(operation, self.state.models.get(key))
        return True

    def note(
        self, operation: Operation, app_label: str, changed: Iterable[ModelKey] = ()
    ) -> None:
        """Take note of an operation that is judged, when the state is through it.

        `changed` are the models whose tables it leaves another.
        """
        kind = type(operation)
        if kind not in KNOWN:
            # Its tables may be other than the state says, now and later.
            self.doubtful.update(changed)
            self.doubtful.update(k for k in self.state.models if k[0] == app_label)
        for each in (
            _fields_of(operation)
            if kind in KNOWN
            else (f for m in self.state.models.values() for f in m.fields.values())
        ):
            self.referenced.update(named_fields(each))
        if isinstance(operation, ops.AlterModelTable):
            self.renamed.add(f"{app_label}_{operation.name_lower}")
        elif isinstance(operation, ops.RenameModel):
            self.renamed.add(f"{app_label}_{operation.old_name_lower}")
            if (app_label, operation.old_name_lower) in self.doubtful:
                self.doubtful.add((app_label, operation.new_name_lower))
        elif isinstance(operation, ops.RenameField):
            # Django renames no field in an expression of the state.
            model = self.state.models[app_label, operation.model_name_lower]
            if not all(map(is_plain, of_meta(model))):
                self.doubtful.add((app_label, operation.model_name_lower))

    def note_state(self) -> None:
        """Take note of a state that no operation was judged on the way to."""
        for model in self.state.models.values():
            for each in model.fields.values():
                self.referenced.update(named_fields(each))

    def give_up(self, app_label: str) -> None:
        """Take note that the tables of an app are not known any more."""
        self.doubtful.update(key for key in self.state.models if key[0] == app_label)
        for key in self.doubtful:
            self.stale.pop(key, None)

    def settled(self) -> None:
        """Take note that the catalogues are up to date again."""
        self.stale.clear()
        self.names.clear()

    # Models.

    def model(self, app_label: str, name: str) -> ModelState | None:
        """Return a model whose table is as the state declares it, or None."""
        key = (app_label, name.lower())
        model: ModelState | None = self.state.models.get(key)
        if model is None or key in self.doubtful:
            return None
        if f"{app_label}_{key[1]}" in self.renamed or "db_table" in model.options:
            return None
        if not OF_THE_TABLE.isdisjoint(model.options):
            return None
        for each in of_meta(model):
            if is_plain(each) and not model.fields.keys() >= {*names_of(each)}:
                return None  # A field was renamed, and the state has the old name.
        return model

    def _reads(self, model: ModelState, name: str) -> bool:
        """Say whether anything but the column itself needs a field."""
        if name in self.referenced:
            return True
        if any(name in names for names in model.options.get("unique_together") or ()):
            return True
        if any(not is_plain(e) or name in names_of(e) for e in of_meta(model)):
            return True
        return any(type(field) in READERS for field in model.fields.values())

    # Fields.

    def _is_new_column(self, field: Any, app_label: str, model_name: str) -> bool:
        if type(field) in PLAIN:
            return not (field.primary_key or field.unique or has_collation(field))
        return self._is_new_key(field, app_label, model_name)

    def _is_new_key(self, field: Any, app_label: str, model_name: str) -> bool:
        """Say whether a foreign key references a plain key of the same app.

        One of another app may close a circle.
        """
        kind: type[Any] = models.ForeignKey
        if type(field) is not kind or field.primary_key or field.unique:
            return False
        remote = field.remote_field
        if not (isinstance(remote.model, str) and field.db_constraint):
            return False
        if hasattr(remote.on_delete, "on_delete_sql") or [*named_fields(field)]:
            return False
        if field.has_default() or field.has_db_default():
            return False
        label, _, name = remote.model.rpartition(".")
        if (label or app_label) != app_label:
            return False
        if name.lower() == model_name.lower():
            return False
        target = self.model(app_label, name)
        if target is None or target.bases != (models.Model,):
            return False
        keys = [f for f in target.fields.values() if getattr(f, "primary_key", False)]
        return all(type(key) in KEYS for key in keys) and len(keys) <= 1

    # Operations.

    def _create(self, operation: Any, app_label: str) -> bool:
        options = operation.options
        if operation.bases != (models.Model,) or not OF_A_NEW_MODEL.issuperset(options):
            return False
        if (app_label, operation.name_lower) in self.state.models:
            return False
        table = f"{app_label}_{operation.name_lower}"
        if len(table) > LONGEST or table in self.renamed:
            return False
        if any(table in each for each in self.catalogues):
            return False
        for _, field in operation.fields:
            kind = type(field)
            if kind in KEYS and field.primary_key:
                continue
            if kind in PLAIN and not field.primary_key and not has_collation(field):
                continue
            if not self._is_new_key(field, app_label, operation.name):
                return False
        if any(len(names) == 1 for names in options.get("unique_together") or ()):
            return False
        named = []
        for option in ("constraints", "indexes"):
            for each in options.get(option) or ():
                if not is_plain(each) or len(getattr(each, "fields", ())) == 1:
                    return False
                named.append(each.name)
        return self._take(named)

    def _take(self, names: Iterable[str]) -> bool:
        """Say whether names are free, and take them."""
        names = list(names)
        if any(
            len(name) > LONGEST
            or name in self.names
            or any(c.named(name) for c in self.catalogues)
            for name in names
        ):
            return False
        self.names.update(names)
        return True

    def _add_field(self, operation: Any, app_label: str) -> bool:
        name = operation.model_name
        model = self.model(app_label, name)
        if model is None or operation.name in model.fields:
            return False
        field = operation.field
        if field.remote_field is not None and not field.null:
            return False
        return self._is_new_column(field, app_label, name)

    def _remove_field(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.model_name)
        field = model.fields.get(operation.name) if model is not None else None
        if model is None or field is None or not is_bare(field):
            return False
        return not self._reads(model, operation.name)

    def _rename_field(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.model_name)
        field = model.fields.get(operation.old_name) if model is not None else None
        if model is None or field is None or not is_bare(field):
            return False
        if operation.new_name in model.fields:
            return False
        return not self._reads(model, operation.old_name)

    def _alter_field(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.model_name)
        if model is None:
            return False
        old: Any = model.fields.get(operation.name)
        new: Any = operation.field
        if type(old) is not type(new):
            return False
        if not operation.preserve_default or old.db_column != new.db_column:
            return False
        if is_bare(old) and is_bare(new):
            plain = type(old) in PLAIN and old.null == new.null
            if plain and not self._reads(model, operation.name):
                return True
        return is_alike(old, new)

    def _add_constraint(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.model_name)
        constraint = operation.constraint
        if model is None or type(constraint) is not models.UniqueConstraint:
            return False
        if not is_plain(constraint) or not model.fields.keys() >= {*constraint.fields}:
            return False
        return self._take([constraint.name])

    def _add_index(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.model_name)
        if model is None or not is_plain(operation.index):
            return False
        return self._take([operation.index.name])

    def _alter_unique_together(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.name)
        if model is None:
            return False
        old = {tuple(names) for names in model.options.get("unique_together") or ()}
        new = {tuple(names) for names in operation.unique_together or ()}
        return old <= new

    def _alter_options(self, operation: Any, app_label: str) -> bool:
        model = self.model(app_label, operation.name)
        return model is not None and OF_THE_TABLE.isdisjoint(operation.options)

    def _alter_managers(self, operation: Any, app_label: str) -> bool:
        return self.model(app_label, operation.name) is not None

    #: How each operation is found to be harmless.
    RULES: ClassVar[Mapping[type[Operation], Callable[[Harmless, Any, str], bool]]] = {
        ops.CreateModel: _create,
        ops.AddField: _add_field,
        ops.RemoveField: _remove_field,
        ops.RenameField: _rename_field,
        ops.AlterField: _alter_field,
        ops.AddConstraint: _add_constraint,
        ops.AddIndex: _add_index,
        ops.AlterUniqueTogether: _alter_unique_together,
        ops.AlterModelOptions: _alter_options,
        ops.AlterModelManagers: _alter_managers,
    }


#: Operations after which tables are what the state says, or findings tell why not.
KNOWN = frozenset(
    {
        *Harmless.RULES,
        ops.DeleteModel,
        ops.RenameModel,
        ops.AlterModelTable,
        ops.AlterOrderWithRespectTo,
        ops.RemoveConstraint,
        ops.RemoveIndex,
        ops.RenameIndex,
        ops.RunPython,
    }
) - {ops.AlterModelOptions}


def _fields_of(operation: Any) -> Iterator[Any]:
    if isinstance(operation, ops.CreateModel):
        for _, field in operation.fields:
            yield field
    elif isinstance(operation, (ops.AddField, ops.AlterField)):
        yield operation.field
