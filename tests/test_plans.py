"""Guard every way in which a plan can be run, or not run."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection, models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext, override_settings

from fkguard.errors import Refused
from fkguard.guard import patches
from fkguard.planning import editor_calls
from fkguard.schema.constraints import ForeignKey
from tests import operations
from tests.harness import FLAVOUR, Lab, Step
from tests.scenarios.builders import create, integer, key, text, unique

BOOK = create(
    "Book",
    series=integer(),
    number=integer(),
    title=text(),
    options={"constraints": [unique("book_place", "series", "number")]},
)
SHELF = create("Shelf", room=integer(), place=integer(), label=text())
REMOVE = RemoveField("Book", "series")
HARMLESS = RemoveField("Book", "title")
#: DDL is rolled back with the migration that fails.
ROLLS_BACK = FLAVOUR in {"postgresql", "sqlite"}
DROP_BY_NAME = {
    "postgresql": "ALTER TABLE testapp_book DROP CONSTRAINT book_place",
    "mysql": "ALTER TABLE testapp_book DROP INDEX book_place",
    "mariadb": "ALTER TABLE testapp_book DROP INDEX book_place",
}


def assert_refused(lab: Lab, *change: Any, mode: str = "strict", **options: Any) -> str:
    """Assert that a plan is refused before its first statement; return the words."""
    lab.write(*change)
    outcome = lab.migrate(mode=mode, **options)
    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched, f"\n{outcome}"
    return str(outcome.error)


def assert_runs(lab: Lab, *change: Any, mode: str = "strict", **options: Any) -> None:
    """Assert that a plan runs to its end."""
    lab.write(*change)
    outcome = lab.migrate(mode=mode, **options)
    assert outcome.error is None, f"\n{outcome}"


# Options of migrate.


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_dangerous_plan_is_refused(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])

    assert "book_place" in assert_refused(lab, [REMOVE], mode=mode)


def test_harmless_plan_runs(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [HARMLESS])


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_fake_is_never_refused(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [REMOVE], mode=mode, fake=True)


def test_plan_is_shown_and_not_judged(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.write([REMOVE])

    outcome = lab.migrate(mode="strict", plan=True)

    assert outcome.error is None
    assert outcome.is_untouched
    assert "Remove field series from Book" in outcome.output


def test_fake_initial_skips_the_initial_migration(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.execute("DELETE FROM django_migrations WHERE app = 'testapp'")

    outcome = lab.migrate(mode="strict", fake_initial=True)

    assert outcome.error is None, f"\n{outcome}"
    assert "FAKED" in outcome.output


def test_fake_initial_judges_the_migrations_behind_it(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.execute("DELETE FROM django_migrations WHERE app = 'testapp'")

    text = assert_refused(lab, [REMOVE], fake_initial=True)

    assert "testapp.0002_step, operation 1" in text


def test_empty_plan_runs(lab: Lab) -> None:
    lab.apply([BOOK])

    for mode in ("strict", "auto", "warn", "off"):
        outcome = lab.migrate(mode=mode)
        assert outcome.error is None
        assert outcome.is_untouched
        assert "No migrations to apply" in outcome.output


def test_backwards_plan_is_judged(lab: Lab) -> None:
    lab.apply(
        [create("Book", number=integer(), title=text())],
        [AddField("Book", "series", integer())],
    )
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)")

    outcome = lab.migrate(("testapp", "0001_step"), mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "by_hand" in str(outcome.error)
    assert "testapp.0002_step, operation 1" in str(outcome.error)


def test_backwards_plan_that_loses_nothing_runs(lab: Lab) -> None:
    lab.apply(
        [create("Book", number=integer(), title=text())],
        [
            AddField("Book", "series", integer()),
            AddConstraint("Book", unique("book_place", "series", "number")),
        ],
    )

    for target in ("0001_step", "zero"):
        outcome = lab.migrate(("testapp", target), mode="strict")
        assert outcome.error is None, f"\n{outcome}"


def test_backwards_over_a_rename_and_a_table_runs(lab: Lab) -> None:
    lab.apply(
        [
            create(
                "Book",
                series=integer(),
                number=integer(),
                options={"unique_together": {("series", "number")}},
            ),
            create("Copy", book=key("Book")),
        ],
        [RenameField("Book", "series", "row"), AlterModelTable("Book", "volumes")],
        [AlterField("Book", "row", models.BigIntegerField(default=0))],
    )

    for target in ("0001_step", "0003_step", "zero"):
        outcome = lab.migrate(("testapp", target), mode="strict")
        assert outcome.error is None, f"\n{outcome}"


def test_every_finding_is_told_at_once(lab: Lab) -> None:
    lab.apply(
        [
            BOOK,
            create(
                "Shelf",
                room=integer(),
                place=integer(),
                options={"unique_together": {("room", "place")}},
            ),
        ],
    )

    text = assert_refused(lab, [HARMLESS, REMOVE], [RemoveField("Shelf", "room")])

    assert "testapp.0002_step, operation 2 (Remove field series from Book)" in text
    assert "testapp.0003_step, operation 1 (Remove field room from Shelf)" in text
    assert "fkguard found 2 errors; nothing was run." in text


def test_message_says_everything_that_a_reader_needs(lab: Lab) -> None:
    lab.apply([BOOK])

    text = assert_refused(lab, [HARMLESS], [HARMLESS_TWO, REMOVE])

    for part in (
        "fkguard refuses this plan on the database 'default'",
        "testapp.0003_step, operation 2",
        "fkguard.E101",
        "testapp_book",
        "book_place",
        "series",
        "number",
        "migrations.RemoveConstraint(",
        "migrations.RemoveField(",
        (
            "https://fkguard.readthedocs.io/en/latest/reference/hazards/"
            "unique_member_dropped.html"
        ),
    ):
        assert part in text, text


HARMLESS_TWO = AddField("Book", "pages", integer())


def test_non_atomic_migration_is_refused(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_refused(lab, Step(operations=[REMOVE], atomic=False))


def test_non_atomic_harmless_migration_runs(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(lab, Step(operations=[HARMLESS], atomic=False))


# Python without the command.


def test_executor_is_guarded_without_the_command(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    [key_] = lab.write([REMOVE])
    before = lab.snapshot()
    monkeypatch.setenv("FKGUARD_MODE", "strict")

    with pytest.raises(Refused, match="book_place"):
        MigrationExecutor(connection).migrate([key_])

    assert lab.snapshot() == before


def test_executor_runs_what_is_harmless(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    [key_] = lab.write([HARMLESS])
    monkeypatch.setenv("FKGUARD_MODE", "strict")

    MigrationExecutor(connection).migrate([key_])

    assert key_ in lab.snapshot().applied


def test_executor_fakes_without_a_word(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    [key_] = lab.write([REMOVE])
    monkeypatch.setenv("FKGUARD_MODE", "strict")

    MigrationExecutor(connection).migrate([key_], fake=True)

    assert key_ in lab.snapshot().applied


def rendered(*wanted: CreateModel) -> ProjectState:
    state = ProjectState()
    for each in wanted:
        each.state_forwards("testapp", state)
    return state


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_editor_outside_a_migration_refuses(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    before = lab.snapshot()
    monkeypatch.setenv("FKGUARD_MODE", mode)

    with pytest.raises(Refused, match="book_place"), connection.schema_editor() as e:
        e.remove_field(book, book._meta.get_field("series"))

    assert lab.snapshot() == before


@pytest.mark.parametrize("mode", ["strict", "auto", "warn"])
def test_editor_outside_a_migration_does_what_is_harmless(
    lab: Lab,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab.apply([BOOK])
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    monkeypatch.setenv("FKGUARD_MODE", mode)

    with connection.schema_editor() as editor:
        editor.remove_field(book, book._meta.get_field("title"))

    columns = lab.snapshot().catalogue.tables["testapp_book"].columns
    assert "title" not in {each.name for each in columns}
    assert "fkguard." not in caplog.text


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_editor_outside_a_migration_is_left_alone(
    lab: Lab,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab.apply([BOOK])
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    monkeypatch.setenv("FKGUARD_MODE", mode)

    def remove() -> None:
        with connection.schema_editor() as editor:
            editor.remove_field(book, book._meta.get_field("series"))

    if FLAVOUR in {"mariadb", "sqlite"}:
        with pytest.raises(OperationalError):
            remove()
        lab.reconnect()
    else:
        remove()

    assert ("fkguard.E101" in caplog.text) == (mode == "warn")


@pytest.mark.flavours("mariadb")
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_editor_asks_nothing_for_an_index_that_the_server_cannot_make(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([BOOK])
    book = rendered(BOOK).apps.get_model("testapp", "Book")
    index = models.Index(Upper("title"), name="book_title")
    monkeypatch.setenv("FKGUARD_MODE", mode)

    with connection.schema_editor() as editor, CaptureQueriesContext(connection) as q:
        editor.add_index(book, index)
        editor.remove_index(book, index)

    assert len(q) == 0


# Databases and routers.


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_each_database_is_judged_by_itself(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.write([REMOVE])
    lab.alias = "other"
    lab.clean()

    # Nothing is applied there: the table is made and changed in one plan.
    refused = lab.migrate(mode="strict")

    assert isinstance(refused.error, Refused), f"\n{refused}"
    assert "on the database 'other'" in str(refused.error)
    lab.clean()


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
@pytest.mark.parametrize("router", ["DefaultOnly", "NotBooks"])
def test_what_a_router_forbids_is_not_judged(lab: Lab, router: str) -> None:
    lab.alias = "other"
    lab.clean()
    lab.execute("CREATE TABLE testapp_book (series int, number int)")
    lab.execute("CREATE UNIQUE INDEX book_place ON testapp_book (series, number)")
    lab.write([BOOK], [REMOVE])

    with override_settings(DATABASE_ROUTERS=[f"tests.operations.{router}"]):
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert outcome.before.catalogue == outcome.after.catalogue
    lab.clean()


# Operations that hide what they do.


def test_separate_database_operation_is_judged(lab: Lab) -> None:
    lab.apply([BOOK])

    text = assert_refused(lab, [SeparateDatabaseAndState(database_operations=[REMOVE])])

    assert "book_place" in text


def test_separate_database_operations_see_one_another(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(
        lab,
        [
            SeparateDatabaseAndState(
                database_operations=[RemoveConstraint("Book", "book_place"), REMOVE],
                state_operations=[RemoveConstraint("Book", "book_place"), REMOVE],
            )
        ],
    )


def test_separate_state_operations_change_no_database(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [SeparateDatabaseAndState(state_operations=[REMOVE])])


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_code_that_removes_a_member_is_stopped(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    lab.write([RunPython(operations.remove_series, atomic=False)])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched, f"\n{outcome}"
    assert "refuses this operation" in str(outcome.error)
    assert "testapp.0002_step" in str(outcome.error)


def test_code_is_stopped_behind_an_operation_that_ran(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.write(
        [AddField("Book", "pages", integer()), RunPython(operations.remove_series)]
    )

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched == ROLLS_BACK, f"\n{outcome}"
    # How far it came is written down where nothing is rolled back.
    lines = ["+ column testapp_book.pages", "+ table fkguard_ledger"]
    assert outcome.changes == ([] if ROLLS_BACK else lines)


def test_code_that_removes_a_plain_column_runs(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [RunPython(operations.remove_title, atomic=False)])


def test_sql_that_drops_by_name_speaks_of_it(lab: Lab) -> None:
    lab.apply([create("Book", series=integer(), number=integer())])
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)")
    on = " ON testapp_book" if FLAVOUR in {"mysql", "mariadb"} else ""

    assert_runs(lab, [RunSQL(f"DROP INDEX by_hand{on}")])


def test_sql_that_drops_a_member_is_found_afterwards(lab: Lab) -> None:
    lab.apply([BOOK])
    if FLAVOUR in {"sqlite", "mariadb"}:
        # The server itself refuses to drop a column of a unique there.
        lab.write([RunSQL("ALTER TABLE testapp_book DROP COLUMN series")])
        outcome = lab.migrate(mode="strict")
        assert outcome.error is not None
        assert not isinstance(outcome.error, Refused)
        assert outcome.is_untouched
        return
    lab.write([RunSQL("ALTER TABLE testapp_book DROP COLUMN series")])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "book_place" in str(outcome.error)
    assert outcome.is_untouched == ROLLS_BACK


def test_sql_that_changes_a_plain_column_runs(lab: Lab) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [RunSQL("ALTER TABLE testapp_book DROP COLUMN title")])


@pytest.mark.parametrize("mode", ["strict", "auto", "warn"])
def test_sql_that_drops_the_constraint_first_is_harmless(lab: Lab, mode: str) -> None:
    if FLAVOUR == "sqlite":
        # No statement drops a constraint there; an index it can drop.
        lab.apply([create("Book", series=integer(), number=integer())])
        lab.execute("CREATE UNIQUE INDEX book_place ON testapp_book (series, number)")
        statement = "DROP INDEX book_place"
    else:
        lab.apply([BOOK])
        statement = DROP_BY_NAME[FLAVOUR]

    assert_runs(lab, [RunSQL(statement), REMOVE], mode=mode)


@pytest.mark.parametrize(
    "operation",
    [
        operations.DropColumnOf("Book", "series"),
        operations.InheritedRemoveField("Book", "series"),
        operations.LoudRemoveField("Book", "series"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_operation_of_somebody_else_is_seen_beforehand(
    lab: Lab, operation: Operation
) -> None:
    lab.apply([BOOK])

    text = assert_refused(lab, [AddField("Book", "pages", integer()), operation])

    assert "testapp.0002_step, operation 2" in text
    assert "refuses this plan" in text


@pytest.mark.parametrize(
    "kind",
    [
        operations.DropColumnOf,
        operations.AskThenDropColumnOf,
        operations.InheritedRemoveField,
        operations.LoudRemoveField,
    ],
)
def test_harmless_operation_of_somebody_else_runs(lab: Lab, kind: Any) -> None:
    lab.apply([BOOK])

    assert_runs(lab, [kind("Book", "title")])


def test_operation_that_nobody_sees_is_stopped_as_it_runs(lab: Lab) -> None:
    lab.apply([BOOK])
    lab.write([operations.AskThenDropColumnOf("Book", "series")])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "refuses this operation" in str(outcome.error)


# Models of every kind.


def test_unmanaged_model_is_not_judged(lab: Lab) -> None:
    lab.execute("CREATE TABLE outside (id int PRIMARY KEY, series int, number int)")
    lab.execute("CREATE UNIQUE INDEX by_hand ON outside (series, number)")
    lab.apply(
        [
            create(
                "Outside",
                series=integer(),
                number=integer(),
                options={"managed": False, "db_table": "outside"},
            )
        ],
    )

    assert_runs(lab, [RemoveField("Outside", "series")], [DeleteModel("Outside")])


def test_swapped_model_is_not_judged(lab: Lab) -> None:
    lab.execute("CREATE TABLE testapp_book (id int, series int, number int)")
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)")
    swapped = create(
        "Book",
        series=integer(),
        number=integer(),
        options={"swappable": "TESTAPP_BOOK_MODEL"},
    )

    with override_settings(TESTAPP_BOOK_MODEL="otherapp.Volume"):
        assert_runs(
            lab,
            [swapped],
            [RemoveField("Book", "series"), DeleteModel("Book")],
        )


CHILD = CreateModel(
    "Novel",
    [
        (
            "book_ptr",
            models.OneToOneField(
                "testapp.Book",
                models.CASCADE,
                parent_link=True,
                primary_key=True,
                auto_created=True,
                serialize=False,
            ),
        ),
        ("volume", integer()),
        ("part", integer()),
    ],
    options={"constraints": [unique("novel_place", "volume", "part")]},
    bases=("testapp.book",),
)


def test_column_of_an_inheriting_model_is_judged(lab: Lab) -> None:
    lab.apply([BOOK, CHILD])

    text = assert_refused(lab, [RemoveField("Novel", "part")])

    assert "testapp_novel" in text
    assert "novel_place" in text


def test_inheriting_models_change_and_go(lab: Lab) -> None:
    lab.apply([BOOK, CHILD])

    assert_runs(
        lab,
        [RemoveField("Book", "title"), AlterModelTable("Novel", "novels")],
        [RemoveConstraint("Novel", "novel_place"), RemoveField("Novel", "part")],
        [DeleteModel("Novel"), DeleteModel("Book")],
    )


THROUGH = (
    create("Author", name=text()),
    BOOK,
    create(
        "Writing",
        author=key("Author"),
        book=key("Book"),
        role=text(),
        options={"unique_together": {("author", "book")}},
    ),
    AddField(
        "Book",
        "authors",
        models.ManyToManyField("testapp.Author", through="testapp.Writing"),
    ),
)


def test_member_of_an_explicit_join_is_judged(lab: Lab) -> None:
    lab.apply(THROUGH)

    assert "testapp_writing" in assert_refused(lab, [RemoveField("Writing", "author")])


def test_explicit_join_goes_with_its_field(lab: Lab) -> None:
    lab.apply(THROUGH)

    assert_runs(
        lab,
        [RemoveField("Writing", "role"), RemoveField("Book", "authors")],
        [DeleteModel("Writing")],
    )


# Names.

NAMES = [
    pytest.param("Größe der Bücher", id="unicode"),
    pytest.param("it's [one]", id="apostrophe"),
    pytest.param("select", id="keyword"),
]


def named(table: str, column: str) -> CreateModel:
    return create(
        "Book",
        series=models.IntegerField(default=0, db_column=column),
        number=integer(),
        title=text(),
        options={"db_table": table, "constraints": [unique("b p", "series", "number")]},
    )


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_are_refused_by_their_names(lab: Lab, name: str) -> None:
    lab.apply([named(name, f"{name} 2")])

    text = assert_refused(lab, [REMOVE])

    assert name in text
    assert f"{name} 2" in text
    assert "b p" in text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_odd_names_pass_where_nothing_is_lost(lab: Lab, name: str, mode: str) -> None:
    lab.apply([named(name, f"{name} 2"), create("Copy", book=key("Book"))])

    assert_runs(
        lab,
        [HARMLESS, AlterField("Book", "number", models.BigIntegerField(default=0))],
        [RemoveConstraint("Book", "b p"), RenameField("Book", "series", "row")],
        [DeleteModel("Copy"), DeleteModel("Book")],
        mode=mode,
    )


@pytest.mark.parametrize("name", NAMES)
def test_auto_keeps_a_constraint_of_an_odd_name(lab: Lab, name: str) -> None:
    lab.apply([named(name, f"{name} 2")])
    lab.write(
        [
            REMOVE,
            AddField("Book", "series", integer(db_column=f"{name} 2")),
        ]
    )

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    table = outcome.after.catalogue.tables[name]
    uniques = [each for each in table.constraints if each.name == "b p"]
    assert [each.columns for each in uniques] == [(f"{name} 2", "number")]


# To MySQL and MariaDB double quotes are letters of the name, and elsewhere
# backticks are.
@pytest.mark.parametrize("table", ['"quoted books"', "`quoted books`"])
def test_table_given_in_quotes_is_judged(lab: Lab, table: str) -> None:
    lab.apply([named(table, "series")])

    assert "quoted" in assert_refused(lab, [REMOVE])


def test_table_in_another_schema_is_judged(lab: Lab) -> None:
    if FLAVOUR != "postgresql":
        # Only there does Django's way to write a schema reach another one.
        return
    lab.execute('CREATE SCHEMA "odd schema"')
    lab.apply([named('odd schema"."books', "series")])

    text = assert_refused(lab, [REMOVE])

    assert "odd schema" in text


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("type_", ["uuid", "bigint"])
def test_foreign_key_to_another_schema_is_judged(lab: Lab, type_: str) -> None:
    lab.execute(
        "CREATE SCHEMA others",
        f"CREATE TABLE others.author (id {type_} PRIMARY KEY)",
    )
    options = {"db_table": 'others"."author', "managed": False}
    author = create("Author", options=options)
    book = create("Book", author=key("Author"))

    if type_ == "uuid":
        assert "fkguard.E304" in assert_refused(lab, [author, book])
    else:
        lab.write([author, book])
        outcome = lab.migrate(mode="strict")
        assert outcome.error is None, f"\n{outcome}"


def test_name_with_a_percent_sign_is_judged(lab: Lab) -> None:
    lab.write([named("books_pct", "rate")])
    outcome = lab.migrate()
    assert outcome.error is None
    name = connection.ops.quote_name("by%hand %s")
    with lab.connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX {name} ON books_pct (title, number)", None)

    text = assert_refused(lab, [HARMLESS])

    assert "by%hand %s" in text


@pytest.mark.flavours("sqlite")
def test_foreign_key_lost_by_a_rebuild_in_sql_is_found(lab: Lab) -> None:
    lab.apply([create("Author"), create("Book", author=key("Author"))])
    lab.write(
        [
            RunSQL(
                [
                    "CREATE TABLE rebuilt (id integer PRIMARY KEY, author_id bigint)",
                    "INSERT INTO rebuilt SELECT id, author_id FROM testapp_book",
                    "DROP TABLE testapp_book",
                    "ALTER TABLE rebuilt RENAME TO testapp_book",
                ]
            )
        ]
    )

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "FOREIGN KEY (author_id)" in str(outcome.error)


def test_join_table_taken_over_without_its_pair_is_warned_of(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    many = models.ManyToManyField("testapp.Author")
    lab.apply([create("Author"), create("Book", authors=many)])
    pair = {"book": key("Book"), "author": key("Author")}
    through = create("Writing", options={"db_table": "testapp_book_authors"}, **pair)
    lab.write([SeparateDatabaseAndState(state_operations=[through])])

    outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard.W208" in caplog.text
    assert 'unique_together={("book", "author")}' in caplog.text


def test_every_call_that_is_judged_has_a_builder() -> None:
    assert set(patches.CALLS) == set(editor_calls.BUILDERS)


#: Fields whose columns differ, each as what a foreign key references.
KEYS: dict[str, models.Field] = {
    "small": models.SmallIntegerField(primary_key=True),
    "positive": models.PositiveIntegerField(primary_key=True),
    "big": models.PositiveBigIntegerField(primary_key=True),
    "serial": models.SmallAutoField(primary_key=True),
    "slug": models.SlugField(primary_key=True),
    "uuid": models.UUIDField(primary_key=True),
    "decimal": models.DecimalField(max_digits=8, decimal_places=2, primary_key=True),
    "date": models.DateField(primary_key=True),
    "moment": models.DateTimeField(primary_key=True),
    "time": models.TimeField(primary_key=True),
    "duration": models.DurationField(primary_key=True),
    "float": models.FloatField(primary_key=True),
    "truth": models.BooleanField(primary_key=True),
    "address": models.GenericIPAddressField(primary_key=True),
}


def test_keys_of_every_type_are_silent(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(
        [create(f"To{name}", key=field) for name, field in KEYS.items()],
        [
            create(
                "Book",
                options=None,
                **{name: key(f"To{name}", related_name="+") for name in KEYS},
            )
        ],
    )

    outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert caplog.text == ""
    book = outcome.after.catalogue.tables["testapp_book"]
    assert len(list(book.of(ForeignKey))) == len(KEYS)
