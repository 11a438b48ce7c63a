"""What `repair` plans and runs, on the server of this leg."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from fkguard import repair
from fkguard.backends import backend_for
from fkguard.judgement.recipes import Owed
from fkguard.recovery.editors import judging_paused
from fkguard.recovery.ledger import Ledger
from fkguard.repair import Plan
from fkguard.repair.planning import RepairPlanner
from fkguard.schema.constraints import Check, ForeignKey, Unique
from tests.drifts import AUTHOR, HERE, HISTORY, TAG, Drift, book, drop, read, the
from tests.harness import FLAVOUR, Lab, Step
from tests.scenarios.builders import create, integer, key, text, unique
from tests.test_verify import found, look, make, readd, replace_unique


def planned(lab: Lab) -> Plan:
    return repair.plan(lab.connection, ["testapp", "otherapp"])


def applied(lab: Lab) -> list[str]:
    """Apply the plan; return the statements as they were told."""
    told: list[str] = []
    repair.apply(lab.connection, planned(lab), lambda n, total, sql: told.append(sql))
    return told


def run(*arguments: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it printed."""
    output = io.StringIO()
    status: Any = 0
    try:
        call_command("fkguard", "repair", *arguments, stdout=output, no_color=True)
    except SystemExit as error:
        status = error.code
    return status, output.getvalue()


# The ten drifts.


@pytest.mark.parametrize("drift", HERE, ids=str)
def test_drift_is_closed(lab: Lab, drift: Drift) -> None:
    make(lab, *HISTORY)
    drift.inject(lab)

    status, output = run("testapp", "--apply", "--no-input")

    assert status == 0, output
    assert found(look(lab)) == []
    assert run("testapp") == (
        0,
        output.splitlines()[0].replace("1 to", "0 to").replace("2 to", "0 to") + "\n",
    )
    if not (drift.name == "narrow_column" and FLAVOUR == "postgresql"):
        assert lab.is_enforced(*drift.violation)


def test_ten_drifts_are_closed_at_once(lab: Lab) -> None:
    make(lab, *HISTORY)
    for drift in HERE:
        drift.inject(lab)

    told = applied(lab)

    # One rebuild of a table of SQLite makes all that the table lacks.
    assert len(told) == 3 if FLAVOUR == "sqlite" else len(told) >= len(HERE)
    assert found(look(lab)) == []
    assert planned(lab).steps == []


def test_repaired_schema_takes_the_next_migration(lab: Lab) -> None:
    """What was made again is found by the operations that remove it."""
    from django.db.migrations.operations import (
        AlterField,
        AlterUniqueTogether,
        RemoveConstraint,
        RemoveField,
    )

    make(lab, *HISTORY)
    for drift in HERE:
        drift.inject(lab)
    applied(lab)

    outcome = lab.migrate(
        lab.write(
            [
                RemoveConstraint("Book", "book_place"),
                RemoveConstraint("Book", "book_pages"),
                AlterUniqueTogether("Book", set()),
                AlterField("Book", "title", text()),
                RemoveField("Book", "author"),
                RemoveField("Passport", "author"),
                RemoveField("Book", "tags"),
            ]
        )[-1]
    )

    assert outcome.error is None, outcome
    assert found(look(lab)) == []


def test_clean_schema_needs_nothing(lab: Lab) -> None:
    make(lab, *HISTORY)

    plan = planned(lab)

    assert (plan.steps, plan.left) == ([], [])


# The plan.


def test_plan_changes_nothing(lab: Lab) -> None:
    make(lab, *HISTORY)
    for drift in HERE:
        drift.inject(lab)
    before = lab.snapshot()

    with CaptureQueriesContext(lab.connection) as queries:
        status, output = run("testapp")

    assert status == 1
    assert output.endswith("\nNothing was run. `--apply` runs it.\n")
    assert lab.snapshot() == before
    said = {each["sql"].split()[0].upper() for each in queries.captured_queries}
    assert said <= {"SELECT", "WITH", "SHOW", "PRAGMA", "BEGIN", "COMMIT"}


