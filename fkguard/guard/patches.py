"""The seams, as data: installed with wrapt, and removed by handle.

Each wrapper gathers a call and hands it to `run`; no body of Django's is
copied. Every concrete editor class that has a method of its own is wrapped where it
has it (SQLite, GIS, third-party backends), and one operation is judged once however
many layers call ``super()``. Most processes of a project migrate nothing: what judges
is imported by the first call, and a module of Django's that only ``migrate`` needs is
wrapped when it is imported. Read on Django 5.2, 6.0 and 6.1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import wrapt
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.dispatch import Signal

Wrapper = Callable[..., Any]

#: Sent when ``makemigrations`` has written its files, with its `command` and `changes`.
migrations_written = Signal()

#: (class, attribute) -> the wrapper object that was put there, in order.
_installed: dict[tuple[type, str], Any] = {}
#: The modules whose import is waited for; wrapt keeps a hook for good.
_awaited: set[str] = set()
_is_wanted = False


def _editor_call(name: str) -> Wrapper:
    def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        from . import calls

        return calls.call(name, wrapped, instance, args, kwargs)

    return wrapper


def _editor_exit(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    with run.leaving(instance, fails=bool(args and args[0])):
        return wrapped(*args, **kwargs)


def _schema_editor(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    # A backend that was not imported yet when the patches were installed.
    wrap_editor(instance.SchemaEditorClass)
    return wrapped(*args, **kwargs)


def _apply(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    editor = kwargs.get("schema_editor", args[1] if len(args) > 1 else None)
    state = kwargs.get("project_state", args[0] if args else None)
    is_backwards = wrapped.__name__ == "unapply"
    with run.applying(instance, editor, state, is_backwards):
        return wrapped(*args, **kwargs)


def _migration_plan(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    plan = wrapped(*args, **kwargs)
    is_clean = kwargs.get("clean_start", args[1] if len(args) > 1 else False)
    if instance.connection is None or is_clean:
        return plan
    from . import claiming

    return claiming.claim_for_command(instance, plan, lambda: wrapped(*args, **kwargs))


def _executor_migrate(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    def bound(
        targets: Any,
        plan: Any = None,
        state: Any = None,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> tuple[Any, Any, bool, bool]:
        return targets, plan, fake, fake_initial

    targets, plan, fake, fake_initial = bound(*args, **kwargs)
    if instance.connection is None:
        # Django's own tests walk plans without a database.
        return wrapped(*args, **kwargs)
    with run.running(
        instance, targets, plan, fake=fake, fake_initial=fake_initial
    ) as instead:
        if instead is not None:
            # The state was made for another plan: Django makes it from what is applied.
            return wrapped(targets, plan=instead, fake=fake, fake_initial=fake_initial)
        return wrapped(*args, **kwargs)


def _apply_migration(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    def bound(state: Any, migration: Any, *rest: Any, **more: Any) -> tuple[Any, Any]:
        return state, migration

    state, migration = bound(*args, **kwargs)
    key = migration.app_label, migration.name
    is_backwards = wrapped.__name__ == "unapply_migration"
    if run.is_overtaken(instance, key, is_backwards):
        return state if is_backwards else migration.mutate_state(state, preserve=False)
    return wrapped(*args, **kwargs)


def _record(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    def bound(app: str, name: str) -> tuple[str, str]:
        return app, name

    with run.recording(instance, bound(*args, **kwargs)):
        return wrapped(*args, **kwargs)


def _project_state(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    state = wrapped(*args, **kwargs)
    run.stand_in(instance, state)
    return state


def _sync_apps(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from . import run

    with run.syncing(kwargs.get("connection", args[0] if args else None)):
        return wrapped(*args, **kwargs)


def _migrate_execute(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    from .. import compat, terminal
    from ..errors import Refused
    from . import run

    try:
        with run.command(kwargs):
            return wrapped(*args, **kwargs)
    except Refused as error:
        if compat.is_run_from_command_line(instance):
            terminal.show(error, instance, verbosity=kwargs.get("verbosity", 1))
        raise


def _write_migration_files(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    result = wrapped(*args, **kwargs)
    changes = kwargs.get("changes", args[0] if args else {})
    migrations_written.send(type(instance), command=instance, changes=changes)
    return result


#: The seams beside the editor's: (module, class, attribute, wrapper).
SEAMS: tuple[tuple[str, str, str, Wrapper], ...] = (
    (
        "django.db.backends.base.base",
        "BaseDatabaseWrapper",
        "schema_editor",
        _schema_editor,
    ),
    ("django.db.migrations.migration", "Migration", "apply", _apply),
    ("django.db.migrations.migration", "Migration", "unapply", _apply),
    (
        "django.db.migrations.executor",
        "MigrationExecutor",
        "migrate",
        _executor_migrate,
    ),
    (
        "django.db.migrations.executor",
        "MigrationExecutor",
        "migration_plan",
        _migration_plan,
    ),
    (
        "django.db.migrations.executor",
        "MigrationExecutor",
        "apply_migration",
        _apply_migration,
    ),
    (
        "django.db.migrations.executor",
        "MigrationExecutor",
        "unapply_migration",
        _apply_migration,
    ),
    # Not record_migration() of the executor: on 5.2 it takes a migration, and
    # unapply_migration() does without it.
    ("django.db.migrations.recorder", "MigrationRecorder", "record_applied", _record),
    ("django.db.migrations.recorder", "MigrationRecorder", "record_unapplied", _record),
    (
        "django.db.migrations.executor",
        "MigrationExecutor",
        "_create_project_state",
        _project_state,
    ),
    (
        "django.core.management.commands.migrate",
        "Command",
        "sync_apps",
        _sync_apps,
    ),
    (
        "django.core.management.commands.migrate",
        "Command",
        "execute",
        _migrate_execute,
    ),
    # Commands of other packages that take the place of Django's inherit from it.
    (
        "django.core.management.commands.makemigrations",
        "Command",
        "write_migration_files",
        _write_migration_files,
    ),
)

#: The methods of the editor that change a schema; ``live.BUILDERS`` reads each.
CALLS = (
    "create_model",
    "delete_model",
    "alter_db_table",
    "add_field",
    "remove_field",
    "alter_field",
    "_alter_many_to_many",
    "alter_unique_together",
    "add_constraint",
    "remove_constraint",
    "add_index",
    "remove_index",
    "rename_index",
    "execute",
)

#: What is wrapped on every editor class that defines it.
EDITOR_SEAMS: dict[str, Wrapper] = {
    **{name: _editor_call(name) for name in CALLS},
    "__exit__": _editor_exit,
}


def install() -> None:
    """Put every wrapper in place, now or with its module. Twice is once; no query."""
    global _is_wanted
    _is_wanted = True
    for module in dict.fromkeys(module for module, *_ in SEAMS):
        if module in sys.modules:
            _wrap_module(sys.modules[module])
        elif module not in _awaited:
            _awaited.add(module)
            wrapt.register_post_import_hook(_wrap_module, module)
    wrap_editor(BaseDatabaseSchemaEditor)
    for editor_class in _subclasses(BaseDatabaseSchemaEditor):
        wrap_editor(editor_class)


def uninstall() -> None:
    """Take every wrapper away, newest first; another package's stays."""
    global _is_wanted
    _is_wanted = False
    handles: list[tuple[tuple[type, str], Any]] = list(_installed.items())
    for (owner, name), handle in reversed(handles):
        if owner.__dict__.get(name) is handle:
            setattr(owner, name, handle.__wrapped__)
    _installed.clear()


