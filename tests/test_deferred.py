"""What a plan could not know is judged again before it is run, and looked for after."""

from __future__ import annotations

import ast
import os
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelTable,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.test.utils import CaptureQueriesContext, override_settings

from fkguard.backends import backend_for
from fkguard.errors import Refused
from fkguard.planning import files
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"))
UNSIGNED = RunSQL(
    "ALTER TABLE testapp_author MODIFY id bigint unsigned NOT NULL AUTO_INCREMENT"
)
pytestmark = pytest.mark.flavours("mysql", "mariadb")
MODES = pytest.mark.parametrize("mode", ["strict", "auto"])


@MODES
def test_foreign_key_that_the_server_ignores_is_found_out(lab: Lab, mode: str) -> None:
    lab.write([AUTHOR], [RunSQL("SET default_storage_engine = MyISAM"), BOOK])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E301" in str(outcome.error)
    assert "testapp_book is a table of the engine MyISAM" in str(outcome.error)
    assert "+ migration testapp.0002" not in outcome.changes


def test_warn_logs_it(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.write([AUTHOR], [RunSQL("SET default_storage_engine = MyISAM"), BOOK])

    outcome = lab.migrate(mode="warn")

    assert outcome.error is None
    assert "fkguard.E301" in caplog.text


@MODES
def test_deferred_foreign_key_is_judged_after_raw_sql(lab: Lab, mode: str) -> None:
    lab.write([AUTHOR], [BOOK, UNSIGNED])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard.E303" in str(outcome.error)
    assert "its foreign keys were not made" in str(outcome.error)
    assert "+ migration testapp.0002" not in outcome.changes


@MODES
def test_column_after_raw_sql(lab: Lab, mode: str) -> None:
    """Raw SQL of an earlier migration counts, too; auto follows it."""
    lab.write(
        [AUTHOR, create("Book", number=integer())],
        [UNSIGNED],
        [AddField("Book", "author", key("Author", null=True))],
    )

    outcome = lab.migrate(mode=mode)

    if mode == "strict":
        assert isinstance(outcome.error, Refused)
        assert "fkguard.E303" in str(outcome.error)
        assert "this operation was not run" in str(outcome.error)
    else:
        assert outcome.error is None, f"\n{outcome}"
        assert lab.missing() == []


@MODES
def test_foreign_keys_that_are_there_are_no_finding(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(
        [AUTHOR],
        [
            BOOK,
            RunSQL("ALTER TABLE testapp_author COMMENT 'writers'"),
            RenameField("Book", "author", "writer"),
        ],
        [AddField("Book", "editor", key("Author", null=True, related_name="+"))],
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert caplog.text == ""
    assert lab.missing() == []


def test_referencing_columns_are_asked_for_in_one_query(lab: Lab) -> None:
    lab.write([AUTHOR, BOOK])
    lab.migrate()
    introspection = backend_for(connection).introspection

    with CaptureQueriesContext(connection) as queries:
        found = introspection.referencing_columns({"testapp_book", "testapp_author"})

    assert found == {("testapp_book", "author_id")}
    assert len(queries) == 1


@pytest.mark.parametrize("number", [2, 8])
def test_migrations_without_code_are_looked_at_together(lab: Lab, number: int) -> None:
    books = [create(f"Book{n}", author=key("Author")) for n in range(number)]
    lab.write([AUTHOR, RunPython(RunPython.noop)], *([book] for book in books))

    with CaptureQueriesContext(connection) as queries:
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert sum("SELECT IF(k.TABLE_SCHEMA" in query["sql"] for query in queries) == 1


@pytest.mark.parametrize(
    ("more", "ending"),
    [
        ([], "the migrations have run"),
        ([[RunSQL("SET @asked = 1")]], "the migrations before this one have run"),
    ],
    ids=["at the end", "before SQL"],
)
def test_foreign_keys_of_a_plan_without_code_are_looked_for_together(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, more: list[Any], ending: str
) -> None:
    monkeypatch.setattr(
        type(backend_for(connection).introspection),
        "referencing_columns",
        lambda self, tables: set(),
    )
    lab.write([AUTHOR], [BOOK], *more)

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E190" in str(outcome.error)
    assert ending in str(outcome.error)
    assert "+ migration testapp.0003" not in outcome.changes


@MODES
@pytest.mark.parametrize(
    "rename",
    [AlterModelTable("Book", "testapp_tome"), RenameModel("Book", "Tome")],
    ids=["table", "model"],
)
def test_deferred_foreign_key_of_a_renamed_table_is_made_once(
    lab: Lab, mode: str, rename: Operation
) -> None:
    name = "Tome" if isinstance(rename, RenameModel) else "Book"
    lab.write(
        [AUTHOR], [BOOK, rename, AlterField(name, "author", key("Author", null=True))]
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []


DJANGOS = "testapp_book_author_id_b4b7b7bf_fk_testapp_author_id"


def drop_the_key(apps: Any, editor: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE testapp_book DROP FOREIGN KEY {DJANGOS}")


def make_the_key(apps: Any, editor: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE testapp_book ADD CONSTRAINT {DJANGOS} "
            "FOREIGN KEY (author_id) REFERENCES testapp_author (id)"
        )


@MODES
def test_foreign_key_that_code_has_taken_away_is_left_to_it(
    lab: Lab, mode: str
) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.write(
        [
            RunPython(drop_the_key),
            AlterField("Book", "author", key("Author", null=True)),
            RunPython(make_the_key),
        ]
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []


@MODES
def test_ignored_foreign_key_is_found_out_before_its_table_is_renamed(
    lab: Lab, mode: str
) -> None:
    lab.write(
        [AUTHOR],
        [RunPython(make_tables_of_myisam)],
        [BOOK],
        [AlterModelTable("Book", "testapp_tome")],
    )

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard.E301" in str(outcome.error)
    assert "+ migration testapp.0003" not in outcome.changes


@MODES
def test_foreign_key_of_a_converted_table_can_be_acknowledged(
    lab: Lab,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The entry that the refusal offers holds until the end of the run."""
    convert = RunSQL("ALTER TABLE testapp_book ENGINE = MyISAM")
    lab.apply([AUTHOR])
    lab.write([BOOK, convert])
    monkeypatch.setattr(files, "_folders", lambda: (f"{lab.root}{os.sep}",))
    refused = lab.migrate(mode=mode).error
    assert isinstance(refused, Refused)
    [message] = refused.messages
    _, _, offered = str(message.hint).partition('FKGUARD["ACKNOWLEDGED"]:')
    entry = offered.strip().splitlines()[0]
    with connection.cursor() as cursor:
        # What the server has not rolled back.
        cursor.execute("DROP TABLE testapp_book")

    with override_settings(FKGUARD={"ACKNOWLEDGED": ast.literal_eval(f"{{{entry}}}")}):
        outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard.W006" not in caplog.text


def make_tables_of_myisam(apps: Any, editor: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_storage_engine = MyISAM")


def with_an_editor_of_its_own(apps: Any, editor: Any) -> None:
    with connection.schema_editor():
        pass


@MODES
def test_code_with_an_editor_of_its_own(lab: Lab, mode: str) -> None:
    lab.write([AUTHOR], [BOOK, RunPython(with_an_editor_of_its_own)])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []
