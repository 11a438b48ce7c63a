"""Tables that are altered while the check of their rows is pending (PostgreSQL)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import (
    AddField,
    AlterField,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation

from fkguard import lint
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, text

HISTORY: list[Operation] = [
    create("Author", name=text()),
    create("Book", author=key("Author", null=True), number=integer(), title=text()),
]
ROWS = [
    "INSERT INTO testapp_author (id, name) VALUES (1, 'a'), (2, 'b')",
    "INSERT INTO testapp_book (id, author_id, number, title) VALUES (9, NULL, 1, '')",
]
ADDED = AddField("Book", "pages", integer())
REQUIRED = AlterField("Book", "author", key("Author"))


def assign(apps: Any, schema_editor: Any) -> None:
    for book in apps.get_model("testapp", "Book").objects.filter(author=None):
        book.author_id = 1
        book.save()


def add(apps: Any, schema_editor: Any) -> None:
    apps.get_model("testapp", "Book").objects.create(title="new")


def number(apps: Any, schema_editor: Any) -> None:
    apps.get_model("testapp.Book").objects.update(number=7)


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("testapp", "Author").objects.filter(pk=2).delete()


def check(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


INSERT = "INSERT INTO testapp_book (number, title) VALUES (2, '')"
DELETE = "DELETE FROM testapp_author WHERE id = 2"
FAILING = {
    "assign": [RunPython(assign, RunPython.noop), ADDED],
    "add": [RunPython(add, RunPython.noop), ADDED],
    "forget": [
        RunPython(forget, RunPython.noop),
        AddField("Author", "born", integer()),
    ],
    "update": [RunSQL("UPDATE testapp_book SET author_id = 2", ""), ADDED],
    "insert": [RunSQL(INSERT, ""), ADDED],
    "delete": [RunSQL(DELETE, ""), RemoveField("Author", "name")],
}
PASSING = {
    "other_column": [RunPython(number, RunPython.noop), ADDED],
    "other_column_in_sql": [RunSQL("UPDATE testapp_book SET number = 3", ""), ADDED],
    "renamed": [RunPython(add, RunPython.noop), RenameField("Book", "title", "name")],
    "other_table": [
        RunPython(add, RunPython.noop),
        AddField("Author", "born", integer()),
    ],
    "foreign_key_dropped": [
        RunPython(assign, RunPython.noop),
        RemoveField("Book", "author"),
    ],
    "foreign_key_altered": [RunPython(assign, RunPython.noop), REQUIRED],
    "checked": [
        RunSQL("UPDATE testapp_book SET author_id = 2", ""),
        RunSQL("SET CONSTRAINTS ALL IMMEDIATE", ""),
        ADDED,
    ],
    "checked_by_code": [
        RunPython(add, RunPython.noop),
        RunPython(check, RunPython.noop),
        ADDED,
    ],
    "new_foreign_key": [
        AddField("Book", "editor", key("Author", null=True, related_name="+")),
        RunSQL("UPDATE testapp_book SET editor_id = 2", ""),
        ADDED,
    ],
    "new_table": [
        create("Loan", book=key("Book", null=True)),
        RunSQL("INSERT INTO testapp_loan (book_id) VALUES (9)", ""),
        AddField("Loan", "days", integer()),
    ],
}


def found(vendor: str) -> list[str]:
    options = lint.Options(labels=["testapp.0002_step"], vendors=[vendor])
    return [each.id for each in lint.run(options).entries if each.id != "I233"]


def start(lab: Lab, operations: list[Operation]) -> None:
    lab.apply(HISTORY)
    lab.execute(*ROWS)
    lab.write(operations)


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("name", FAILING)
def test_migration_that_fails_over_rows_is_reported(lab: Lab, name: str) -> None:
    start(lab, FAILING[name])

    assert found("postgresql") == ["W236"]
    assert found("mysql") == []
    assert "pending trigger events" in str(lab.migrate(mode="strict").error)


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("name", PASSING)
def test_migration_that_passes_is_not_reported(lab: Lab, name: str) -> None:
    start(lab, PASSING[name])

    assert "W236" not in found("postgresql")
    outcome = lab.migrate(mode="off")
    assert outcome.error is None, f"\n{outcome}"
