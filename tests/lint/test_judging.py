"""What the linter says that no single migration of the corpus shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterUniqueTogether,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import CASCADE, ForeignKey

from fkguard import lint
from fkguard.backends.mysql.offline import Offline
from fkguard.lint.sql import parser as sql
from fkguard.reports import BACKWARDS
from fkguard.schema.catalogue import Server
from tests.harness import Lab, Step
from tests.lint.corpus import NUMBER, PLACE, book
from tests.scenarios.builders import create, integer, key

#: No database is asked, so one leg is enough.
pytestmark = pytest.mark.flavours("sqlite")
FLAVOURS = ["postgresql", "mysql", "mariadb", "sqlite"]


def run(*labels: str, vendors: object = ("postgresql",), **options: object):
    result = lint.run(
        lint.Options(labels=labels, vendors=list(vendors), **options)  # type: ignore[arg-type, call-overload]
    )
    assert result.problems == []
    return result.entries


def test_same_finding_on_several_databases_is_one_entry(lab: Lab) -> None:
    lab.write([book(PLACE)], [RemoveField("Book", "series")])

    entries = run("testapp", vendors=FLAVOURS)

    assert [(each.id, each.vendors, each.message) for each in entries] == [
        (
            "E101",
            ("postgresql",),
            "Removing testapp_book.series drops UNIQUE book_place (series, number).",
        ),
        (
            "E101",
            ("mysql",),
            (
                "Removing testapp_book.series shrinks UNIQUE book_place (series, "
                "number) to UNIQUE (number)."
            ),
        ),
        (
            "E101",
            ("mariadb", "sqlite"),
            (
                "Removing testapp_book.series fails because of UNIQUE book_place "
                "(series, number)."
            ),
        ),
    ]
    assert "MariaDB 10.11 refuses" in entries[2].hint
    assert "SQLite" in entries[2].hint


def test_entry_names_file_and_line_of_the_operation(lab: Lab) -> None:
    lab.write(
        [book(PLACE)],
        [AddField("Book", "pages", integer()), RemoveField("Book", "series")],
    )

    [entry] = run("testapp", root=lab.root)

    assert entry.file == f"{lab.package}/testapp/0002_step.py"
    lines = (lab.root / entry.file).read_text().splitlines()
    assert entry.line == lines.index("        migrations.RemoveField(") + 1
    assert entry.operation == 2


def test_version_of_the_database_matters(lab: Lab) -> None:
    from django.db.models import UniqueConstraint

    nulls = UniqueConstraint(fields=["number"], nulls_distinct=False, name="nulls")
    lab.write([book()], [AddConstraint("Book", nulls)])

    assert [e.id for e in run("testapp", vendors=["postgresql:14"])] == ["E501"]
    assert run("testapp", vendors=["postgresql:15"]) == []


@pytest.mark.flavours(*FLAVOURS)
def test_removed_unique_together_does_not_crash(lab: Lab) -> None:
    """Others ask the database for the constraint's name, and find none."""
    lab.write(
        [book(together=[("series", "number")])],
        [AlterUniqueTogether("Book", set())],
    )
    before = run("testapp", vendors=FLAVOURS)

    call_command("migrate", "testapp", verbosity=0)

    assert run("testapp", vendors=FLAVOURS) == before
    assert [(each.id, each.vendors) for each in before] == [("W222", tuple(FLAVOURS))]


