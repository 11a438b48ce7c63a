"""``check --database`` looks at every foreign key of the models."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext, override_settings

from fkguard.checks import check_foreign_keys
from fkguard.declared.models import Rendered
from fkguard.verify import model_foreign_keys
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, key, text

AUTHOR = create("Author", code=models.CharField(max_length=30, unique=True))
BOOK = create("Book", author=key("Author", to_field="code"))
#: What makes the foreign key's ends differ, and the id that says so.
BREAKS = {
    "mysql": (
        [
            "SET foreign_key_checks = 0",
            (
                "ALTER TABLE testapp_author MODIFY code varchar(30) "
                "CHARACTER SET latin1 NOT NULL"
            ),
            "SET foreign_key_checks = 1",
        ],
        "fkguard.E302",
    ),
    "mariadb": (
        [
            "ALTER TABLE testapp_book DROP FOREIGN KEY {key}",
            (
                "ALTER TABLE testapp_author MODIFY code varchar(30) "
                "CHARACTER SET latin1 NOT NULL"
            ),
        ],
        "fkguard.E302",
    ),
    "postgresql": (
        [
            "ALTER TABLE testapp_author DROP CONSTRAINT {unique} CASCADE",
            "CREATE UNIQUE INDEX codes ON testapp_author (code) WHERE id > 0",
        ],
        "fkguard.E305",
    ),
    "sqlite": (
        [
            "PRAGMA foreign_keys = OFF",
            "DROP TABLE testapp_author",
            (
                "CREATE TABLE testapp_author (id integer PRIMARY KEY, "
                "code varchar(30) NOT NULL)"
            ),
            "PRAGMA foreign_keys = ON",
        ],
        "fkguard.E305",
    ),
}


@contextmanager
def models_of(lab: Lab) -> Iterator[Any]:
    """Let the models of the lab's last migration be those of the project."""
    state = MigrationExecutor(lab.connection).loader.project_state()
    with mock.patch.object(model_foreign_keys, "global_apps", state.apps):
        yield state.apps


def found(lab: Lab) -> list[checks.CheckMessage]:
    with models_of(lab):
        return check_foreign_keys(None, databases=["default"])


def break_it(lab: Lab) -> str:
    """Make the two ends of Book.author differ; return the id that tells of it."""
    statements, id_ = BREAKS[FLAVOUR]
    with lab.connection.cursor() as cursor:
        constraints = lab.connection.introspection.get_constraints
        book, author = (
            constraints(cursor, table) for table in ("testapp_book", "testapp_author")
        )
    names = {
        "key": next((n for n, each in book.items() if each["foreign_key"]), ""),
        "unique": next(
            (
                name
                for name, each in author.items()
                if each["columns"] == ["code"] and each["unique"]
            ),
            "",
        ),
    }
    lab.execute(*(each.format(**names) for each in statements))
    return id_


@pytest.fixture
def migrated(lab: Lab) -> Lab:
    lab.write([AUTHOR, BOOK])
    assert lab.migrate().error is None
    return lab


def test_compatible_foreign_keys_are_silent(migrated: Lab) -> None:
    assert found(migrated) == []


def test_tables_that_are_not_there_are_silent(lab: Lab) -> None:
    lab.write([AUTHOR, BOOK])

    assert found(lab) == []


def test_incompatible_foreign_key_is_reported_for_its_field(migrated: Lab) -> None:
    id_ = break_it(migrated)

    [message] = found(migrated)

    assert message.id == id_
    assert message.level == checks.ERROR
    assert str(message.obj) == "testapp.Book.author"
    assert "testapp_book.author_id" in message.msg
    assert message.hint is not None
    assert "testapp_book.author_id varchar(30)" in message.hint.replace(
        "character varying", "varchar"
    )
    assert "testapp_author.code varchar(30)" in message.hint.replace(
        "character varying", "varchar"
    )
    assert "Correct it with these statements, in this order:" in message.hint


