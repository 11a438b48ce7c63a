"""SQL that the code of a migration sends with a cursor of its own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection
from django.db.migrations import (
    AlterField,
    RemoveField,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from fkguard.errors import Refused
from fkguard.schema.events import ABOUT_ROWS, ASKS, CHANGES, CREATES
from tests import operations
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, integer, key, text, unique

BOOK = create(
    "Book",
    series=integer(),
    number=integer(),
    title=text(),
    options={"constraints": [unique("book_place", "series", "number")]},
)
BY_HAND = "CREATE UNIQUE INDEX by_hand ON testapp_book (number, series)"
DROP_COLUMN = "ALTER TABLE testapp_book DROP COLUMN {}"
DROP_INDEX = "DROP INDEX by_hand" + (
    " ON testapp_book" if FLAVOUR in {"mysql", "mariadb"} else ""
)
#: The foreign key as Django would name it.
BY_CODE = (
    "ALTER TABLE testapp_book ADD CONSTRAINT "
    "testapp_book_author_id_b4b7b7bf_fk_testapp_author_id "
    "FOREIGN KEY (author_id) REFERENCES testapp_author (id)"
)
#: Where dropping a column takes along a constraint that reads it.
TAKES_ALONG = pytest.mark.flavours("postgresql", "mysql")
MODES = pytest.mark.parametrize("mode", ["strict", "auto"])
SEND = RunPython(operations.send)


@pytest.fixture(autouse=True)
def nothing_to_send() -> Any:
    yield
    operations.TO_SEND.clear()


@TAKES_ALONG
def test_without_the_guard_the_constraint_is_lost_in_silence(lab: Lab) -> None:
    lab.apply([BOOK])
    operations.TO_SEND[:] = [DROP_COLUMN.format("series")]
    lab.write([SEND])

    outcome = lab.migrate()

    assert outcome.error is None
    assert any("- testapp_book: UNIQUE" in line for line in outcome.changes)


@TAKES_ALONG
@MODES
def test_lost_constraint_is_told(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    operations.TO_SEND[:] = [DROP_COLUMN.format("series")]
    lab.write([SEND])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "book_place" in str(outcome.error)
    assert outcome.is_untouched == connection.features.can_rollback_ddl


@TAKES_ALONG
def test_warn_logs_it(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.apply([BOOK])
    operations.TO_SEND[:] = [DROP_COLUMN.format("series")]
    lab.write([SEND])

    outcome = lab.migrate(mode="warn")

    assert outcome.error is None
    assert "book_place" in caplog.text


@MODES
@pytest.mark.parametrize("by", ["cursor", "SQL"])
def test_what_code_makes_is_kept_from_the_next_operation(
    lab: Lab, mode: str, by: str
) -> None:
    lab.apply([create("Book", series=integer(), number=integer())])
    operations.TO_SEND[:] = [BY_HAND]
    lab.write(
        [SEND if by == "cursor" else RunSQL(BY_HAND)], [RemoveField("Book", "series")]
    )

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "by_hand" in str(outcome.error)
    assert "- column testapp_book.series" not in outcome.changes


@MODES
@pytest.mark.parametrize(
    "statements",
    [
        [BY_HAND, DROP_INDEX, DROP_COLUMN.format("series")],
        [DROP_COLUMN.format("title")],
        [f"-- A remark.\n/* {DROP_INDEX} */ SELECT 1"],
        ["INSERT INTO testapp_book (series, number) VALUES (1, 1)"],
        ["UPDATE testapp_book SET number = 2 WHERE series = 1; " + BY_HAND, DROP_INDEX],
    ],
    ids=["named", "plain column", "remark", "row", "two statements"],
)
def test_harmless_code_runs(lab: Lab, mode: str, statements: list[str]) -> None:
    if ";" in statements[0] and FLAVOUR != "postgresql":
        statements = [each for one in statements for each in one.split("; ")]
    lab.apply([create("Book", series=integer(), number=integer(), title=text())])
    if "INSERT" in statements[0]:
        lab.execute("ALTER TABLE testapp_book DROP COLUMN title")
    operations.TO_SEND[:] = statements
    lab.write([SEND])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


def test_rows_cost_no_look_at_the_catalogue(lab: Lab) -> None:
    lab.apply([create("Book", series=integer(), number=integer())])
    row = "INSERT INTO testapp_book (series, number) VALUES (1, {})"

    def ask(count: int) -> int:
        operations.TO_SEND[:] = [row.format(number) for number in range(count)]
        lab.write([SEND])
        with CaptureQueriesContext(connection) as queries:
            outcome = lab.migrate(mode="strict")
        assert outcome.error is None, f"\n{outcome}"
        return len(queries) - count

    ask(1)  # Content types are created by the first command.
    assert ask(50) == ask(1)


@pytest.mark.flavours("mysql", "mariadb")
@MODES
def test_foreign_key_of_code_is_put_back_where_an_operation_fails(
    lab: Lab, mode: str
) -> None:
    plain = key("Author", null=True, db_constraint=False)
    related = key("Author", null=True)
    lab.apply([create("Author"), create("Book", author=plain, number=integer())])
    lab.execute("INSERT INTO testapp_book (number) VALUES (1)")
    operations.TO_SEND[:] = [BY_CODE]
    declared = SeparateDatabaseAndState(
        state_operations=[AlterField("Book", "author", related)]
    )
    # Its first half drops the key, its second one fails for the row.
    lab.write([SEND, declared], [AlterField("Book", "author", key("Author"))])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Error), f"\n{outcome}"
    line = "testapp_book: (author_id) REFERENCES testapp_author (id)"
    assert outcome.after.constraints()[line] == 1


def test_broken_transaction_is_left_to_the_server(lab: Lab) -> None:
    """The error is that of the code, not one of a look at the catalogue."""
    lab.apply([BOOK])
    operations.TO_SEND[:] = [
        "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
        "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'b')",
        DROP_COLUMN.format("title"),
    ]
    lab.write([SEND])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, IntegrityError), f"\n{outcome}"


@pytest.mark.flavours("postgresql")
@MODES
@pytest.mark.parametrize("by", ["a function", "a composed statement"])
def test_other_ways_to_change_a_schema(lab: Lab, mode: str, by: str) -> None:
    from psycopg import sql

    lab.apply([BOOK])
    lab.execute(
        "CREATE FUNCTION run_it(q text) RETURNS void LANGUAGE plpgsql AS "
        "$$ BEGIN EXECUTE q; END $$"
    )
    composed: Any = sql.SQL("\nALTER TABLE {}\nDROP COLUMN series\n")
    operations.TO_SEND[:] = [
        "SELECT run_it('ALTER TABLE testapp_book DROP COLUMN series')"
        if by == "a function"
        else composed.format(sql.Identifier("testapp_book"))
    ]
    lab.write([SEND])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched


@TAKES_ALONG
def test_name_within_another_one_is_not_spoken_of(lab: Lab) -> None:
    options = {"constraints": [unique("book", "series", "number")]}
    lab.apply([create("Book", series=integer(), number=integer(), options=options)])
    operations.TO_SEND[:] = [DROP_COLUMN.format("series")]
    lab.write([SEND])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"


@MODES
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE testapp_author RENAME TO writers",
        "ALTER TABLE testapp_author RENAME COLUMN id TO number",
    ],
    ids=["table", "column"],
)
def test_foreign_key_follows_what_it_references(
    lab: Lab, mode: str, statement: str
) -> None:
    lab.apply([create("Author"), create("Book", author=key("Author"))])
    operations.TO_SEND[:] = [statement]
    lab.write([SEND])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.flavours("postgresql")
@MODES
def test_table_that_code_builds_again_keeps_everything(lab: Lab, mode: str) -> None:
    partial = UniqueConstraint(
        fields=["series"], condition=Q(number__gt=1), name="book_part"
    )
    lower = UniqueConstraint(Lower("title"), name="book_lower")
    book = copy.deepcopy(BOOK)
    book.options["constraints"] += [partial, lower]
    lab.apply([book])
    operations.TO_SEND[:] = [
        "CREATE TABLE rebuilt (LIKE testapp_book INCLUDING ALL)",
        "DROP TABLE testapp_book",
        "ALTER TABLE rebuilt RENAME TO testapp_book",
    ]
    lab.write([SEND])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


def test_reading_the_catalogue_is_not_taken_for_a_change(lab: Lab) -> None:
    lab.apply([BOOK])

    with CaptureQueriesContext(connection) as queries:
        lab.snapshot()

    for query in queries:
        assert not CHANGES.search(query["sql"])
        assert not CREATES.search(query["sql"])


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        " (SELECT 1) UNION (SELECT 2);\n",
        "-- drop\n# drop\n/* drop */ /**/ update a set b = 'drop index'",
        "SAVEPOINT s",
    ],
)
def test_sql_about_rows(sql: str) -> None:
    assert ABOUT_ROWS.match(sql) or ASKS.match(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE a",
        "SELECT 1; DROP TABLE a",
        "/*! DROP TABLE a */",
        "/* SELECT */ DROP TABLE a",
        "-- SELECT\nDROP TABLE a",
        "SET default_storage_engine = MyISAM",
        "selected",
        "",
        # In no time, however many ways there are to read it.
        "/* a */ " * 5000 + "DROP TABLE a",
    ],
)
def test_sql_about_the_schema(sql: str) -> None:
    assert not ABOUT_ROWS.match(sql)
    assert not ASKS.match(sql)
