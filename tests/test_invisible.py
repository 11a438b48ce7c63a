"""What fkguard writes in a database is seen by no other app."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import AlterField
from django.db.models import signals
from django.test.utils import override_settings

import fkguard
from tests.harness import Lab, Step
from tests.scenarios.builders import create, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author", null=True))
#: Takes a foreign key or a table's constraints away, and needs the ledger.
REQUIRED = Step(operations=[AlterField("Book", "author", key("Author"))], atomic=False)
SIGNALS = (
    "pre_init",
    "post_init",
    "pre_save",
    "post_save",
    "pre_delete",
    "post_delete",
)
OWN = ("fkguard_ledger", "fkguard_claim")


@pytest.fixture
def senders() -> Iterator[list[str]]:
    """Collect the models whose signals a receiver of all signals gets."""
    seen: list[str] = []

    def receive(sender: Any, **kwargs: Any) -> None:
        seen.append(sender._meta.db_table)

    for name in SIGNALS:
        getattr(signals, name).connect(receive)
    yield seen
    for name in SIGNALS:
        getattr(signals, name).disconnect(receive)


class Recorder:
    """A router that records which models it is asked about."""

    asked: list[str] = []

    def _record(self, model: Any, **hints: Any) -> None:
        self.asked.append(model._meta.db_table)

    db_for_read = db_for_write = _record


# SQLite rebuilds the table, and nothing is dropped that the ledger would have to tell.
@pytest.mark.flavours("postgresql", "mariadb", "mysql")
@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_rows_are_written_without_signals_and_routers(
    lab: Lab, mode: str, senders: list[str], wrote: Callable[[], bool]
) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.write(REQUIRED)
    statements: list[str] = []

    def log(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        statements.append(str(sql))
        return execute(sql, params, many, context)

    router = f"{__name__}.Recorder"
    with override_settings(DATABASE_ROUTERS=[router]), connection.execute_wrapper(log):
        assert lab.migrate_only(mode) is None

    assert wrote()
    # Django's own, which writes as every app does.
    assert "django_migrations" in senders
    assert any("django_migrations" in each for each in statements)
    assert not {*OWN}.intersection(senders)
    assert not {*OWN}.intersection(Recorder.asked)
    assert not [each for each in statements if any(name in each for name in OWN)]


@pytest.fixture
def wrote(monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Return what says whether the ledger was written."""
    from fkguard.recovery.ledger import Ledger

    rows: list[str] = []
    insert = Ledger._insert

    def inserting(self: Ledger, *values: str) -> int:
        rows.append(values[0])
        return insert(self, *values)

    monkeypatch.setattr(Ledger, "_insert", inserting)
    return lambda: bool(rows)


SETTINGS = """
from tests.settings import *

DATABASES = {{"default": DATABASES["default"]}}
DATABASES["default"]["NAME"] += "_audit"
DATABASES["default"]["TEST"]["NAME"] = DATABASES["default"]["NAME"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "{audit}",
    "tests.testapp",
    "tests.otherapp",
    "fkguard",
]
SITE_ID = 1
AUDITLOG_INCLUDE_ALL_MODELS = True
DJANGO_EASY_AUDIT_WATCH_MODEL_EVENTS = True
MIGRATION_MODULES = {{app: "{package}." + app for app in ("testapp", "otherapp")}}
"""

SCRIPT = """
import django
django.setup()
from django.test.utils import setup_databases, teardown_databases
made = setup_databases(verbosity=0, interactive=False)
try:
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder
    applied = MigrationRecorder(connection).applied_migrations()
    print(("testapp", "0002_step") in applied)
    for model in apps.get_models():
        for row in model._default_manager.all():
            if "fkguard" in str(vars(row)) and model._meta.app_label not in {
                "contenttypes", "auth"
            }:
                print(vars(row))
finally:
    teardown_databases(made, verbosity=0)
"""


@pytest.mark.kind("run")
@pytest.mark.flavours("mysql", "mariadb", "postgresql")
@pytest.mark.parametrize(
    "app", ["actstream", "auditlog", "easyaudit", "simple_history"]
)
def test_app_that_audits_every_model_sees_nothing(lab: Lab, app: str) -> None:
    """Two of them at once would log the rows of each other, without an end."""
    lab.write([AUTHOR, BOOK])
    lab.write(REQUIRED)
    settings = lab.root / "audit_settings.py"
    settings.write_text(
        SETTINGS.format(package=lab.package, audit=app), encoding="utf-8"
    )
    package = str(Path(fkguard.__file__).parent.parent)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((package, str(lab.root))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "audit_settings",
            "FKGUARD_MODE": "auto",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.stdout.splitlines() == ["True"], done.stderr
