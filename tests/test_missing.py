"""Foreign keys to tables that are not there yet: circles, order, no migrations."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models
from django.db.migrations import AddField, AlterField, RunSQL, SeparateDatabaseAndState

from fkguard.errors import Refused
from fkguard.recovery.ledger import Ledger
from tests.harness import FLAVOUR, Lab, Outcome, Step
from tests.scenarios.builders import create, integer, key

A = create("A", number=integer(), b=key("otherapp.B", null=True))
PLAIN_A = create("A", number=integer())
ADD_B = AddField("A", "b", key("otherapp.B", null=True))
B = create("B", number=integer(), a=key("testapp.A", null=True))
PLAIN_B = create("B", number=integer())

#: Rows along both foreign keys, the last of which references nothing.
TO_B = [
    "INSERT INTO otherapp_b (id, number) VALUES (1, 1)",
    "INSERT INTO testapp_a (id, number, b_id) VALUES (1, 1, 1)",
    "INSERT INTO testapp_a (id, number, b_id) VALUES (2, 1, 99)",
]
TO_A = ["INSERT INTO otherapp_b (id, number, a_id) VALUES (2, 1, 99)"]


def circle(lab: Lab) -> None:
    """Write two apps whose models reference each other, the first without the other."""
    lab.write(Step(app="testapp", operations=[A]), Step(app="otherapp", operations=[B]))


def assert_whole(lab: Lab, outcome: Outcome) -> None:
    assert outcome.error is None, f"\n{outcome}"
    assert Ledger(connection).owed() == []
    assert lab.is_enforced(*TO_B)
    assert lab.is_enforced(*TO_A)
    assert lab.missing() == []


def test_control_circle_fails_without_the_guard(lab: Lab) -> None:
    circle(lab)

    outcome = lab.migrate(mode="off")

    assert "ValueError: Related model 'otherapp.b' cannot be resolved" in (
        outcome.error_text
    )


def test_strict_refuses_a_circle_with_its_path_and_the_migration_to_write(
    lab: Lab,
) -> None:
    circle(lab)

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    text = str(outcome.error)
    assert "fkguard.E311" in text
    assert (
        "testapp_a.b_id references otherapp_b, which otherapp.0002_step creates later: "
        "testapp.A.b -> otherapp.B.a -> testapp.A." in text
    )
    assert (
        'dependencies = [("testapp", "0001_step"), ("otherapp", "0002_step")]' in text
    )
    assert "migrations.AddField(" in text
    assert "to='otherapp.b'" in text


@pytest.mark.parametrize("mode", ["auto"])
def test_auto_makes_the_foreign_key_when_its_table_is_there(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    circle(lab)

    with caplog.at_level(logging.WARNING, "fkguard"):
        outcome = lab.migrate(mode=mode)

    assert_whole(lab, outcome)
    if FLAVOUR != "sqlite":
        assert "fkguard keeps FOREIGN KEY testapp_a_b_id" in caplog.text


def test_split_migration_that_is_printed_runs(lab: Lab) -> None:
    lab.write(
        Step(app="testapp", operations=[PLAIN_A]),
        Step(app="otherapp", operations=[B]),
        Step(app="testapp", operations=[ADD_B]),
    )

    assert_whole(lab, lab.migrate(mode="strict"))


def test_added_field(lab: Lab) -> None:
    lab.write(
        Step(app="testapp", operations=[PLAIN_A]),
        Step(app="testapp", operations=[ADD_B]),
        Step(app="otherapp", operations=[B]),
    )
    refused = lab.migrate(mode="strict")
    assert isinstance(refused.error, Refused), f"\n{refused}"
    assert refused.is_untouched
    assert "testapp.A.b -> otherapp.B.a -> testapp.A" in str(refused.error)

    assert_whole(lab, lab.migrate(mode="auto"))


def test_altered_field(lab: Lab) -> None:
    loose = key("otherapp.B", null=True, db_constraint=False)
    lab.write(
        Step(
            app="testapp",
            operations=[create("A", number=integer(), b=loose)],
        ),
        Step(
            app="testapp",
            operations=[AlterField("A", "b", key("otherapp.B", null=True))],
        ),
        Step(app="otherapp", operations=[B]),
    )
    refused = lab.migrate(mode="strict")
    assert isinstance(refused.error, Refused), f"\n{refused}"
    assert refused.is_untouched

    assert_whole(lab, lab.migrate(mode="auto"))


def test_model_of_the_same_migration(lab: Lab) -> None:
    own = create("A", number=integer(), c=key("C", null=True))
    lab.write([own, create("C", number=integer())])
    refused = lab.migrate(mode="strict")
    assert isinstance(refused.error, Refused), f"\n{refused}"
    assert refused.is_untouched
    assert "testapp.A.c -> testapp.C." in str(refused.error)

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    assert Ledger(connection).owed() == []
    assert lab.is_enforced("INSERT INTO testapp_a (id, number, c_id) VALUES (2, 1, 9)")
    assert lab.missing() == []


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_model_that_no_migration_makes_is_refused(lab: Lab, mode: str) -> None:
    lab.write(Step(app="testapp", operations=[A]))

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "fkguard.E311" in str(outcome.error)
    assert "nothing in this plan creates" in str(outcome.error)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_plan_that_ends_before_the_table_is_made_is_refused(
    lab: Lab, mode: str
) -> None:
    circle(lab)

    outcome = lab.migrate(("testapp", "0001_step"), mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "fkguard.E311" in str(outcome.error)


def test_warn_says_so(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    circle(lab)

    outcome = lab.migrate(mode="warn")

    assert "cannot be resolved" in outcome.error_text
    assert "fkguard.E311" in caplog.text


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_order_that_is_right_is_silent(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(
        Step(app="otherapp", operations=[PLAIN_B]), Step(app="testapp", operations=[A])
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard." not in caplog.text
    assert lab.is_enforced(*TO_B)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_table_that_sql_makes_is_silent(lab: Lab, mode: str) -> None:
    table = "CREATE TABLE otherapp_b (id bigint NOT NULL PRIMARY KEY, number integer)"
    lab.write(
        Step(
            app="otherapp",
            operations=[
                SeparateDatabaseAndState([RunSQL(table)], [PLAIN_B]),
            ],
        ),
        Step(app="testapp", operations=[PLAIN_A]),
        Step(app="testapp", operations=[ADD_B]),
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.is_enforced(*TO_B)


def test_run_that_was_interrupted_is_gone_on_with(lab: Lab) -> None:
    fails = RunSQL("SELECT * FROM nothing_there")
    lab.write(
        Step(app="testapp", operations=[A]),
        Step(app="otherapp", operations=[fails, B]),
    )
    first = lab.migrate(mode="auto")
    assert "nothing_there" in first.error_text
    path = lab.root / lab.package / "otherapp" / "0002_step.py"
    path.write_text(path.read_text().replace("nothing_there", "django_migrations"))
    del sys.modules[f"{lab.package}.otherapp.0002_step"]
    if FLAVOUR != "sqlite":
        [owed] = Ledger(connection).owed()
        assert owed.waits
        assert owed.constraint.columns == ("b_id",)

    assert_whole(lab, lab.migrate(mode="auto"))


# Apps without migrations.


def sync(lab: Lab, mode: str, *, run_syncdb: bool = True) -> BaseException | None:
    """Run migrate for every app, and return what it raised."""
    environment = {"FKGUARD_MODE": mode}
    with mock.patch.dict(os.environ, environment):
        try:
            call_command("migrate", run_syncdb=run_syncdb, verbosity=0)
        except (Refused, DatabaseError) as error:
            lab.reconnect()
            return error
    return None


@pytest.fixture
def unmigrated(lab: Lab, settings: Any) -> Iterator[Lab]:
    """Return a lab whose otherapp has no migrations.

    Its model B and testapp's model A, which has them, reference each other.
    """
    before = {label: dict(apps.all_models[label]) for label in ("testapp", "otherapp")}
    settings.MIGRATION_MODULES = {**settings.MIGRATION_MODULES, "otherapp": None}

    class B(models.Model):
        number = models.IntegerField(default=0)
        a = models.ForeignKey("testapp.A", models.CASCADE, null=True)

        class Meta:
            app_label = "otherapp"

    class A(models.Model):
        number = models.IntegerField(default=0)

        class Meta:
            app_label = "testapp"

    try:
        yield lab
    finally:
        for label, known in before.items():
            for name in set(apps.all_models[label]) - set(known):
                del apps.all_models[label][name]
        apps.clear_cache()


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_control_app_without_migrations_fails_without_the_guard(
    unmigrated: Lab,
) -> None:
    unmigrated.write([PLAIN_A])

    assert isinstance(sync(unmigrated, "off"), DatabaseError)


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_app_without_migrations_is_refused_in_strict(unmigrated: Lab) -> None:
    unmigrated.write([PLAIN_A])
    before = unmigrated.snapshot()

    error = sync(unmigrated, "strict")

    assert isinstance(error, Refused)
    assert unmigrated.snapshot() == before
    assert "otherapp_b.a_id" in str(error)
    assert "testapp.0001_step" in str(error)
    assert "otherapp.B.a -> testapp.A" in str(error)
    assert "migrate --run-syncdb" in str(error)
    assert "python manage.py makemigrations otherapp" in str(error)


@pytest.mark.flavours("sqlite")
def test_app_without_migrations_is_silent_where_the_table_may_come_later(
    unmigrated: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    unmigrated.write([PLAIN_A])

    assert sync(unmigrated, "strict") is None
    assert "fkguard." not in caplog.text
    assert unmigrated.is_enforced(*TO_A)


def test_app_without_migrations_is_made_whole_in_auto(unmigrated: Lab) -> None:
    unmigrated.write([PLAIN_A])

    assert sync(unmigrated, "auto") is None
    assert Ledger(connection).owed() == []
    assert unmigrated.is_enforced(*TO_A)


def test_both_ways_in_auto(unmigrated: Lab) -> None:
    unmigrated.write([A])

    assert sync(unmigrated, "auto") is None
    assert Ledger(connection).owed() == []
    assert unmigrated.is_enforced(*TO_B)
    assert unmigrated.is_enforced(*TO_A)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_table_of_an_app_without_migrations_that_nobody_makes(
    unmigrated: Lab, mode: str
) -> None:
    unmigrated.write([A])
    before = unmigrated.snapshot()

    error = sync(unmigrated, mode, run_syncdb=False)

    assert isinstance(error, Refused)
    assert unmigrated.snapshot() == before
    assert "fkguard.E311" in str(error)
    assert "python manage.py migrate --run-syncdb" in str(error)


def test_table_of_an_app_without_migrations_that_is_there(unmigrated: Lab) -> None:
    [first, _] = unmigrated.write([PLAIN_A], [ADD_B])
    assert unmigrated.migrate(first, mode="strict").error is None
    assert sync(unmigrated, "strict", run_syncdb=True) is None
    assert Ledger(connection).owed() == []
    assert unmigrated.is_enforced(*TO_B)