def wrap_editor(editor_class: type) -> None:
    """Wrap the methods that an editor class, or one of its bases, defines."""
    for owner in editor_class.__mro__:
        for name, wrapper in EDITOR_SEAMS.items():
            if name in owner.__dict__ and owner is not object:
                _wrap(owner, name, wrapper)


def missing() -> Iterator[str]:
    """Yield the seams whose wrapper is not in place any more."""
    for (owner, name), handle in _installed.items():
        if owner.__dict__.get(name) is not handle and not _is_inside(
            owner.__dict__.get(name), handle
        ):
            yield f"{owner.__module__}.{owner.__qualname__}.{name}"


def installed() -> list[str]:
    """Return the seams that are in place, for people."""
    return [f"{owner.__qualname__}.{name}" for owner, name in _installed]


def _wrap_module(module: ModuleType) -> None:
    if not _is_wanted:
        return  # Uninstalled before the module was imported.
    for name, owner, attribute, wrapper in SEAMS:
        if name == module.__name__:
            _wrap(getattr(module, owner), attribute, wrapper)


def _wrap(owner: type, name: str, wrapper: Wrapper) -> None:
    if (owner, name) in _installed:
        return
    there = owner.__dict__.get(name)
    if isinstance(there, wrapt.FunctionWrapper) and there._self_wrapper is wrapper:
        # Put there before and forgotten since: it serves as it is.
        _installed[owner, name] = there
        return
    _installed[owner, name] = wrapt.wrap_function_wrapper(owner, name, wrapper)


def _subclasses(cls: type) -> Iterator[type]:
    each: type
    for each in cls.__subclasses__():
        yield each
        yield from _subclasses(each)


def _is_inside(outer: Any, handle: Any) -> bool:
    """Say whether another package wrapped the wrapper, which is no loss."""
    while outer is not None:
        if outer is handle:
            return True
        outer = getattr(outer, "__wrapped__", None)
    return False