def test_statements_of_the_hint_mend_it(migrated: Lab) -> None:
    break_it(migrated)
    [message] = found(migrated)
    assert message.hint is not None
    statements = message.hint.split("in this order:\n\n")[1].split("\n\nSee")[0]

    migrated.execute(*(line.strip(" ;") for line in statements.splitlines()))

    assert found(migrated) == []


def test_join_table_is_reported_for_its_field(lab: Lab) -> None:
    lab.write(
        [
            create("Author", code=models.CharField(max_length=30, primary_key=True)),
            create("Book", title=text(), authors=models.ManyToManyField("Author")),
        ]
    )
    assert lab.migrate().error is None
    if FLAVOUR in {"mysql", "mariadb"}:
        lab.execute("ALTER TABLE testapp_book_authors ENGINE = InnoDB")
        with lab.connection.cursor() as cursor:
            constraints = lab.connection.introspection.get_constraints(
                cursor, "testapp_book_authors"
            )
        for name, each in constraints.items():
            if each["foreign_key"]:
                lab.execute(f"ALTER TABLE testapp_book_authors DROP FOREIGN KEY {name}")
        lab.execute("ALTER TABLE testapp_author ENGINE = MyISAM")
        id_ = "fkguard.E301"
    elif FLAVOUR == "postgresql":
        lab.execute(
            "ALTER TABLE testapp_author DROP CONSTRAINT IF EXISTS "
            "testapp_author_pkey CASCADE"
        )
        id_ = "fkguard.E305"
    else:
        lab.execute(
            "PRAGMA foreign_keys = OFF",
            "DROP TABLE testapp_author",
            "CREATE TABLE testapp_author (code varchar(30) NOT NULL)",
            "PRAGMA foreign_keys = ON",
        )
        id_ = "fkguard.E305"

    [message] = found(lab)

    assert (message.id, str(message.obj)) == (id_, "testapp.Book.authors")


def test_command_fails_and_silencing_the_id_lets_it_pass(migrated: Lab) -> None:
    id_ = break_it(migrated)

    def check() -> None:
        call_command(
            "check", tags=["database"], databases=["default"], stdout=io.StringIO()
        )

    with models_of(migrated):
        with pytest.raises(SystemCheckError, match=id_):
            check()
        with override_settings(SILENCED_SYSTEM_CHECKS=[id_]):
            check()


def test_acknowledged_foreign_key_is_silent(migrated: Lab) -> None:
    id_ = break_it(migrated)
    name = "testapp_book(author_id)"
    with migrated.connection.cursor() as cursor:
        there = migrated.connection.introspection.get_constraints(
            cursor, "testapp_book"
        )
    names = [n for n, each in there.items() if each["foreign_key"]]
    with models_of(migrated) as apps:
        declared = Rendered(connection)
        field = apps.get_model("testapp", "book")._meta.get_field("author")
        made = declared.foreign_key("testapp_book", declared.column(field)).name
    entries = [(id_, each, "known") for each in [*names, made, name] if each]

    with override_settings(FKGUARD={"ACKNOWLEDGED": {"testapp": entries}}):
        assert found(migrated) == []


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_within_migrate_it_warns(migrated: Lab) -> None:
    """Else it would stop the very migration that mends it."""
    break_it(migrated)
    migrated.write([create("Shelf", name=text())])

    with models_of(migrated):
        outcome = migrated.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert BREAKS[FLAVOUR][1] in outcome.output


def test_off_is_silent(migrated: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it(migrated)
    monkeypatch.setenv("FKGUARD_MODE", "off")

    assert found(migrated) == []


def test_queries_do_not_depend_on_the_models(migrated: Lab) -> None:
    def queries() -> int:
        with models_of(migrated), CaptureQueriesContext(connection) as context:
            check_foreign_keys(None, databases=["default"])
        return len(context)

    few = queries()
    migrated.write(
        [
            create(f"Copy{number}", book=key("Book"), author=key("Author"))
            for number in range(20)
        ]
    )
    assert migrated.migrate().error is None

    assert queries() == few
