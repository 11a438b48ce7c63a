"""A run that failed without fkguard leaves a migration half-applied."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.db.migrations import AddConstraint, AddField, AlterModelTable, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab, Step
from tests.scenarios.builders import create, integer, key, text, unique

AUTHOR = create("Author", name=text())
#: Its column is no longer of the type that the foreign key needs.
BOOK = create(
    "Book",
    author=key("Author"),
    number=integer(),
    options={"unique_together": {("author", "number")}},
)
SHELF = create("Shelf", number=integer(), room=integer())
PLACE = unique("shelf_place", "number", "room")


def fail(lab: Lab) -> None:
    """Run a migration that ends with tables and without what Django deferred."""
    lab.write(
        [AUTHOR],
        Step(
            operations=[BOOK, SHELF, RunSQL("SELECT * FROM nothing_there")],
            atomic=False,
        ),
    )
    outcome = lab.migrate(mode="off")
    assert "nothing_there" in outcome.error_text


def test_control_next_run_says_already_exists(lab: Lab) -> None:
    fail(lab)

    outcome = lab.migrate(mode="off")

    assert "already exists" in outcome.error_text


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_next_run_names_what_is_there_and_what_is_missing(lab: Lab, mode: str) -> None:
    fail(lab)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    text = str(outcome.error)
    assert "fkguard.E314" in text
    assert "testapp.0002_step is not recorded as applied" in text
    assert "but it has created: table testapp_book, table testapp_shelf." in text
    assert "fkguard found 1 error; nothing was run." in text
    if FLAVOUR != "sqlite":
        assert "FOREIGN KEY (author_id) REFERENCES testapp_author (id) of" in text
    assert "python manage.py migrate --fake testapp 0002_step" in text


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_statements_that_are_printed_finish_the_migration(lab: Lab) -> None:
    fail(lab)
    refused = str(lab.migrate(mode="strict").error)

    lab.execute(
        *(
            line.strip().rstrip(";")
            for line in refused.splitlines()
            if line.strip().startswith(("ALTER TABLE", "CREATE"))
        )
    )
    outcome = lab.migrate(mode="strict", fake=True)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []


def test_tables_that_are_dropped_let_the_migration_run(lab: Lab) -> None:
    fail(lab)
    refused = str(lab.migrate(mode="strict").error)
    lab.execute(
        *(
            line.strip().rstrip(";")
            for line in refused.splitlines()
            if line.strip().startswith("DROP TABLE")
        )
    )

    outcome = lab.migrate(mode="strict")

    # It fails for its own reason again.
    assert "nothing_there" in outcome.error_text


def test_fake_is_not_disturbed(lab: Lab) -> None:
    fail(lab)

    outcome = lab.migrate(mode="strict", fake=True)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_fake_initial_is_not_disturbed(lab: Lab, mode: str) -> None:
    [first] = lab.write([AUTHOR, SHELF, AddField("Shelf", "label", text())])
    assert lab.migrate(first).error is None
    lab.execute("DELETE FROM django_migrations WHERE app = 'testapp'")

    outcome = lab.migrate(first, mode=mode, fake_initial=True)

    assert outcome.error is None, f"\n{outcome}"
    assert "FAKED" in outcome.output


def test_column_and_constraint_that_are_there(lab: Lab) -> None:
    [first] = lab.write([AUTHOR, SHELF])
    assert lab.migrate(first).error is None
    quote = connection.ops.quote_name
    lab.execute(
        "ALTER TABLE testapp_shelf ADD COLUMN author_id bigint",
        f"CREATE UNIQUE INDEX shelf_place ON testapp_shelf ({quote('number')}, room)",
    )
    lab.write(
        [AddField("Shelf", "author", key("Author", null=True))],
        [AddConstraint("Shelf", PLACE)],
    )

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    words = str(outcome.error)
    assert "but it has created: column testapp_shelf.author_id. Missing: " in words
    assert "FOREIGN KEY (author_id) REFERENCES testapp_author (id) of" in words
    assert "but it has created: UNIQUE shelf_place of testapp_shelf." in words
    # A rebuild on SQLite creates the unique constraint that the state declares.
    assert "fkguard found 2 errors" in words


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_table_that_the_plan_takes_away_first_is_silent(lab: Lab, mode: str) -> None:
    [first] = lab.write([SHELF])
    assert lab.migrate(first).error is None
    lab.write(
        [AlterModelTable("Shelf", "old_shelf")],
        [create("Book", number=integer(), options={"db_table": "testapp_shelf"})],
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_table_that_sql_drops_first_is_silent(lab: Lab, mode: str) -> None:
    lab.execute("CREATE TABLE testapp_shelf (id integer)")
    lab.write([RunSQL("DROP TABLE testapp_shelf")], [SHELF])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_table_of_a_schema_further_back_is_silent(lab: Lab, mode: str) -> None:
    lab.execute(
        "CREATE TABLE testapp_shelf (id integer)",
        "CREATE SCHEMA tenant",
        "SET search_path = tenant, public",
    )
    lab.write([SHELF])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_executor_is_asked_to_take_the_initial_one_for_applied(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """A program gives the executor what `--fake-initial` is to the command."""
    [first] = lab.write([AUTHOR])
    assert lab.migrate(mode="off").error is None
    MigrationRecorder(connection).record_unapplied(*first)
    monkeypatch.setenv("FKGUARD_MODE", mode)

    with pytest.raises(DatabaseError, match="E314"):
        MigrationExecutor(connection).migrate([first])
    MigrationExecutor(connection).migrate([first], fake_initial=True)

    assert first in MigrationRecorder(connection).applied_migrations()