@pytest.mark.parametrize(
    ("vendor", "drop", "found"),
    [
        ("postgresql", "DROP CONSTRAINT testapp_book_series_number_key", "W231"),
        ("postgresql", "ALTER title SET DEFAULT ''", "E102"),
        ("mysql", "DROP INDEX series", "W231"),
        ("mysql", "ALTER title SET DEFAULT ''", "E102"),
    ],
)
def test_unique_without_a_name_is_dropped_by_the_name_that_the_server_gave(
    vendor: str, drop: str, found: str, lab: Lab
) -> None:
    made = RunSQL("ALTER TABLE testapp_book ADD UNIQUE (series, number)")
    dropped = RunSQL(f"ALTER TABLE testapp_book {drop}")
    lab.write([book(), made], [dropped, RemoveField("Book", "series")])

    assert [each.id for each in run("testapp", vendors=[vendor])] == [found]


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ([RunSQL("ALTER TABLE testapp_book DROP COLUMN author_id")], []),
        ([RunSQL("ALTER TABLE testapp_booklet DROP COLUMN author_id")], ["W503"]),
        ([AddField("Author", "born", integer(null=True))], ["W503"]),
    ],
)
def test_foreign_key_is_not_left_behind_if_sql_drops_it_later(
    later: list[Operation], found: list[str], lab: Lab
) -> None:
    lab.write(
        [create("Author"), create("Book", author=key("Author"))],
        [SeparateDatabaseAndState(state_operations=[RemoveField("Book", "author")])],
        later,
    )

    assert [each.id for each in run("testapp")] == found


def test_model_that_moves_to_another_app_leaves_no_foreign_key_behind(
    lab: Lab,
) -> None:
    lab.write([create("Author"), create("Book", author=key("Author"))])
    lab.write([SeparateDatabaseAndState(state_operations=[DeleteModel("Book")])])
    lab.write(
        Step(
            app="otherapp",
            operations=[
                SeparateDatabaseAndState(
                    state_operations=[
                        create(
                            "Book",
                            author=key("testapp.Author"),
                            options={"db_table": "testapp_book"},
                        )
                    ]
                )
            ],
        )
    )

    assert run("testapp") == []


def test_circle_of_two_apps(lab: Lab) -> None:
    lab.write(
        [create("Author", number=integer())],
        Step(
            app="otherapp",
            operations=[create("Loan", author=ForeignKey("testapp.author", CASCADE))],
        ),
        [AddField("Author", "loan", ForeignKey("otherapp.loan", CASCADE, null=True))],
    )

    [entry] = run("testapp", "otherapp")

    assert (entry.id, entry.label) == ("W227", "testapp.0003_step")
    assert entry.message.endswith(
        "(loan_id) references otherapp_loan, whose app references this one."
    )


def test_foreign_keys_in_one_direction_are_no_circle(lab: Lab) -> None:
    lab.write(
        [create("Author", number=integer())],
        Step(
            app="otherapp",
            operations=[
                create("Loan", author=ForeignKey("testapp.author", CASCADE)),
                create("Fine", author=ForeignKey("testapp.author", CASCADE)),
            ],
        ),
    )

    assert run("testapp", "otherapp") == []


