"""Private API of the loader of migrations, and a loader that outlives what is broken.

Django's raises for the first thing that is wrong anywhere. This one notes it and goes
on: what the broken migration's own app does after it is left out, since its state is
not known, and the other apps are read as if they did not depend on it.
"""

from __future__ import annotations

import pkgutil
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db.migrations import Migration
from django.db.migrations.exceptions import (
    CircularDependencyError,
    NodeNotFoundError,
)
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader

from ..errors import first_line

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A migration, or the migrations of an app, that cannot be read."""

    app_label: str
    migration: str = ""
    message: str
    path: str = ""
    line: int | None = None
    #: Whether later migrations of the app are left out because of it.
    hides: bool = True


class Loader(MigrationLoader):
    """Django's loader, which here outlives what is broken.

    ``load_disk()`` and ``build_graph()`` do what Django's do, each migration by itself.
    Read on 5.2, 6.0 and 6.1.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.broken: list[Broken] = []
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def load_disk(self) -> None:
        """Load each migration by itself, as Django does otherwise."""
        self.disk_migrations = {}
        self.unmigrated_apps: set[str] = set()
        self.migrated_apps: set[str] = set()
        for config in apps.get_app_configs():
            module_name, is_explicit = self.migrations_module(config.label)
            if module_name is None:
                self.unmigrated_apps.add(config.label)
                continue
            try:
                spec = _spec(module_name)
                package = import_module(module_name) if spec else None
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a reader is told, and the rest is read
                self._break(config.label, "", error)
                continue
            if package is None and is_explicit:
                self.broken.append(
                    Broken(
                        app_label=config.label,
                        message=f"MIGRATION_MODULES names {module_name}, which does "
                        "not exist.",
                    )
                )
                continue
            if spec is None or package is None or not _is_package(spec):
                self.unmigrated_apps.add(config.label)
                continue
            self.migrated_apps.add(config.label)
            names = sorted(
                name
                for _, name, is_package in pkgutil.iter_modules(package.__path__)
                if not is_package and name[0] not in "_~"
            )
            for name in names:
                self._load(config.label, f"{module_name}.{name}", name)

    def _load(self, app_label: str, module_name: str, name: str) -> None:
        try:
            module = import_module(module_name)
            migration = getattr(module, "Migration", None)
            if migration is None:
                self.broken.append(
                    Broken(
                        app_label=app_label,
                        migration=name,
                        message="The module does not define a Migration class.",
                        path=getattr(module, "__file__", None) or "",
                    )
                )
                return
            self.disk_migrations[app_label, name] = migration(name, app_label)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a reader is told, and the rest is read
            spec = find_spec(module_name)
            self._break(app_label, name, error, (spec and spec.origin) or "")

    def _break(
        self, app_label: str, name: str, error: BaseException, path: str = ""
    ) -> None:
        line = next(
            (
                frame.lineno
                for frame in reversed(traceback.extract_tb(error.__traceback__))
                if path and frame.filename == path
            ),
            None,
        )
        if isinstance(error, SyntaxError):
            line = error.lineno
        what = f"The migration {name}" if name else f"The migrations of {app_label}"
        self.broken.append(
            Broken(
                app_label=app_label,
                migration=name,
                message=f"{what} cannot be imported: {type(error).__name__}: "
                f"{first_line(error).rstrip('.')}",
                path=path,
                line=line,
            )
        )

    def build_graph(self) -> None:
        """Build the graph of what is left when the broken is taken out."""
        self.load_disk()
        self.applied_migrations = {}
        if self.connection is not None:
            from django.db.migrations.recorder import MigrationRecorder

            recorder = MigrationRecorder(self.connection)
            self.applied_migrations = recorder.applied_migrations()  # type: ignore[assignment]
        self.graph = MigrationGraph()
        self.replacements = {}
        for key, migration in self.disk_migrations.items():
            self.graph.add_node(key, migration)
            if migration.replaces:
                self.replacements[key] = migration
        for key, migration in self.disk_migrations.items():
            self.add_internal_dependencies(key, migration)
        for key, migration in self.disk_migrations.items():
            try:
                self.add_external_dependencies(key, migration)
            except ValueError as error:
                self._tell(key, f"{first_line(error).rstrip('.')}.", hides=False)
        self.replacements_progress: dict[Key, bool] = {}
        for key in list(self.replacements):
            try:
                replace_migration(self, key)
            except (CommandError, NodeNotFoundError) as error:
                self._tell(key, f"{first_line(error).rstrip('.')}.", hides=False)
        self._take_out()
        self._tell_circle()
        self._tell_conflicts()

    def _tell(self, key: Key, message: str, *, hides: bool) -> None:
        migration = self.disk_migrations.get(key)
        self.broken.append(
            Broken(
                app_label=key[0],
                migration=key[1],
                message=message,
                path=_path_of(migration),
                hides=hides,
            )
        )

    def _take_out(self) -> None:
        """Take out what is not there, and what follows it in its own app."""
        graph = self.graph
        told = {(each.app_label, each.migration) for each in self.broken}
        gone = [key for key, migration in graph.nodes.items() if migration is None]
        for missing in sorted(gone):
            for child in sorted(node.key for node in graph.node_map[missing].children):
                if missing not in told:
                    self._tell(
                        child,
                        f"It depends on {'.'.join(missing)}, which does not exist.",
                        hides=missing[0] == child[0],
                    )
        waiting, taken = list(gone), set()
        while waiting:
            key = waiting.pop()
            if key in taken:
                continue
            taken.add(key)
            waiting.extend(
                node.key
                for node in graph.node_map[key].children
                if node.key[0] == key[0]
            )
        for key in taken:
            node = graph.node_map.pop(key)
            del graph.nodes[key]
            for child in node.children:
                child.parents.discard(node)
            for parent in node.parents:
                parent.children.discard(node)
        hidden = sorted(key for key in taken if key not in gone)
        for app_label in sorted({key[0] for key in hidden}):
            names = [name for label, name in hidden if label == app_label]
            self._tell(
                (app_label, names[0]),
                f"{', '.join(names)}: not checked, because an earlier migration could "
                "not be read.",
                hides=False,
            )

    def _tell_circle(self) -> None:
        try:
            self.graph.ensure_not_cyclic()
        except CircularDependencyError as error:
            names = sorted(set(str(error).split(", ")))
            app_label, _, name = names[0].partition(".")
            self._tell(
                (app_label, name),
                f"{', '.join(names)} depend on each other in a circle.",
                hides=False,
            )

    def _tell_conflicts(self) -> None:
        for app_label, names in sorted(self.detect_conflicts().items()):
            self._tell(
                (app_label, names[-1]),
                f"{app_label} has several last migrations, {', '.join(names)}: each is "
                "checked after the migrations that it depends on. Run `manage.py "
                "makemigrations "
                "--merge`.",
                hides=False,
            )


