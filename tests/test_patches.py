"""The seams: put in place once, taken away whole, and judged once per operation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import Warning as CheckWarning
from django.db import connection, connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from fkguard import checks, compat
from fkguard.errors import Refused
from fkguard.guard import calls, patches
from fkguard.planning import editor_calls
from tests.harness import Lab
from tests.test_plans import BOOK, REMOVE, rendered


def own_methods() -> dict[tuple[type, str], Any]:
    """Return what every seam's class holds under its name."""
    seams = list(patches._installed)
    return {(owner, name): owner.__dict__.get(name) for owner, name in seams}


@pytest.fixture
def reinstalled() -> Iterator[None]:
    """Put the patches back after a test that takes them away."""
    yield
    patches.install()


def test_installing_twice_is_installing_once() -> None:
    patches.install()
    before = own_methods()

    patches.install()

    assert own_methods() == before
    for handle in before.values():
        assert not hasattr(handle.__wrapped__, "__wrapped__"), handle


def test_uninstalling_leaves_the_class_as_it_was(reinstalled: None) -> None:
    seams = own_methods()
    originals = {key: handle.__wrapped__ for key, handle in seams.items()}
    names = {owner: set(owner.__dict__) for owner, _ in seams}

    patches.uninstall()

    for (owner, name), original in originals.items():
        assert owner.__dict__[name] is original
        assert set(owner.__dict__) == names[owner]
    assert patches.installed() == []


def test_uninstalled_patches_judge_nothing(
    lab: Lab, reinstalled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    patches.uninstall()
    judged: list[str] = []
    monkeypatch.setattr(calls, "call", lambda name, *rest: judged.append(name))
    monkeypatch.setenv("FKGUARD_MODE", "strict")
    book = rendered(BOOK).apps.get_model("testapp", "Book")

    with connection.schema_editor() as editor:
        editor.remove_field(book, book._meta.get_field("title"))

    assert judged == []


def test_every_editor_class_is_wrapped_where_it_overrides() -> None:
    for owner in connection.SchemaEditorClass.__mro__:
        for name in editor_calls.BUILDERS:
            if name in owner.__dict__:
                assert owner.__dict__[name] is patches._installed[owner, name]


def test_nothing_is_missing() -> None:
    assert list(patches.missing()) == []
    assert checks.check_patches(None) == []


def other_package(self: Any, model: Any, field: Any) -> None:
    """Stand in for Django's method, as another package's does."""


def test_replaced_method_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseDatabaseSchemaEditor, "remove_field", other_package)

    assert checks.check_patches(None) == [
        CheckWarning(
            "The patch of django.db.backends.base.schema.BaseDatabaseSchemaEditor."
            "remove_field was removed or replaced by another package.",
            hint='Move "fkguard" after that package in INSTALLED_APPS.',
            id="fkguard.W002",
        )
    ]


def test_method_that_wraps_the_wrapper_is_no_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inner = BaseDatabaseSchemaEditor.__dict__["remove_field"]

    def outer(self: Any, model: Any, field: Any) -> None:
        inner.__get__(self)(model, field)

    outer.__wrapped__ = inner  # type: ignore[attr-defined]
    monkeypatch.setattr(BaseDatabaseSchemaEditor, "remove_field", outer)

    assert checks.check_patches(None) == []


def test_unread_django_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "series", lambda: (9, 2))

    assert checks.check_patches(None) == [
        CheckWarning(
            "fkguard was verified up to Django 6.1; this is 9.2.",
            hint="Look for a newer fkguard.",
            id="fkguard.W003",
        )
    ]


# A backend of somebody else, that is seen later.