def test_plan_shows_statement_rows_and_locks(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "series", "number")(lab)

    _, output = run("testapp")

    server = backend_for(lab.connection).introspection.server().describe()
    name = re.search(r"testapp_book_series_number_\w+_uniq", output)
    assert name is not None
    quote = backend_for(lab.connection).statements.name
    columns = f"{quote('series')}, {quote('number')}"
    table, index = quote("testapp_book"), quote(name[0])
    locks, *statements = {
        "postgresql": (
            (
                "the index is built while others write (SHARE UPDATE EXCLUSIVE); then "
                "ACCESS EXCLUSIVE for a moment"
            ),
            f"CREATE UNIQUE INDEX CONCURRENTLY {index} ON {table} ({columns})",
            f"ALTER TABLE {table} ADD CONSTRAINT {index} UNIQUE USING INDEX {index}",
        ),
        "sqlite": (
            "the whole database, while the index is built",
            f"CREATE UNIQUE INDEX {index} ON {table} ({columns})",
        ),
    }.get(
        FLAVOUR,
        (
            "the index is built while others write (ALGORITHM=INPLACE)",
            f"ALTER TABLE {table} ADD UNIQUE INDEX {index} ({columns})",
        ),
    )
    assert output.splitlines() == [
        f"default ({server}): 1 to repair.",
        "",
        "1. UNIQUE (series, number) of testapp_book",
        "   rows: no duplicates",
        f"   locks: {locks}",
        *(f"   {each};" for each in statements),
        "",
        "Nothing was run. `--apply` runs it.",
    ]


