"""Columns that Django writes anew keep their collation and comment (H20)."""

from __future__ import annotations

import ast
import re
import sys

import pytest
from django.db import connection
from django.db.migrations import AlterField, RunSQL
from django.test.utils import override_settings

from fkguard.backends import backend_for
from fkguard.verify import verify
from tests.harness import Lab
from tests.scenarios.builders import create, drop_foreign_keys, integer, key, text

pytestmark = pytest.mark.flavours("mysql", "mariadb")

COMMENT = 'it\'s 100% \\ "x" %s'
BIN = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


def column(table: str, name: str) -> tuple[str, bool, str, str]:
    found = (
        backend_for(connection).introspection.read([table]).tables[table].column(name)
    )
    assert found is not None
    return found.type, found.null, found.collation, found.comment


def comment(table: str, definition: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} MODIFY {definition} COMMENT %s", [COMMENT])


def test_null_and_type_change_at_once(lab: Lab) -> None:
    lab.write([create("Book", code=text(unique=True), number=integer())])
    assert lab.migrate(mode="off").error is None
    comment("testapp_book", f"code varchar(30) {BIN} NOT NULL")
    comment("testapp_book", "number int NOT NULL")
    wider = text(unique=True, null=True)
    wider.max_length = 40
    lab.write(
        [
            AlterField("Book", "code", wider),
            AlterField("Book", "number", integer(null=True)),
        ]
    )

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    book = ("varchar(40)", True, "utf8mb4_bin", COMMENT)
    assert column("testapp_book", "code") == book
    assert column("testapp_book", "number")[1:] == (True, "", COMMENT)


def test_both_ends_of_a_foreign_key(lab: Lab) -> None:
    lab.write(
        [
            create("Author", code=text(unique=True)),
            create("Book", author=key("Author", to_field="code")),
        ]
    )
    assert lab.migrate(mode="off").error is None
    drop_foreign_keys(connection, "testapp_book", ["author_id"])
    comment("testapp_author", f"code varchar(30) {BIN} NOT NULL")
    comment("testapp_book", f"author_id varchar(30) {BIN} NOT NULL")
    lab.execute(
        "ALTER TABLE testapp_book ADD CONSTRAINT to_author FOREIGN KEY (author_id) "
        "REFERENCES testapp_author (code)"
    )
    wider = text(unique=True)
    wider.max_length = 40
    lab.write([AlterField("Author", "code", wider)])

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    both = ("varchar(40)", False, "utf8mb4_bin", COMMENT)
    assert column("testapp_author", "code") == both
    assert column("testapp_book", "author_id") == both
    assert lab.is_enforced("INSERT INTO testapp_book (author_id) VALUES ('x')")


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_acknowledged_reset_runs(lab: Lab, mode: str) -> None:
    lab.write([create("Book", code=text())])
    assert lab.migrate(mode="off").error is None
    comment("testapp_book", f"code varchar(30) {BIN} NOT NULL")
    [(_, name)] = lab.write([AlterField("Book", "code", text(null=True))])
    acknowledged = {f"testapp.{name}": [("E210", "testapp_book(code)", "wanted")]}

    with override_settings(FKGUARD={"ACKNOWLEDGED": acknowledged}):
        outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    type_, null, collation, comment_ = column("testapp_book", "code")
    assert (type_, null, comment_) == ("varchar(30)", True, "")
    assert collation != "utf8mb4_bin"


@pytest.mark.flavours("mariadb118")
def test_collation_without_its_character_set_is_the_same(lab: Lab) -> None:
    """The declared name is short for the collation of the table."""
    lab.write([create("Book", code=text(db_collation="uca1400_ai_ci"))])
    assert lab.migrate_only("strict") is None
    assert verify(connection, ["testapp"]).is_clean
    lab.write(
        [AlterField("Book", "code", text(db_collation="uca1400_ai_ci", null=True))]
    )

    assert lab.migrate_only("strict") is None
    assert verify(connection, ["testapp"]).is_clean


def test_what_is_written_for_a_foreign_key_keeps_its_comment(lab: Lab) -> None:
    lab.apply([create("Author", name=text()), create("Book", author=key("Author"))])
    comment("testapp_book", "author_id bigint NOT NULL")
    nullable = AlterField("Book", "author", key("Author", null=True))
    lab.write([nullable])
    error = str(lab.migrate(mode="strict").error)
    sql = re.search(r"RunSQL\(\n\s+(.+),\n", error)
    known = re.search(r'acknowledge\("(E210)", "(.+)", reason', error)
    assert sql is not None, error
    assert known is not None, error

    lab.steps.pop()
    del sys.modules[f"{lab.package}.testapp.0002_step"]
    lab.write([nullable, RunSQL(ast.literal_eval(sql[1]))])
    acknowledged = {"testapp.0002_step": [(known[1], known[2], "Written again.")]}
    with override_settings(FKGUARD={"ACKNOWLEDGED": acknowledged}):
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert column("testapp_book", "author_id")[1:] == (True, "", COMMENT)
    assert lab.missing() == []
