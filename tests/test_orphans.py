"""``manage.py fkguard orphans``: every declared foreign key, enforced or not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps

from tests.backends.conftest import Database, database
from tests.harness import FLAVOUR

__all__ = ["database"]


def declare() -> list[type[models.Model]]:
    """Return models with every kind of foreign key that Django declares."""

    class Author(models.Model):
        code = models.CharField(max_length=10, unique=True)

        class Meta:
            app_label = "testapp"

    class Tag(models.Model):
        class Meta:
            app_label = "testapp"

    class Book(models.Model):
        author = models.ForeignKey(Author, models.CASCADE, null=True)
        code = models.ForeignKey(
            Author,
            models.CASCADE,
            to_field="code",
            related_name="+",
            null=True,
            db_constraint=False,
        )
        tags = models.ManyToManyField(Tag)

        class Meta:
            app_label = "testapp"

    class Novel(Book):
        class Meta:
            app_label = "testapp"

    class Old(models.Model):
        book = models.ForeignKey(Book, models.CASCADE)

        class Meta:
            app_label = "testapp"
            managed = False

    class BookProxy(Book):
        class Meta:
            app_label = "testapp"
            proxy = True

    return [Author, Tag, Book, Novel, Old, BookProxy]


@pytest.fixture
def library(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Return a database with the models' tables, and no foreign key in them."""
    with isolate_apps("tests.testapp") as registry:
        declare()
        monkeypatch.setattr("fkguard.verify.orphans.apps", registry)
        database.execute(
            "CREATE TABLE testapp_author (id bigint PRIMARY KEY, code varchar(10))",
            "CREATE TABLE testapp_tag (id bigint PRIMARY KEY)",
            "CREATE TABLE testapp_book (id bigint PRIMARY KEY, author_id bigint,"
            " code_id varchar(10))",
            "CREATE TABLE testapp_book_tags (id bigint PRIMARY KEY, book_id bigint,"
            " tag_id bigint)",
            "CREATE TABLE testapp_novel (book_ptr_id bigint PRIMARY KEY)",
            "INSERT INTO testapp_author VALUES (1, 'one')",
            "INSERT INTO testapp_book VALUES (1, 1, 'one'), (2, NULL, NULL)",
            "INSERT INTO testapp_novel VALUES (1)",
        )
        yield database


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit status and the output of a call."""
    output = io.StringIO()
    try:
        call_command("fkguard", "orphans", *arguments, stdout=output, no_color=True)
    except SystemExit as ended:
        return int(str(ended.code)), output.getvalue()
    return 0, output.getvalue()


LEFT_OUT = "Left out: testapp.Old: managed = False\n"


def test_database_without_orphans(library: Database) -> None:
    assert run() == (0, f"{LEFT_OUT}0 orphans along 5 foreign keys.\n")


def test_orphans_of_every_kind_of_foreign_key(library: Database) -> None:
    library.execute(
        "INSERT INTO testapp_book VALUES (3, 7, 'no'), (4, 7, NULL), (5, 8, NULL)",
        "INSERT INTO testapp_book_tags VALUES (1, 1, 9)",
        "INSERT INTO testapp_novel VALUES (6)",
    )

    status, text = run()

    assert status == 1
    assert text.splitlines() == [
        (
            "testapp.Book.author (testapp_book.author_id -> testapp_author.id): "
            "3 orphans with 2 keys"
        ),
        "  (7): 2 rows",
        "  (8): 1 row",
        (
            "testapp.Book.code (testapp_book.code_id -> testapp_author.code, "
            "db_constraint=False): 1 orphan with 1 key"
        ),
        "  (no): 1 row",
        (
            "testapp.Book.tags (tag_id) (testapp_book_tags.tag_id -> testapp_tag.id): "
            "1 orphan with 1 key"
        ),
        "  (9): 1 row",
        (
            "testapp.Novel.book_ptr (testapp_novel.book_ptr_id -> testapp_book.id): "
            "1 orphan with 1 key"
        ),
        "  (6): 1 row",
        "Left out: testapp.Old: managed = False",
        "6 orphans along 5 foreign keys.",
    ]


def test_a_few_of_many_keys_are_shown(library: Database) -> None:
    library.execute(
        *(f"INSERT INTO testapp_book VALUES ({n}, {n}, NULL)" for n in range(10, 17))
    )

    status, text = run("testapp.Book.author")

    assert status == 1
    assert "7 orphans with 7 keys" in text
    assert text.count(": 1 row\n") == 5
    assert "  and 2 more\n" in text


@pytest.mark.parametrize(
    ("target", "number"),
    [
        ("testapp.Book", 4),
        ("testapp.Book.author", 1),
        ("testapp.Book.tags", 2),
        ("testapp.Novel", 1),
        ("testapp.Author", 0),
    ],
)
def test_target_is_looked_at_alone(library: Database, target: str, number: int) -> None:
    status, text = run(target)

    assert status == 0
    assert text == f"0 orphans along {number} foreign key{'s'[number == 1 :]}.\n"


@pytest.mark.parametrize(
    "target", ["testapp", "testapp.Nothing", "testapp.Book.nothing", "nowhere.Book", ""]
)
def test_unknown_target_is_status_2(library: Database, target: str) -> None:
    with pytest.raises(CommandError, match="There is no") as caught:
        run(target)

    assert caught.value.returncode == 2


def test_field_without_relation_is_status_2(library: Database) -> None:
    with pytest.raises(
        CommandError, match=r"Author\.code references no model"
    ) as caught:
        run("testapp.Author.code")

    assert caught.value.returncode == 2


def test_unknown_database_is_status_2() -> None:
    with pytest.raises(CommandError, match="'nowhere'") as caught:
        run("--database", "nowhere")

    assert caught.value.returncode == 2


def test_missing_table_is_status_2(library: Database) -> None:
    library.execute("DROP TABLE testapp_tag")

    status, text = run()

    assert status == 2
    assert "testapp.Book.tags (tag_id)" in text
    assert "could not be compared: " in text
    assert "testapp_tag" in text
    assert "0 orphans along 4 foreign keys." in text


def test_columns_without_common_values_are_status_2(library: Database) -> None:
    kind = "date" if FLAVOUR == "postgresql" else "varchar(20)"
    library.execute(
        "DROP TABLE testapp_novel",
        f"CREATE TABLE testapp_novel (book_ptr_id {kind})",
    )

    status, text = run("testapp.Novel")

    if FLAVOUR == "sqlite":  # It compares by the affinity of the columns.
        assert status == 0
        return
    assert status == 2
    reason = {
        "postgresql": "operator does not exist: bigint = date",
        "mysql": "varchar(20) and bigint have no values in common",
        "mariadb": "varchar(20) and bigint(20) have no values in common",
    }
    assert f"could not be compared: {reason[FLAVOUR]}" in text


@pytest.mark.flavours("mysql", "mariadb")
def test_mixed_collations_are_compared(library: Database) -> None:
    library.execute(
        "ALTER TABLE testapp_author MODIFY code varchar(10)"
        " CHARACTER SET latin1 COLLATE latin1_general_ci",
        "ALTER TABLE testapp_book MODIFY code_id varchar(10)"
        " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        "INSERT INTO testapp_book VALUES (3, NULL, 'ONE'), (4, NULL, '本')",
    )

    status, text = run("testapp.Book.code")

    assert status == 1
    assert "(本): 1 row\n" in text
    assert "1 orphan along 1 foreign key." in text


def test_json(library: Database) -> None:
    library.execute("INSERT INTO testapp_book VALUES (3, 7, NULL), (4, 7, NULL)")

    status, text = run("testapp.Book.author", "--format", "json")

    assert status == 1
    assert json.loads(text) == {
        "database": "default",
        "orphans": 2,
        "foreign_keys": [
            {
                "field": "testapp.Book.author",
                "table": "testapp_book",
                "columns": ["author_id"],
                "to_table": "testapp_author",
                "to_columns": ["id"],
                "db_constraint": True,
                "orphans": 2,
                "keys": 1,
                "sample": [{"key": [7], "rows": 2}],
                "problem": None,
            }
        ],
        "left_out": [],
    }


def test_models_of_another_database_are_left_out(
    library: Database, settings: Any
) -> None:
    settings.DATABASE_ROUTERS = ["tests.operations.NotBooks"]

    status, text = run()

    assert status == 0
    assert "Left out: testapp.Book: it is not on this database\n" in text
    assert (
        "Left out: testapp.Novel.book_ptr: testapp.Book is not on this database\n"
        in text
    )


def test_one_query_for_each_foreign_key(library: Database) -> None:
    with CaptureQueriesContext(
        connection,
    ) as none:
        run("testapp.Author")
    with CaptureQueriesContext(connection) as all_of_them:
        run("testapp.Book")

    asked = [q for q in all_of_them if "NOT EXISTS" in q["sql"]]
    assert len(asked) == 4
    assert not [q for q in none if "NOT EXISTS" in q["sql"]]


def test_nothing_is_written(library: Database) -> None:
    library.execute("INSERT INTO testapp_book VALUES (3, 7, NULL)")

    with CaptureQueriesContext(connection) as queries:
        run()

    words = {q["sql"].lstrip().split()[0].upper() for q in queries}
    assert words.isdisjoint({"DELETE", "UPDATE", "INSERT", "ALTER", "DROP", "CREATE"})
    assert library.fetch("SELECT COUNT(*) FROM testapp_book") == [(3,)]