def test_sql_is_unread_without_the_parser(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.write([book(NUMBER)], [RunSQL("ALTER TABLE testapp_book DROP CONSTRAINT x")])
    monkeypatch.setattr(sql, "_parser", lambda: None)
    sql.effects.cache_clear()
    try:
        [entry] = run("testapp")
    finally:
        sql.effects.cache_clear()

    assert (entry.id, entry.message) == (
        "W232",
        "This SQL could not be analyzed: ALTER TABLE testapp_book DROP CONSTRAINT x",
    )
    assert 'pip install "fkguard[lint]"' in entry.hint


def test_unused_acknowledgement_is_told(lab: Lab) -> None:
    lab.write([book(PLACE)], [RemoveField("Book", "title")])
    file = lab.root / lab.package / "testapp" / "0002_step.py"
    file.write_text(
        "from fkguard import acknowledge\n"
        + file.read_text()
        + "\n    fkguard_acknowledged = [\n"
        + '        acknowledge("E101", "book_place", reason="It is not lost."),\n'
        + "    ]\n"
    )

    [entry] = run("testapp", vendors=FLAVOURS)

    assert (entry.id, entry.message) == (
        "W006",
        "The acknowledgement of E101 for book_place matches nothing.",
    )


def test_acknowledged_loss_is_no_finding(lab: Lab) -> None:
    lab.write([book(PLACE)], [RemoveField("Book", "series")])
    file = lab.root / lab.package / "testapp" / "0002_step.py"
    file.write_text(
        "from fkguard import acknowledge\n"
        + file.read_text()
        + "\n    fkguard_acknowledged = [\n"
        + '        acknowledge("E101", "book_place", reason="Places are gone."),\n'
        + "    ]\n"
    )

    assert run("testapp", vendors=FLAVOURS) == []


def test_unapplying_is_judged_where_it_is_asked_for(lab: Lab) -> None:
    """The scenarios compare it with the guard, see `test_scenarios`."""
    lab.write(
        [book(series=integer(), title=integer())],
        [
            AlterUniqueTogether("Book", {("series", "number")}),
            AddField("Book", "number", integer()),
        ],
    )

    found = run("testapp.0002", reverse=True)

    assert [(each.id, each.direction) for each in found] == [("E101", BACKWARDS)]
    assert run("testapp.0002") == []


def test_sql_takes_back_what_it_has_made(lab: Lab) -> None:
    made = "CREATE UNIQUE INDEX by_hand ON testapp_book (number)"
    lab.write([book(NUMBER), RunSQL(made, "DROP INDEX by_hand")])

    assert run("testapp", reverse=True) == []


@pytest.mark.parametrize(
    "drop",
    [
        ["ALTER INDEX by_hand RENAME TO other", "DROP INDEX other"],
        ["DROP INDEX BY_HAND"],
        ["DROP INDEX other, by_hand"],
        ["DO $$ BEGIN EXECUTE 'DROP INDEX by_hand'; END $$"],
        ["DROP INDEX public.by_hand"],
    ],
    ids=["renamed", "case", "list", "block", "schema"],
)
def test_sql_that_names_what_sql_has_made_may_have_ended_it(
    lab: Lab, drop: list[Any]
) -> None:
    made = "CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)"
    nameless = "CREATE UNIQUE INDEX ON testapp_book (number, series)"
    lab.write(
        [book(series=integer(), number=integer()), RunSQL([made, nameless])],
        [RunSQL(drop), RunSQL("DROP INDEX testapp_book_number_series_idx")],
        [RemoveField("Book", "series")],
    )

    assert run("testapp.0003") == []


def test_latest_migrations_are_judged_on_what_all_others_leave(lab: Lab) -> None:
    """The others are walked first, wherever the chosen ones stand between them."""
    lab.write(
        [book(PLACE)],
        Step(app="otherapp", operations=[create("Loan", number=integer())]),
        [RemoveField("Book", "series")],
        Step(app="otherapp", operations=[AddField("Loan", "days", integer())]),
    )

    [entry] = run(latest=1)

    assert (entry.id, entry.label) == ("E101", "testapp.0003_step")


@pytest.mark.parametrize(
    ("statements", "vendor"),
    [
        (["ALTER TABLE testapp_book RENAME TO x"], "postgresql"),
        (["ALTER TABLE testapp_book RENAME x"], "mysql"),
        (["ALTER TABLE testapp_book RENAME COLUMN series TO x"], "sqlite"),
        (["ALTER TABLE public.testapp_book RENAME SERIES TO x"], "postgresql"),
        (["ALTER TABLE testapp_book CHANGE series x integer"], "mariadb"),
        (["CREATE OR REPLACE TABLE testapp_book (id integer)"], "mariadb"),
        (
            [
                "CREATE TABLE x AS SELECT * FROM testapp_book",
                "DROP TABLE testapp_book",
                "ALTER TABLE x RENAME TO testapp_book",
            ],
            "postgresql",
        ),
        (
            [
                "ALTER TABLE testapp_book RENAME TO x",
                "ALTER TABLE x DROP COLUMN series",
                "ALTER TABLE x RENAME TO testapp_book",
            ],
            "mysql",
        ),
    ],
)
def test_sql_that_renames_or_rebuilds_is_told(
    statements: list[Any], vendor: str, lab: Lab
) -> None:
    lab.write([book(PLACE)], [RunSQL(statements)], [RemoveField("Book", "series")])

    [entry, other] = run("testapp", vendors=[vendor])

    assert (entry.id, entry.label) == ("W232", "testapp.0002_step")
    assert "the migration state" in entry.hint
    # The next migration finds what is declared, as ever.
    assert (other.id, other.label) == ("E101", "testapp.0003_step")


def test_sql_that_renames_as_the_state_does_is_not_told(lab: Lab) -> None:
    def sql(forwards: str, backwards: str, *operations: Operation) -> RunSQL:
        return RunSQL(forwards, backwards, state_operations=operations)

    there = "ALTER TABLE testapp_book RENAME TO testapp_volume"
    back = "ALTER TABLE testapp_volume RENAME TO testapp_book"
    lab.write(
        [book(PLACE)],
        [sql(there, back, RenameModel("Book", "Volume"))],
        [
            sql(
                "ALTER TABLE testapp_volume RENAME COLUMN series TO row_number",
                "ALTER TABLE testapp_volume RENAME COLUMN row_number TO series",
                RenameField("Volume", "series", "row_number"),
            )
        ],
        [
            RunSQL("ALTER TABLE testapp_volume RENAME COLUMN title TO name"),
            SeparateDatabaseAndState(
                state_operations=[RenameField("Volume", "title", "name")]
            ),
        ],
        [
            RunSQL("DROP TABLE testapp_volume"),
            SeparateDatabaseAndState(state_operations=[DeleteModel("Volume")]),
        ],
        [RunSQL("DROP TABLE IF EXISTS testapp_book, testapp_volume, x")],
    )

    for vendor in FLAVOURS:
        entries = run("testapp", vendors=[vendor])
        assert [each for each in entries if each.id == "W232"] == []
    entries = run("testapp.0002", "testapp.0003", vendors=FLAVOURS, reverse=True)
    assert [each for each in entries if each.id == "W232"] == []


@pytest.mark.parametrize(
    "sql",
    [
        "/*!40101 SET NAMES utf8mb4 */",
        "/*!40014 SET @OLD=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=1 */",
        "/*!40000 ALTER TABLE testapp_book DISABLE KEYS */",
        "SELECT 1 /* ALTER TABLE testapp_book DROP INDEX book_place! */",
        "SELECT 1 -- /*! ALTER TABLE testapp_book DROP INDEX book_place */",
        "SELECT '/*!', 1 AS `*/ /*! drop */`",
        "ALTER TABLE testapp_book CHANGE series SERIES integer NULL",
        "ALTER TABLE testapp_book RENAME COLUMN x TO y",
        "ALTER TABLE x RENAME TO y",
    ],
)
def test_harmless_sql_is_nothing(sql: str, lab: Lab) -> None:
    lab.write([book(PLACE)], [RunSQL([sql])])

    assert run("testapp", vendors=["mysql", "mariadb"]) == []


@pytest.mark.parametrize(
    ("comment", "run_by"),
    [
        ("!", ("mysql", "mariadb")),
        ("!50000", ("mysql", "mariadb")),
        ("!80000", ("mysql",)),
        ("M!", ("mariadb",)),
        ("M!100000", ("mariadb",)),
        ("!110000", ()),
    ],
)
def test_comment_is_run_by(comment: str, run_by: tuple[str, ...], lab: Lab) -> None:
    sql = f"/*{comment} ALTER TABLE testapp_book DROP INDEX book_place */"
    lab.write([book(PLACE)], [RunSQL([sql])])

    entries = run("testapp", vendors=["mysql:8.4", "mariadb:10.11"])

    found = tuple(each.partition(":")[0] for e in entries for each in e.vendors)
    assert found == run_by


def test_set_config_switches_checks(lab: Lab) -> None:
    off = "SELECT set_config('session_replication_role', '{}', false)"
    lab.write(
        [create("Book", number=integer())],
        [RunSQL(off.format("replica"))],
        [RunSQL([off.format("replica"), off.format("origin")])],
    )

    [entry] = run("testapp")

    assert (entry.id, entry.label) == ("W235", "testapp.0002_step")


def test_schema_of_mysql_is_the_database(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.write(
        [book(PLACE)], [RunSQL("ALTER TABLE shop.testapp_book DROP COLUMN series")]
    )

    def database(name: str) -> None:
        monkeypatch.setattr(
            Offline, "server", Server(flavour="mysql", version=(8, 4), database=name)
        )

    for name, expected in (("shop", ["E101"]), ("", ["E101"]), ("other", [])):
        database(name)
        assert [e.id for e in run("testapp.0002", vendors=["mysql"])] == expected