@pytest.fixture
def late_editor(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> type:
    """Return an editor class that did not exist when the patches were put in."""

    class LateEditor(connection.SchemaEditorClass):  # type: ignore[name-defined]
        seen: list[str] = []

        def remove_field(self, model: Any, field: Any) -> None:
            self.seen.append(field.name)
            super().remove_field(model, field)

    monkeypatch.setattr(type(lab.connection), "SchemaEditorClass", LateEditor)
    # Forgotten with the test.
    monkeypatch.setattr(patches, "_installed", dict(patches._installed))
    return LateEditor


def test_late_editor_is_judged_once_for_each_operation(
    lab: Lab, late_editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    monkeypatch.setenv("FKGUARD_MODE", "strict")
    judged: list[str] = []
    build = editor_calls.BUILDERS["remove_field"]

    def counted(source: Any, model: Any, field: Any) -> Any:
        judged.append(field.name)
        return build(source, model, field)

    monkeypatch.setitem(editor_calls.BUILDERS, "remove_field", counted)
    book = rendered(BOOK).apps.get_model("testapp", "Book")

    with connection.schema_editor() as editor:
        editor.remove_field(book, book._meta.get_field("title"))

    assert judged == ["title"]
    assert late_editor.seen == ["title"]


def test_late_editor_is_stopped_before_its_own_code(
    lab: Lab, late_editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    before = lab.snapshot()
    monkeypatch.setenv("FKGUARD_MODE", "strict")
    book = rendered(BOOK).apps.get_model("testapp", "Book")

    with pytest.raises(Refused), connection.schema_editor() as editor:
        editor.remove_field(book, book._meta.get_field("series"))

    assert late_editor.seen == []
    assert lab.snapshot() == before


def test_each_operation_of_a_plan_is_judged_once(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    lab.write([REMOVE])
    judged: list[str] = []
    for name, build in list(editor_calls.BUILDERS.items()):
        if name == "execute":
            continue

        def counted(*args: Any, _name: str = name, _build: Any = build) -> Any:
            judged.append(_name)
            return _build(*args)

        monkeypatch.setitem(editor_calls.BUILDERS, name, counted)

    outcome = lab.migrate(mode="warn")

    # The same, whether the database accepts it or not.
    assert judged.count("remove_field") == 1, f"\n{outcome}"
    assert set(judged) <= {"remove_field", "create_model"}


# Starting up.

NO_CONNECTION = """
import django
from django.db.backends.base.base import BaseDatabaseWrapper

def connect(self):
    raise SystemExit("asked the database")

BaseDatabaseWrapper.connect = connect
django.setup()
django.setup()
from fkguard.guard import patches
print(len(patches.installed()), list(patches.missing()))
"""


@pytest.mark.kind("project")
@pytest.mark.smoke
def test_starting_up_asks_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_CONNECTION],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    number, _, missing = done.stdout.strip().partition(" ")
    assert int(number) > len(editor_calls.BUILDERS)
    assert missing == "[]"


LATER = """
import sys
import django
django.setup()
from fkguard.guard import patches
name = "django.core.management.commands.migrate"
print(name in sys.modules, end=" ")
from django.core.management.commands.migrate import Command
handle = Command.__dict__["execute"]
print(handle is patches._installed[Command, "execute"], end=" ")
patches.uninstall()
print(hasattr(Command.__dict__["execute"], "__wrapped__"), end=" ")
patches.install()
print(Command.__dict__["execute"] is patches._installed[Command, "execute"])
"""


@pytest.mark.kind("project")
def test_command_is_wrapped_with_its_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATER],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("False True False True\n", "")


@pytest.mark.kind("project")
def test_module_imported_after_uninstalling_is_left_alone() -> None:
    code = LATER.replace('print(name in sys.modules, end=" ")', "patches.uninstall()")
    code = code.partition("handle =")[0]
    done = subprocess.run(
        [sys.executable, "-c", code + 'print(hasattr(Command.execute, "__wrapped__"))'],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.kind("project")
@pytest.mark.smoke
def test_package_is_imported_before_the_apps_are_ready() -> None:
    code = "import fkguard; print(fkguard.acknowledge('E1', 'c', reason='r').reason)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("r\n", "")


def test_every_connection_has_the_patches() -> None:
    for each in connections.all():
        assert hasattr(each.SchemaEditorClass.remove_field, "__wrapped__")
