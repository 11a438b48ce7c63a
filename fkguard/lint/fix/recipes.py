"""The operations that keep a constraint from being lost, written into migrations.

One recipe serves where the state knows the constraint: take it away by name before
its column goes, and make it again as soon as the column is back. An operation that
does the first too late is moved rather than written twice.
"""

from __future__ import annotations

import difflib
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import invalidate_caches
from importlib.util import cache_from_source
from pathlib import Path

from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import CheckConstraint, UniqueConstraint
from django.db.models.constraints import BaseConstraint

from ... import compat
from ...reports import FORWARDS, Entry
from .migration_file import CannotRewrite, MigrationFile, Where
from .renaming import renamed_check

Key = tuple[str, str]

#: The hazards that the recipe answers, where a known constraint loses a column.
FIXABLE = frozenset({"E101", "E103", "E104", "E105"})


#: What a diff says below the last line of a file that does not end it.
NO_NEWLINE = "\\ No newline at end of file"


class _NoRecipe(Exception):
    """What stands in the way of a fix, to be told."""


@dataclass(frozen=True, kw_only=True)
class _OperationEdit:
    """One operation to put into, or to take out of, a migration."""

    key: Key
    number: int
    where: Where | None
    operation: Operation | None = None


@dataclass(kw_only=True)
class Fixes:
    """What can be written instead, and what a person has to see to."""

    files: dict[str, MigrationFile] = field(default_factory=dict)
    fixed: list[Entry] = field(default_factory=list)
    #: Each finding without a recipe, and why it has none.
    left: list[tuple[Entry, str]] = field(default_factory=list)

    def diff(self) -> str:
        """Return the changes as a unified diff that ``git apply`` takes."""
        parts: list[str] = []
        for name, file in sorted(self.files.items()):
            parts += difflib.unified_diff(
                _lines(file.text),
                _lines(file.rewritten()),
                f"a/{name}",
                f"b/{name}",
            )
        return "".join(
            each if each.endswith("\n") else f"{each}\n{NO_NEWLINE}\n" for each in parts
        )

    def write(self) -> None:
        """Write every changed file, and have it imported anew when next asked for."""
        written = set()
        for file in self.files.values():
            file.write()
            written.add(file.path.resolve())
            # It may be as long, and as old to the second, as what is cached.
            Path(cache_from_source(str(file.path))).unlink(missing_ok=True)
        for name, module in [*sys.modules.items()]:
            path = getattr(module, "__file__", None)
            if path and Path(path).resolve() in written:
                del sys.modules[name]
        invalidate_caches()


