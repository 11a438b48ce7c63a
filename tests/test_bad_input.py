"""What fkguard cannot see, read or judge is refused or told, never passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import AddField, RunPython

from fkguard.backends.base.introspection import Introspection
from fkguard.errors import CatalogueUnreadable, Refused
from fkguard.guard import calls, preflight
from tests import operations
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import integer
from tests.test_plans import BOOK, HARMLESS, REMOVE, rendered

BY_HAND = "FKGUARD_MODE=off runs it without checks."


def unreadable(*args: Any, **kwargs: Any) -> Any:
    raise CatalogueUnreadable("The catalogue could not be read: no rights")


def broken(*args: Any, **kwargs: Any) -> Any:
    raise ZeroDivisionError("a fault\nof two lines")


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_unreadable_catalogue_refuses_the_plan(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])
    before = lab.snapshot()

    with monkeypatch.context() as patch:
        patch.setattr(preflight, "backend_for", unreadable)
        outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert str(outcome.error) == (
        "SystemCheckError: fkguard could not check this plan on the database "
        "'default': CatalogueUnreadable: The catalogue could not be read: no rights\n"
        f"Nothing was run by this plan. {BY_HAND}"
    )
    assert lab.snapshot() == before


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_fault_of_fkguard_refuses_the_plan(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])
    monkeypatch.setattr(preflight, "run", broken)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard could not check this plan" in str(outcome.error)
    assert "ZeroDivisionError: a fault\n" in str(outcome.error)
    assert outcome.is_untouched


def test_fault_of_fkguard_is_told_and_passed_in_warn(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])
    monkeypatch.setattr(preflight, "run", broken)

    outcome = lab.migrate(mode="warn")

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard could not check this plan" in caplog.text


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_fault_of_fkguard_refuses_the_call(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    before = lab.snapshot()
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    monkeypatch.setenv("FKGUARD_MODE", mode)
    monkeypatch.setattr(calls, "_judge_alone", broken)

    with (
        pytest.raises(Refused, match="could not check this operation"),
        connection.schema_editor() as editor,
    ):
        editor.remove_field(book, book._meta.get_field("title"))

    assert lab.snapshot() == before


def test_fault_of_fkguard_does_not_stop_the_call_in_warn(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([BOOK])
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    monkeypatch.setenv("FKGUARD_MODE", "warn")
    monkeypatch.setattr(calls, "_judge_alone", broken)

    with connection.schema_editor() as editor:
        editor.remove_field(book, book._meta.get_field("title"))

    columns = lab.snapshot().catalogue.tables["testapp_book"].columns
    assert "title" not in {each.name for each in columns}
    assert "could not check this operation" in caplog.text


def test_fault_is_not_even_met_in_off(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])
    monkeypatch.setattr(preflight, "run", broken)
    monkeypatch.setattr(calls, "_judge_alone", broken)

    outcome = lab.migrate(mode="off")

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_unknown_vendor_is_refused(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])
    executor_of = lab.connection
    monkeypatch.setattr(
        preflight,
        "backend_for",
        lambda connection: unknown(connection, executor_of),
    )

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "UnknownVendor: The database 'default' is of the vendor 'oracle'" in str(
        outcome.error
    )
    assert outcome.is_untouched


def unknown(connection: Any, real: Any) -> Introspection:
    """Ask for the introspection of a vendor that nobody knows."""
    from types import SimpleNamespace

    from fkguard.backends import backend_for

    stranger: Any = SimpleNamespace(vendor="oracle", alias=connection.alias)
    return backend_for(stranger).introspection


@pytest.mark.parametrize("mode", ["strict", "auto", "warn", "off"])
def test_migration_that_cannot_be_imported_raises_its_own_error(
    lab: Lab, mode: str
) -> None:
    lab.apply([BOOK])
    [(app, name)] = lab.write([REMOVE])
    path = lab.root / lab.package / app / f"{name}.py"
    path.write_text("import there_is_no_such_module\n", encoding="utf-8")

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, ModuleNotFoundError), f"\n{outcome}"
    assert outcome.is_untouched


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_server_that_goes_away_leaves_its_own_error(lab: Lab, mode: str) -> None:
    if FLAVOUR == "sqlite":
        # There is no server that could go away.
        assert connection.vendor == "sqlite"
        return
    lab.apply([BOOK])
    lab.write(
        [
            RunPython(operations.lose_the_server, atomic=False),
            AddField("Book", "pages", integer()),
        ]
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is not None
    assert "pages" not in {
        each.name for each in outcome.after.catalogue.tables["testapp_book"].columns
    }
    # The next run begins anew, with nothing left over.
    assert lab.migrate(("testapp", "0001_step"), mode="strict").error is None


# Each driver tells its error in words of its own.
@pytest.mark.kind("server")
def test_unreachable_database_is_no_fault_of_the_guard() -> None:
    code = (
        "import os; from django.conf import settings;"
        "settings.DATABASES['default'].update("
        "HOST='127.0.0.1', PORT='1', USER='u', PASSWORD=os.environ['SECRET'],"
        " NAME='/nowhere/at/all' if 'sqlite' in"
        " settings.DATABASES['default']['ENGINE'] else 'x');"
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'migrate', '--skip-checks'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "FKGUARD_MODE": "strict",
            "SECRET": "geheim",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "geheim" not in done.stderr + done.stdout
    assert "OperationalError" in done.stderr