@pytest.mark.flavours("postgresql")
def test_foreign_key_and_check_are_validated_afterwards(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    drop(Check, "testapp_book", "pages")(lab)

    statements = [each.statements for each in planned(lab).steps]

    [[check, validate_check], [key_, validate_key]] = statements
    assert check == (
        'ALTER TABLE "testapp_book" ADD CONSTRAINT "book_pages" CHECK ("pages" >= 0) '
        "NOT VALID"
    )
    assert validate_check == (
        'ALTER TABLE "testapp_book" VALIDATE CONSTRAINT "book_pages"'
    )
    assert key_.endswith(
        'FOREIGN KEY ("author_id") REFERENCES "testapp_author" ("id") DEFERRABLE '
        "INITIALLY DEFERRED NOT VALID"
    )
    assert validate_key.startswith('ALTER TABLE "testapp_book" VALIDATE CONSTRAINT ')


@pytest.mark.flavours("mysql", "mariadb")
def test_foreign_key_takes_a_new_name_where_its_own_is_taken(lab: Lab) -> None:
    make(lab, *HISTORY)
    name = the(read(lab, "testapp_book"), ForeignKey, "author_id").name
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    lab.execute(
        f"ALTER TABLE testapp_note ADD CONSTRAINT `{name}` FOREIGN KEY (id) "
        "REFERENCES testapp_tag (id)"
    )

    applied(lab)

    assert the(read(lab, "testapp_book"), ForeignKey, "author_id").name == f"{name}_2"
    assert [each[0] for each in found(look(lab))] == ["W710"]


# Keys that a foreign key with to_field references.

REFERENCED = [
    create("City", code=text(unique=True)),
    create("Country", code=text(unique=True)),
    create(
        "Address",
        city=key("City", to_field="code"),
        country=key("Country", to_field="code"),
    ),
]
STAY = create("Stay", city=key("testapp.City", to_field="code"))
ROWS = (
    "INSERT INTO testapp_city (code) VALUES ('a')",
    "INSERT INTO testapp_country (code) VALUES ('a')",
    "INSERT INTO testapp_address (city_id, country_id) VALUES ('a', 'a')",
)


def without_keys(lab: Lab) -> None:
    """Drop two foreign keys, and the unique that each of them references."""
    make(lab, REFERENCED)
    for name in ("city", "country"):
        drop(ForeignKey, "testapp_address", f"{name}_id")(lab)
    for name in ("city", "country"):
        drop(Unique, f"testapp_{name}", "code")(lab)


def uniques(lab: Lab, table: str) -> list[Unique]:
    return [each for each in read(lab, table).of(Unique) if each.columns == ("code",)]


def test_unique_that_a_foreign_key_needs_is_made_once(lab: Lab) -> None:
    without_keys(lab)
    lab.execute(*ROWS)

    plan = planned(lab)
    made = [each.makes for each in plan.steps if isinstance(each.makes, Unique)]
    status, output = run("testapp", "--apply", "--no-input")

    assert status == 0, output
    assert plan.left == []
    assert [each.columns for each in made] == [("code",), ("code",)]
    for name in ("city", "country"):
        [there] = uniques(lab, f"testapp_{name}")
        assert re.fullmatch(rf"testapp_{name}_code_\w+_uniq", there.name)
        assert lab.is_enforced(f"INSERT INTO testapp_{name} (code) VALUES ('a')")
    assert found(look(lab)) == []
    assert planned(lab).steps == []


def test_unique_of_a_declared_name_is_made_under_it(lab: Lab) -> None:
    make(
        lab,
        [
            create(
                "City", code=text(), options={"constraints": [unique("by_us", "code")]}
            ),
            create("Address", city=key("City", to_field="code")),
        ],
    )
    drop(ForeignKey, "testapp_address", "city_id")(lab)
    drop(Unique, "testapp_city", "code")(lab)

    assert run("testapp", "--apply", "--no-input")[0] == 0

    assert [each.name for each in uniques(lab, "testapp_city")] == ["by_us"]
    assert found(look(lab)) == []


def test_rows_in_the_way_of_a_unique_keep_what_needs_it_back(lab: Lab) -> None:
    without_keys(lab)
    lab.execute(*ROWS, ROWS[0])

    status, output = run("testapp", "--apply", "--no-input")

    assert status == 1
    assert "   blocked by: 1 key that more than one row has\n     (a): 2 rows\n" in (
        output
    )
    assert (
        "   blocked by: UNIQUE (code) of testapp_city, which it references, is left out"
    ) in output
    # SQLite builds a table again with all its foreign keys, or not at all.
    kept = ["city_id", *(["country_id"] if FLAVOUR == "sqlite" else [])]
    assert [each[2] for each in found(look(lab)) if each[0] == "E702"] == [
        "UNIQUE (code)",
        *(
            f"FOREIGN KEY ({each}) REFERENCES testapp_{each[:-3]} (code)"
            for each in kept
        ),
    ]
    lab.execute("DELETE FROM testapp_city WHERE id = 2")
    assert run("testapp", "--apply", "--no-input")[0] == 0
    assert found(look(lab)) == []


def test_unique_of_another_app_has_the_name_that_django_makes_up(lab: Lab) -> None:
    make(lab, REFERENCED[:2])
    make(lab, Step(app="otherapp", operations=[STAY]))
    drop(ForeignKey, "otherapp_stay", "city_id")(lab)
    drop(Unique, "testapp_city", "code")(lab)

    assert run("otherapp", "--apply", "--no-input")[0] == 0

    [there] = uniques(lab, "testapp_city")
    assert re.fullmatch(r"testapp_city_code_\w+_uniq", there.name)
    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql")
def test_index_of_a_key_is_finished_before_the_foreign_key(lab: Lab) -> None:
    without_keys(lab)
    lab.execute(*ROWS, ROWS[0])
    with pytest.raises(Exception, match="could not create unique index"):
        lab.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON testapp_city (code)")
    lab.reconnect()
    lab.execute("DELETE FROM testapp_city WHERE id = 2")

    assert run("testapp", "--apply", "--no-input")[0] == 0

    assert [each.name for each in uniques(lab, "testapp_city")] == ["i"]
    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql")
def test_key_and_type_are_planned_at_once(lab: Lab) -> None:
    make(lab, [create("City", code=integer(unique=True)), STAY])
    drop(ForeignKey, "testapp_stay", "city_id")(lab)
    drop(Unique, "testapp_city", "code")(lab)
    lab.execute("ALTER TABLE testapp_stay ALTER COLUMN city_id TYPE varchar(30)")

    assert run("testapp", "--apply", "--no-input")[0] == 0

    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize(
    ("value", "obstacle"),
    [
        ("99", "1 row references nothing"),
        (
            "x",
            'the rows could not be checked: invalid input syntax for type integer: "x"',
        ),
    ],
)
def test_rows_of_another_type_are_compared_as_the_referenced_one(
    value: str, obstacle: str, lab: Lab
) -> None:
    make(lab, [create("City", code=integer(unique=True)), STAY])
    drop(ForeignKey, "testapp_stay", "city_id")(lab)
    lab.execute(
        "ALTER TABLE testapp_stay ALTER COLUMN city_id TYPE varchar(30)",
        f"INSERT INTO testapp_stay (city_id) VALUES ('{value}')",
    )

    [step] = [each for each in planned(lab).steps if each.makes]

    assert step.obstacle == obstacle


# Rows that stand in the way.


@pytest.mark.parametrize(
    ("drift", "obstacle", "sample"),
    [
        ("unique_field", "1 key that more than one row has", "(x): 2 rows"),
        ("foreign_key", "1 row references nothing", "(99): 1 row"),
        ("check", "1 row that breaks it", "(1)"),
    ],
)
def test_rows_in_the_way_are_shown_and_kept(
    lab: Lab, drift: str, obstacle: str, sample: str
) -> None:
    [each] = [d for d in HERE if d.name == drift]
    make(lab, *HISTORY)
    each.inject(lab)
    assert lab.failing(*each.violation) is None
    before = lab.snapshot()

    status, output = run("testapp", "--apply", "--no-input")

    assert status == 1
    assert f"   blocked by: {obstacle}\n     {sample}\n" in output
    assert lab.snapshot() == before
    with lab.connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM testapp_book")
        assert cursor.fetchone()[0] == sum("testapp_book" in v for v in each.violation)


def test_what_is_in_the_way_of_one_keeps_no_other_back(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "title")(lab)
    drop(Unique, "testapp_passport", "author_id")(lab)
    lab.execute(AUTHOR.format(1), book(1, title="x"), book(2, title="x"))

    status, output = run("testapp", "--apply", "--no-input")

    assert output.endswith("Done; 1 is left, as shown above.\n")
    assert status == 1
    assert found(look(lab)) == [("E702", "testapp_book", "UNIQUE (title)")]
    lab.execute("DELETE FROM testapp_book WHERE id = 2")
    assert run("testapp", "--apply", "--no-input")[0] == 0
    assert found(look(lab)) == []


@pytest.mark.flavours("mysql", "mariadb")
def test_duplicates_under_the_new_collation_are_found(lab: Lab) -> None:
    make(
        lab,
        [
            create("Owner", code=text(unique=True)),
            create("Item", owner=key("Owner", to_field="code", unique=True)),
        ],
    )
    drop(ForeignKey, "testapp_item", "owner_id")(lab)
    lab.execute(
        "ALTER TABLE testapp_item MODIFY owner_id varchar(30) CHARACTER SET utf8mb4 "
        "COLLATE utf8mb4_bin NOT NULL",
        "ALTER TABLE testapp_owner MODIFY code varchar(30) CHARACTER SET utf8mb4 "
        "COLLATE utf8mb4_general_ci NOT NULL",
        "INSERT INTO testapp_owner (code) VALUES ('a')",
        "INSERT INTO testapp_item (owner_id) VALUES ('a'), ('A')",
    )

    plan = planned(lab)

    assert [each.obstacle for each in plan.steps] == [
        "1 key that more than one row has under utf8mb4_general_ci",
        "",
    ]
    lab.execute("DELETE FROM testapp_item WHERE owner_id = BINARY 'A'")
    applied(lab)
    assert found(look(lab)) == []


# Other findings.


def test_weaker_unique_of_somebody_else_stays(lab: Lab) -> None:
    make(lab, *HISTORY)
    replace_unique(lab, "testapp_book", ("shelf", "place"), "shelf", "place", "number")

    applied(lab)

    assert found(look(lab)) == []
    assert read(lab, "testapp_book").named("by_hand") is not None


def test_weaker_unique_of_the_declared_name_gives_way(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "series", "number")(lab)
    name = planned(lab).steps[0].makes.name  # type: ignore[union-attr]
    quoted = backend_for(lab.connection).statements.name(name)
    lab.execute(f"CREATE UNIQUE INDEX {quoted} ON testapp_book (series, number, pages)")
    assert [each[0] for each in found(look(lab))] == ["E703"]

    applied(lab)

    assert found(look(lab)) == []
    assert read(lab, "testapp_book").named(name).columns == (  # type: ignore[union-attr]
        "series",
        "number",
    )
    assert Ledger(lab.connection).owed() == []


def test_other_check_of_the_declared_name_gives_way(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    if FLAVOUR == "sqlite":
        from tests.drifts import rebuild

        rebuild(
            lab,
            "testapp_book",
            lambda sql: sql[:-1] + ", CONSTRAINT book_pages CHECK (pages >= -7))",
        )
    else:
        lab.execute(
            "ALTER TABLE testapp_book ADD CONSTRAINT book_pages CHECK (pages >= -7)"
        )
    assert [each[0] for each in found(look(lab))] == ["E703"]

    applied(lab)

    assert found(look(lab)) == []
    assert len([*read(lab, "testapp_book").of(Check)]) == 1


def test_foreign_key_of_somebody_else_stays(lab: Lab) -> None:
    make(lab, *HISTORY)
    readd(lab, "testapp_author", " ON DELETE CASCADE")

    applied(lab)

    left = found(look(lab))
    if FLAVOUR == "sqlite":
        # It keeps the only one in the table, where Django has made it.
        assert left == []
    else:
        assert [each[0] for each in left] == ["W710"]
        assert planned(lab).left[0][1] == "fkguard only drops what it created itself"


@pytest.mark.flavours("postgresql", "mysql", "mariadb")
def test_foreign_key_of_django_gives_way(lab: Lab) -> None:
    """AUTH_USER_MODEL changed: Django itself named the foreign key that is there."""
    from fkguard import compat

    make(lab, *HISTORY)
    editor = lab.connection.SchemaEditorClass(lab.connection)
    name = compat.index_name(
        editor, "testapp_book", ["author_id"], "_fk_testapp_tag_id"
    )
    readd(lab, "testapp_tag")
    [there] = [
        each
        for each in read(lab, "testapp_book").of(ForeignKey)
        if each.columns == ("author_id",)
    ]
    statements = backend_for(lab.connection).statements
    lab.execute(*statements.rename("testapp_book", there, name))

    applied(lab)

    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql")
def test_what_is_not_valid_is_validated(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    lab.execute(
        AUTHOR.format(1),
        book(1, pages=-1),
        "ALTER TABLE testapp_book ADD CONSTRAINT c CHECK (pages >= 0) NOT VALID",
    )

    [step] = planned(lab).steps
    assert step.obstacle == "1 row that breaks it"
    lab.execute("UPDATE testapp_book SET pages = 1")
    [step] = planned(lab).steps
    assert step.statements == ['ALTER TABLE "testapp_book" VALIDATE CONSTRAINT "c"']
    applied(lab)

    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql")
def test_index_that_was_not_finished_is_finished(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "series", "number")(lab)
    lab.execute(AUTHOR.format(1), book(1, series="x"), book(2, series="x"))
    with pytest.raises(Exception, match="could not create unique index"):
        lab.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY i ON testapp_book (series, number)"
        )
    lab.reconnect()
    lab.execute("DELETE FROM testapp_book WHERE id = 2")
    assert [each[0] for each in found(look(lab))] == ["E704"]

    assert applied(lab) == ['REINDEX INDEX CONCURRENTLY "i"']

    assert found(look(lab)) == []


@pytest.mark.flavours("mysql", "postgresql18")
def test_check_that_is_not_enforced(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    lab.execute(
        "ALTER TABLE testapp_book ADD CONSTRAINT c CHECK (pages >= 0) NOT ENFORCED"
    )

    applied(lab)

    assert found(look(lab)) == []
    assert lab.is_enforced(AUTHOR.format(1), book(1, pages=-1))


def test_what_nobody_can_close_is_left_with_its_reason(lab: Lab) -> None:
    lab.write([create("Author", name=text())])
    lab.migrate(fake=True)

    status, output = run("testapp", "--apply", "--no-input")

    assert status == 1
    assert output.splitlines()[1:] == [
        "",
        "Not changed:",
        (
            "  The table testapp_author is missing, which testapp.Author declares. "
            "(fkguard does not create tables or columns.)"
        ),
    ]


@pytest.mark.flavours("sqlite")
def test_rebuild_keeps_indexes_and_triggers_that_nothing_declares(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    lab.execute(
        "CREATE UNIQUE INDEX by_hand ON testapp_book (pages)",
        "CREATE TRIGGER t AFTER INSERT ON testapp_book BEGIN SELECT 1; END",
        AUTHOR.format(1),
        book(1),
        TAG,
        "INSERT INTO testapp_book_tags (book_id, tag_id) VALUES (1, 1)",
    )

    applied(lab)

    table = read(lab, "testapp_book")
    assert found(look(lab)) == [("W710", "testapp_book", "UNIQUE (pages)")]
    assert table.named("by_hand") is not None
    assert table.named("t") is not None
    with lab.connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM testapp_book_tags")
        assert cursor.fetchone() == (1,)


@pytest.mark.flavours("sqlite")
def test_rebuild_that_would_lose_a_constraint_is_refused(lab: Lab) -> None:
    from tests.drifts import rebuild

    make(lab, *HISTORY)
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    rebuild(
        lab, "testapp_book", lambda sql: sql[:-1] + ", CONSTRAINT c CHECK (place < 9))"
    )

    plan = planned(lab)

    assert plan.steps == []
    assert (
        "the table has to be built again, which would lose CHECK (place < 9), which "
        "nothing declares"
    ) in [reason for _, reason in plan.left]


# The ledger.


def test_owed_constraint_is_made_and_struck(lab: Lab) -> None:
    make(lab, *HISTORY)
    unique = the(read(lab, "testapp_book"), Unique, "series", "number")
    drop(Unique, "testapp_book", "series", "number")(lab)
    owe(lab, unique)

    assert run("testapp", "--apply", "--no-input")[0] == 0

    assert found(look(lab)) == []
    assert Ledger(lab.connection).owed() == []


def test_owed_constraint_that_nothing_declares_is_made(lab: Lab) -> None:
    make(lab, *HISTORY)
    unique = Unique(name="by_hand", columns=("name",), is_index=True)
    owe(lab, unique, table="testapp_tag")

    assert run("testapp", "--apply", "--no-input")[0] == 0

    assert read(lab, "testapp_tag").named("by_hand") is not None
    assert Ledger(lab.connection).owed() == []


def test_owed_constraint_that_is_back_is_struck(lab: Lab) -> None:
    make(lab, *HISTORY)
    owe(lab, the(read(lab, "testapp_book"), Unique, "series", "number"))

    assert applied(lab) == []

    assert Ledger(lab.connection).owed() == []


def owe(lab: Lab, constraint: Any, table: str = "testapp_book") -> None:
    ledger = Ledger(lab.connection)
    with lab.connection.schema_editor() as editor, judging_paused(editor):
        ledger.create(editor)
    ledger.write(
        Owed(table=table, constraint=constraint, is_known=True, origin="testapp.0001")
    )


@pytest.mark.flavours("mysql", "mariadb")
def test_foreign_key_that_is_away_is_in_the_ledger(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed between two statements leaves nothing forgotten."""
    make(lab, *HISTORY)
    lab.execute("SET foreign_key_checks = 0")
    drop(ForeignKey, "testapp_loan", "book_id")(lab)
    lab.execute(
        "ALTER TABLE testapp_loan MODIFY book_id int NOT NULL",
        "CREATE TABLE outside (id int PRIMARY KEY, UNIQUE (id))",
        "ALTER TABLE testapp_loan ADD COLUMN other int",
    )
    lab.execute("SET foreign_key_checks = 1")
    lab.execute(
        "ALTER TABLE testapp_loan ADD CONSTRAINT by_hand FOREIGN KEY (book_id) "
        "REFERENCES outside (id)"
    )

    def killed(number: int, total: int, statement: str) -> None:
        if "MODIFY" in statement:
            raise KeyboardInterrupt

    plan = planned(lab)
    step = plan.steps[0]
    assert [each.constraint.name for each in step.away] == ["by_hand"]
    with pytest.raises(KeyboardInterrupt):
        repair.apply(lab.connection, plan, killed)

    assert [each.constraint.name for each in Ledger(lab.connection).owed()] == [
        "by_hand"
    ]


# Failures.


def test_stops_at_the_first_failure_and_goes_on_later(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "series", "number")(lab)
    drop(Unique, "testapp_passport", "author_id")(lab)
    right = RepairPlanner.plan

    def plan(self: Any) -> Plan:
        made = right(self)
        made.steps[1].statements[:] = ["SELECT nothing FROM nowhere"]
        return made

    with monkeypatch.context() as patched:
        patched.setattr(RepairPlanner, "plan", plan)
        status, output = run("testapp", "--apply", "--no-input")

    assert status == 1
    assert "Failed: " in output
    assert "nowhere" in output
    assert len(found(look(lab))) == 1
    assert run("testapp", "--apply", "--no-input")[0] == 0
    assert found(look(lab)) == []


@pytest.mark.flavours("mysql", "mariadb", "sqlite")
def test_session_without_checks_is_refused(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    word = "PRAGMA foreign_keys" if FLAVOUR == "sqlite" else "SET foreign_key_checks"
    lab.execute(f"{word} = 0")
    try:
        with pytest.raises(
            CommandError, match="foreign key checks are off in this session"
        ) as error:
            run("testapp", "--apply", "--no-input")
    finally:
        lab.execute(f"{word} = 1")

    assert error.value.returncode == 2
    assert "E702" in {each[0] for each in found(look(lab))}


def test_asks_before_it_begins(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_passport", "author_id")(lab)
    asked: list[str] = []

    def answer(text_: str) -> Any:
        def ask(question: str) -> str:
            asked.append(question)
            return text_

        return ask

    with pytest.raises(CommandError, match="no terminal to ask on"):
        run("testapp", "--apply")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer("no"))
    with pytest.raises(CommandError, match="Nothing was run"):
        run("testapp", "--apply")
    assert len(found(look(lab))) == 1
    monkeypatch.setattr("builtins.input", answer("yes"))
    status, output = run("testapp", "--apply")

    assert status == 0
    count = 2 if FLAVOUR == "postgresql" else 1
    assert asked == [f"Run {count} statements on 'default'? [yes/no] "] * 2
    assert f"{count}/{count} " in output
    assert found(look(lab)) == []


def test_transaction_of_a_caller_is_refused(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_passport", "author_id")(lab)

    with (
        transaction.atomic(),
        pytest.raises(repair.Unsafe, match="transaction is open"),
    ):
        applied(lab)
