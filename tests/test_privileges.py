"""Each command runs with an account that has what the documentation says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import AddField, AlterField, RemoveField
from django.test.utils import override_settings

from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, integer, key, text, unique

pytestmark = pytest.mark.flavours("postgresql", "mysql", "mariadb")

NAME = "fkguard_least"
PASSWORD = "least"
HISTORY = [
    create("Author", name=text()),
    create(
        "Book",
        author=key("Author"),
        series=integer(),
        number=integer(),
        options={"constraints": [unique("book_place", "series", "number")]},
    ),
]
#: What takes a foreign key and a unique away for a while.
CHANGES = [
    AlterField("Book", "author", key("Author", null=True)),
    RemoveField("Book", "series"),
    AddField("Book", "series", integer()),
]
ROWS = "SELECT, INSERT, UPDATE, DELETE"
GRANTS = {
    "reader": {
        "postgresql": ["GRANT SELECT ON django_migrations, fkguard_claim TO {user}"],
        "mysql": ["GRANT SELECT ON {database}.* TO {user}"],
    },
    "writer": {
        "postgresql": [
            "GRANT CREATE ON SCHEMA public TO {user}",
            "GRANT {rows} ON ALL TABLES IN SCHEMA public TO {user}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}",
        ],
        "mysql": [
            "GRANT {rows} ON {database}.* TO {user}",
            "GRANT CREATE, ALTER, DROP, INDEX, REFERENCES ON {database}.* TO {user}",
        ],
    },
}


@contextmanager
def account(kind: str) -> Iterator[None]:
    """Be an account with the least privileges of its kind for a while."""
    quote = connection.ops.quote_name
    user = f"{NAME}_{connection.settings_dict['NAME']}"[-32:]
    if FLAVOUR == "postgresql":
        name, new = quote(user), f"CREATE ROLE {quote(user)} LOGIN PASSWORD %s"
        ends = [f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP OWNED BY {name}"]
        ends.append(f"DROP ROLE {name}")
    else:
        name = f"{quote(user)}@'%%'"
        new = f"CREATE USER {name} IDENTIFIED BY %s"
        ends = [f"DROP USER {name}"]
    database = quote(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(new, [PASSWORD])
        for sql in GRANTS[kind][connection.vendor]:
            cursor.execute(sql.format(user=name, database=database, rows=ROWS), [])
    own = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    try:
        connection.settings_dict.update(USER=user, PASSWORD=PASSWORD)
        connection.close()
        yield
    finally:
        connection.settings_dict.update(own)
        connection.close()
        with connection.cursor() as cursor:
            for sql in ends:
                cursor.execute(sql, [])


def said(*command: str) -> str:
    """Return what a command prints that ends with 0."""
    output = io.StringIO()
    status: object = 0
    try:
        call_command(*command, stdout=output, no_color=True)
    except SystemExit as error:
        status = error.code
    assert status in {0, None}, output.getvalue()
    return output.getvalue()


@pytest.mark.parametrize(
    "command",
    [
        ["fkguard", "verify"],
        ["fkguard", "status"],
        ["fkguard", "repair"],
        ["check", "--database", "default"],
    ],
    ids=" ".join,
)
def test_reader_sees_what_the_owner_sees(lab: Lab, command: list[str]) -> None:
    lab.apply(HISTORY)
    whole = said(*command)

    with account("reader"):
        assert said(*command) == whole


@pytest.mark.flavours("postgresql")
def test_reader_without_the_claim_sees_the_rest(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = "GRANT SELECT ON django_migrations TO {user}"
    monkeypatch.setitem(GRANTS["reader"], "postgresql", [grant])
    lab.apply(HISTORY)

    with account("reader"):
        lines = said("fkguard", "status").splitlines()

    assert "claim     unknown: permission denied for table fkguard_claim" in lines
    assert "owed      nothing" in lines


def test_reader_of_the_tables_finds_orphans(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        GRANTS["reader"],
        "postgresql",
        ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}"],
    )
    lab.apply(HISTORY)

    with account("reader"):
        said("fkguard", "orphans")


def test_reader_cannot_migrate(lab: Lab) -> None:
    lab.apply(HISTORY)
    before = lab.snapshot()
    lab.write(CHANGES)

    with account("reader"):
        error = lab.migrate_only("auto")

    assert error is not None
    if FLAVOUR != "postgresql":
        # PostgreSQL says so itself, and rolls back.
        assert isinstance(error, Refused)
        assert "cannot keep its ledger" in str(error)
    assert lab.snapshot() == before


def test_writer_migrates_verifies_and_repairs(lab: Lab) -> None:
    with account("writer"), override_settings(FKGUARD={"MODE": "auto"}):
        lab.write(HISTORY)
        assert lab.migrate_only("auto") is None
        lab.write(CHANGES)
        assert lab.migrate_only("auto") is None
        said("fkguard", "verify")
        table = connection.ops.quote_name("testapp_book")
        drop = "CONSTRAINT" if FLAVOUR == "postgresql" else "INDEX"
        lab.execute(f"ALTER TABLE {table} DROP {drop} book_place")
        said("fkguard", "repair", "--apply", "--no-input")
        said("fkguard", "verify")

    assert lab.missing() == []