def _lines(text: str) -> list[str]:
    """Return lines as git has them, which breaks them at no other character."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def propose(
    entries: Iterable[Entry],
    order: Sequence[Migration],
    path_of: Callable[[Migration], str],
) -> Fixes:
    """Return the fixes of the findings that have a recipe.

    `order` is every migration in the order in which they run; `path_of` returns ""
    for one that is not to be edited.
    """
    fixes = Fixes()
    history = _History(order)
    for entry in entries:
        if not entry.id.startswith("E"):
            continue  # Asked for; what is missing is a reason, which is a person's.
        try:
            edits = list(history.edits(entry))
            _apply(edits, fixes, history, entry, path_of)
        except (_NoRecipe, CannotRewrite) as error:
            fixes.left.append((entry, str(error)))
        else:
            fixes.fixed.append(entry)
    return fixes


def _apply(
    edits: list[_OperationEdit],
    fixes: Fixes,
    history: _History,
    entry: Entry,
    path_of: Callable[[Migration], str],
) -> None:
    opened: dict[str, MigrationFile] = {}
    for edit in edits:
        migration = history.migrations[edit.key]
        path = path_of(migration)
        if not path:
            raise _NoRecipe("its file is not one of the project")
        is_own = edit.key == (entry.app_label, entry.migration)
        name = entry.file if is_own else _beside(entry, path)
        file = opened.get(name)
        if file is None:
            # A copy: every edit of a finding can be made, or none is.
            known = fixes.files.get(name)
            file = known.copy() if known is not None else None
            file = file or MigrationFile(Path(path), len(migration.operations))
            opened[name] = file
        if edit.where is None or edit.operation is None:
            file.remove(edit.number)
        else:
            file.insert(edit.number, edit.where, edit.operation)
    for file in opened.values():
        file.rewritten()
    fixes.files.update(opened)


def _beside(entry: Entry, path: str) -> str:
    """Return how a reader names another migration of the same app."""
    return (Path(entry.file).parent / Path(path).name).as_posix()


class _History:
    """Every migration, with the state before any operation of it."""

    def __init__(self, order: Sequence[Migration]) -> None:
        self.order = order
        self.migrations = {(each.app_label, each.name): each for each in order}

    def edits(self, entry: Entry) -> Iterator[_OperationEdit]:
        """Yield the edits that answer a finding. Raises ``_NoRecipe``."""
        if entry.id not in FIXABLE or entry.direction != FORWARDS:
            raise _NoRecipe("no operation to write instead is known to be safe")
        migration = self.migrations.get((entry.app_label, entry.migration))
        if migration is None or not entry.operation:
            raise _NoRecipe("its operation is not known")
        operation = migration.operations[entry.operation - 1]
        if not isinstance(operation, ops.RemoveField | ops.RenameField):
            kind = type(operation).__name__
            raise _NoRecipe(
                f"only RemoveField and RenameField have a recipe, and this is {kind}"
            )
        state = self.state_before(migration, entry.operation)
        model = state.models[migration.app_label, operation.model_name_lower]
        named = {each.name: each for each in model.options.get("constraints", ())}
        constraint = named.get(entry.constraint)
        recipe: _Recipe
        if isinstance(operation, ops.RenameField):
            if not isinstance(constraint, CheckConstraint):
                raise _NoRecipe("the state names no check of this name")
            recipe = _Renamed(self, migration, entry.operation, operation, constraint)
        elif constraint is not None:
            recipe = _Named(self, migration, entry.operation, operation, constraint)
        else:
            if not any(operation.name in each for each in _together(model)):
                raise _NoRecipe("the state does not name the constraint")
            recipe = _Together(self, migration, entry.operation, operation)
        yield from recipe.edits(returns=entry.id == "E105")

    def after(
        self, migration: Migration, number: int
    ) -> Iterator[tuple[Migration, int, Operation]]:
        """Yield the operations of the app behind one."""
        is_behind = False
        for each in self.order:
            if each is migration:
                is_behind = True
                for other, operation in enumerate(each.operations, start=1):
                    if other > number:
                        yield each, other, operation
            elif is_behind and each.app_label == migration.app_label:
                for other, operation in enumerate(each.operations, start=1):
                    yield each, other, operation

    def state_before(self, migration: Migration, number: int) -> ProjectState:
        state = ProjectState()
        for each in self.order:
            if each is migration:
                break
            compat.mutate_state(each, state)
        for operation in migration.operations[: number - 1]:
            compat.state_forwards(operation, migration.app_label, state)
        return state


@dataclass(kw_only=False)
class _Recipe(ABC):
    """Take a constraint away before a column goes, and make it again behind."""

    history: _History
    migration: Migration
    number: int
    operation: ops.RemoveField | ops.RenameField

    @abstractmethod
    def edits(self, *, returns: bool) -> Iterator[_OperationEdit]: ...

    def _later(self) -> Iterator[tuple[Migration, int, Operation, str]]:
        """Yield what follows, with the name that the model has by then."""
        model = self.operation.model_name
        for migration, number, operation in self.history.after(
            self.migration, self.number
        ):
            yield migration, number, operation, model
            if (
                isinstance(operation, ops.RenameModel)
                and operation.old_name_lower == model.lower()
            ):
                model = operation.new_name

    def _brings_back(self, operation: Operation, model: str) -> bool:
        assert isinstance(self.operation, ops.RemoveField)
        name = self.operation.name.lower()
        if isinstance(operation, ops.AddField):
            found = (operation.model_name_lower, operation.name_lower)
        elif isinstance(operation, ops.RenameField):
            found = (operation.model_name_lower, operation.new_name_lower)
        else:
            return False
        return found == (model.lower(), name)

    def _here(self, where: Where, operation: Operation) -> _OperationEdit:
        return _OperationEdit(
            key=(self.migration.app_label, self.migration.name),
            number=self.number,
            where=where,
            operation=operation,
        )


@dataclass
class _Named(_Recipe):
    """The recipe for a constraint of ``Meta.constraints``."""

    constraint: BaseConstraint

    def edits(self, *, returns: bool) -> Iterator[_OperationEdit]:
        name = self.constraint.name
        yield self._here(
            "before",
            ops.RemoveConstraint(model_name=self.operation.model_name, name=name),
        )
        for migration, number, operation, model in self._later():
            key = (migration.app_label, migration.name)
            if self._is_removed_by(operation, model):
                yield _OperationEdit(key=key, number=number, where=None)
                return
            if returns and self._brings_back(operation, model):
                yield _OperationEdit(
                    key=key,
                    number=number,
                    where="after",
                    operation=ops.AddConstraint(model, self.constraint),
                )
                return
            if isinstance(operation, ops.RenameField) and (
                operation.model_name_lower == model.lower()
                and operation.old_name in self._fields()
            ):
                raise _NoRecipe(f"{operation.old_name} is renamed before it is back")
        if returns:
            raise _NoRecipe("the operation that brings the column back is not found")

    def _is_removed_by(self, operation: Operation, model: str) -> bool:
        return (
            isinstance(operation, ops.RemoveConstraint)
            and operation.model_name_lower == model.lower()
            and operation.name == self.constraint.name
        )

    def _fields(self) -> Sequence[str]:
        if isinstance(self.constraint, UniqueConstraint):
            return self.constraint.fields
        return ()


@dataclass
class _Renamed(_Named):
    """The recipe for a check that MySQL does not rename a column under."""

    constraint: CheckConstraint

    def edits(self, *, returns: bool) -> Iterator[_OperationEdit]:
        assert isinstance(self.operation, ops.RenameField)
        model = self.operation.model_name
        key = (self.migration.app_label, self.migration.name)
        yield self._here("before", ops.RemoveConstraint(model, self.constraint.name))
        for migration, number, operation, name in self._later():
            if migration is self.migration and self._is_removed_by(operation, name):
                yield _OperationEdit(key=key, number=number, where=None)
                return
        again = renamed_check(
            self.constraint, self.operation.old_name, self.operation.new_name
        )
        yield self._here("after", ops.AddConstraint(model, again))


@dataclass
class _Together(_Recipe):
    """The recipe for entries of ``unique_together``."""

    def edits(self, *, returns: bool) -> Iterator[_OperationEdit]:
        assert isinstance(self.operation, ops.RemoveField)
        name = self.operation.name
        entries = self._entries(self.migration, self.number, self.operation.model_name)
        kept = {each for each in entries if name not in each}
        yield self._here("before", _alter(self.operation.model_name, kept))
        for migration, number, operation, model in self._later():
            if (
                isinstance(operation, ops.AlterUniqueTogether)
                and operation.name_lower == model.lower()
            ):
                return  # It says all of them, whatever was there.
            if returns and self._brings_back(operation, model):
                again = self._entries(migration, number + 1, model)
                yield _OperationEdit(
                    key=(migration.app_label, migration.name),
                    number=number,
                    where="after",
                    operation=_alter(model, again),
                )
                return
            if (
                isinstance(operation, ops.RenameField)
                and operation.model_name_lower == model.lower()
                and any(operation.old_name in each for each in entries)
            ):
                raise _NoRecipe(f"{operation.old_name} is renamed before it is back")
        if returns:
            raise _NoRecipe("the operation that brings the column back is not found")

    def _entries(
        self, migration: Migration, number: int, model_name: str
    ) -> set[tuple[str, ...]]:
        """Return the entries before an operation, of which every field is there."""
        state = self.history.state_before(migration, number)
        model = state.models[migration.app_label, model_name.lower()]
        return {each for each in _together(model) if set(each) <= set(model.fields)}


def _alter(model: str, entries: set[tuple[str, ...]]) -> ops.AlterUniqueTogether:
    return ops.AlterUniqueTogether(name=model, unique_together=entries)


def _together(model: ModelState) -> set[tuple[str, ...]]:
    return {tuple(each) for each in model.options.get("unique_together") or ()}