def _is_package(spec: ModuleSpec) -> bool:
    """Say whether Django looks for migrations there: an empty folder is none."""
    if spec.submodule_search_locations is None:
        return False
    return spec.origin is not None and Path(spec.origin).name != "namespace"


def _spec(module_name: str) -> ModuleSpec | None:
    """Return where a module is, None where it or a package above it is not."""
    try:
        return find_spec(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            return None
        raise


def replace_migration(loader: Any, key: tuple[str, str]) -> None:
    """Let a squashed migration stand for those it replaces, where it can.

    ``MigrationLoader.replace_migration()`` since 6.0; in 5.2 it is a part of
    ``build_graph()``.
    """
    if hasattr(loader, "replace_migration"):
        loader.replace_migration(key)
        return
    migration, applied = loader.replacements[key], loader.applied_migrations
    statuses = [target in applied for target in migration.replaces]
    if all(statuses):
        applied[key] = migration
    else:
        applied.pop(key, None)
    if all(statuses) or not any(statuses):
        loader.graph.remove_replaced_nodes(key, migration.replaces)
    else:
        loader.graph.remove_replacement_node(key, migration.replaces)


def _path_of(migration: Migration | None) -> str:
    if migration is None:
        return ""
    module = sys.modules.get(type(migration).__module__)
    return getattr(module, "__file__", None) or ""
