"""What the target would reject is reported, all of it, before a row is written."""

from __future__ import annotations

import sqlite3

import pytest
from django.core.management.base import BaseCommand, CommandError

from fkguard.copying.problems import Finding
from fkguard.copying.running import Outcome
from fkguard.management.subcommands.copy import finish
from tests.copying.stage import Stage
from tests.settings import LEG

FLAVOUR = LEG.rstrip("0123456789")
MYSQL = FLAVOUR in ("mysql", "mariadb")

#: SQL for the source -> what is found of it: id, table, column, count, samples.
Found = tuple[str, str, str, int, list[str]]
#: A UUID of version 10, for which no variant is set.
UUID10 = "000000000000a0000100000000000000"
NOT_NULL = '"notes" text NOT NULL'
BAD_ROWS: dict[str, tuple[str, Found | None]] = {
    "orphan": (
        "UPDATE stacks_loan SET reader_id = 999 WHERE id IN (1, 2)",
        ("E603", "stacks_loan", "reader_id", 2, ["999"]),
    ),
    "orphan of a join table": (
        "UPDATE stacks_book_tags SET tag_id = 'gone' WHERE id = 1",
        ("E603", "stacks_book_tags", "tag_id", 1, ["'gone'"]),
    ),
    "text where a number should be": (
        "UPDATE stacks_reader SET visits = 'many' WHERE id = 2",
        ("E604", "stacks_reader", "visits", 1, ["2"]),
    ),
    "bytes where a text should be": (
        "UPDATE stacks_author SET name = x'00ff' WHERE id = 3",
        ("E604", "stacks_author", "name", 1, ["3"]),
    ),
    "NULL": (
        "UPDATE stacks_reader SET notes = NULL WHERE id IN (4, 5)",
        ("E605", "stacks_reader", "notes", 2, ["4", "5"]),
    ),
    "long text": (
        "UPDATE stacks_book SET title = printf('%.81c', 'x') WHERE author_id = 3",
        None
        if LEG == "sqlite"
        else (
            "E606",
            "stacks_book",
            "title",
            1,
            ["'00000000000000013c6ef372fe94f82a'"],
        ),
    ),
    "large number": (
        "UPDATE stacks_reader SET visits = 70000 WHERE id = 6",
        None if LEG == "sqlite" else ("E607", "stacks_reader", "visits", 1, ["6"]),
    ),
    "large decimal": (
        "UPDATE stacks_item SET price = 123456789.5 WHERE shelf_id = 1",
        ("E607", "stacks_item", "price", 1, ["'00000000000000000000000000000000'"]),
    ),
    "infinity": (
        "UPDATE stacks_item SET weight = 9e999 WHERE shelf_id = 1",
        ("E607", "stacks_item", "weight", 1, ["'00000000000000000000000000000000'"])
        if MYSQL
        else None,
    ),
    "case": (
        "UPDATE stacks_reader SET email = 'READER1@example.com' WHERE id = 7",
        None,
    ),
    "accent": ("UPDATE stacks_shelf SET name = 'shélf 1' WHERE id = 8", None),
    "date": (
        "UPDATE stacks_author SET born = '2024-02-30' WHERE id = 9",
        ("E609", "stacks_author", "born", 1, ["9"]),
    ),
    "moment": (
        "UPDATE stacks_reader SET joined = 'yesterday' WHERE id = 10",
        ("E609", "stacks_reader", "joined", 1, ["10"]),
    ),
    "UUID": (
        "UPDATE stacks_reader SET token = 'xyz' WHERE id = 11",
        ("E609", "stacks_reader", "token", 1, ["11"]),
    ),
    "UUID of version 10": (
        f"UPDATE stacks_reader SET token = '{UUID10}' WHERE id = 19",
        ("E607", "stacks_reader", "token", 1, ["19"]) if FLAVOUR == "mariadb" else None,
    ),
    "document": (
        "UPDATE stacks_reader SET settings = '{' WHERE id = 12",
        ("E609", "stacks_reader", "settings", 1, ["12"]),
    ),
    "NUL": (
        "UPDATE stacks_author SET name = 'a' || char(0) || 'b' WHERE id = 13",
        ("E610", "stacks_author", "name", 1, ["13"])
        if FLAVOUR == "postgresql"
        else None,
    ),
    "NUL in a document": (
        """UPDATE stacks_reader SET settings = '["\\u0000"]' WHERE id = 14""",
        ("E610", "stacks_reader", "settings", 1, ["14"])
        if FLAVOUR == "postgresql"
        else None,
    ),
    "half a letter in a document": (
        """UPDATE stacks_reader SET settings = '["\\ud800"]' WHERE id = 17""",
        None
        if FLAVOUR == "sqlite"
        else ("E610", "stacks_reader", "settings", 1, ["17"]),
    ),
    "deep document": (
        f"UPDATE stacks_reader SET settings = '{'[' * 101}{']' * 101}' WHERE id = 18",
        ("E615", "stacks_reader", "settings", 1, ["18"]) if MYSQL else None,
    ),
    "no UTF-8": (
        "UPDATE stacks_note SET object_id = CAST(x'41ff' AS TEXT) WHERE id = 15",
        ("E610", "stacks_note", "object_id", 1, ["15"]),
    ),
    "negative number": (
        "UPDATE stacks_reader SET visits = -1 WHERE id = 16",
        ("E607", "stacks_reader", "visits", 1, ["16"]),
    ),
    "check": (
        "UPDATE stacks_seat SET number = -5 WHERE number = 5",
        ("E613", "stacks_seat", "number", 1, ["'hall 2', -5"]),
    ),
}
if MYSQL:
    for each, (table, column, sample) in {
        "case": ("stacks_reader", "email", "READER1@example.com"),
        "accent": ("stacks_shelf", "name", "shelf 1"),
    }.items():
        BAD_ROWS[each] = (BAD_ROWS[each][0], ("E608", table, column, 1, [sample]))


def plant(stage: Stage, *statements: str) -> None:
    """Do to the source what only a careless client can."""
    connection = sqlite3.connect(stage.source)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?",
        [NOT_NULL, NOT_NULL.removesuffix(" NOT NULL"), "stacks_reader"],
    )
    connection.commit()
    connection.close()
    connection = sqlite3.connect(stage.source)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for sql in statements:
        assert connection.execute(sql).rowcount, sql
    connection.commit()
    connection.close()


def found(report: dict) -> list[Found]:
    return [
        (
            each["id"].removeprefix("fkguard."),
            each["table"],
            ", ".join(each["columns"]),
            each["count"],
            each["samples"],
        )
        for each in report["findings"]
        if each["id"].startswith("fkguard.E")
    ]


@pytest.mark.parametrize("name", [name for name, (_, w) in BAD_ROWS.items() if w])
def test_bad_row_is_reported_before_anything_is_written(
    stage: Stage, name: str
) -> None:
    sql, wanted = BAD_ROWS[name]
    assert wanted is not None
    plant(stage, sql)
    before = stage.rows()

    report = stage.report()

    got = found(report)
    if wanted[0] == "E608":
        got = [(*each[:4], wanted[4]) for each in got]
    assert got == [wanted]
    assert stage.rows() == before
    assert report["tables"] == []


def test_everything_is_reported_at_once(stage: Stage) -> None:
    wanted = {name: w for name, (_, w) in BAD_ROWS.items() if w}
    plant(stage, *(sql for sql, _ in BAD_ROWS.values()))
    before = stage.rows()

    got = {each[:3] for each in found(stage.report())}

    assert {each[:3] for each in wanted.values()} <= got
    assert stage.rows() == before


def test_what_the_target_takes_is_no_finding(fresh: Stage) -> None:
    harmless = [sql for sql, wanted in BAD_ROWS.values() if not wanted]
    plant(fresh, *harmless, "UPDATE stacks_author SET name = '📚'")

    report = fresh.report()

    assert found(report) == []
    assert report["agrees"]


@pytest.mark.flavours("mysql", "mariadb")
def test_letter_that_the_charset_lacks_is_reported(fresh: Stage) -> None:
    [[before]] = fresh.ask(
        "SELECT CONCAT(COLUMN_TYPE, ' COLLATE ', COLLATION_NAME, ' NOT NULL') "
        "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
        "AND TABLE_NAME = 'stacks_author' AND COLUMN_NAME = 'name'"
    )
    fresh.tell(
        "ALTER TABLE stacks_author MODIFY name varchar(60) CHARACTER SET utf8mb3 "
        "NOT NULL"
    )
    plant(fresh, "UPDATE stacks_author SET name = '📚' WHERE id = 3")

    report = fresh.report()
    fresh.tell(f"ALTER TABLE stacks_author MODIFY name {before}")

    assert ("E610", "stacks_author", "name", 1, ["3"]) in found(report)


@pytest.mark.flavours("mysql", "mariadb")
def test_row_larger_than_a_packet_is_reported(stage: Stage) -> None:
    # Half of a packet: a byte is two digits on its way. The server's own limit, as
    # another run on this server would meet a limit that is set here.
    [[packet]] = stage.ask("SELECT @@GLOBAL.max_allowed_packet")
    plant(
        stage,
        f"UPDATE stacks_reader SET card = zeroblob({packet // 2}) WHERE id = 3",
    )

    report = stage.report()

    assert found(report) == [("E611", "stacks_reader", "", 1, ["3"])]


def test_orphans_are_set_to_null(fresh: Stage) -> None:
    plant(
        fresh,
        "UPDATE stacks_author SET masterpiece_id = 'gone' WHERE id = 2",
        "UPDATE stacks_author SET masterpiece_id = '' WHERE id = 4",
    )

    report = fresh.report("--on-orphan", "null")

    assert report["agrees"]
    assert [(e["value"], e["rows"], e["choice"]) for e in report["choices"]] == [
        ("''", 1, "null"),
        ("'gone'", 1, "null"),
    ]
    assert fresh.ask("SELECT masterpiece_id FROM stacks_author WHERE id IN (2, 4)") == [
        (None,),
        (None,),
    ]


def test_not_null_key_is_not_set_to_null(stage: Stage) -> None:
    plant(stage, "UPDATE stacks_loan SET reader_id = 999 WHERE id = 1")

    report = stage.report("--on-orphan", "null")

    [finding] = [e for e in report["findings"] if e["id"] == "fkguard.E603"]
    assert finding["hint"] == (
        "reader_id is NOT NULL, so only --on-orphan skip lets them pass."
    )


def test_orphans_are_skipped_with_what_references_them(fresh: Stage) -> None:
    """A book without an author goes, and with it its loans, tags and likes."""
    plant(fresh, "UPDATE stacks_book SET author_id = 999 WHERE author_id = 3")

    report = fresh.report("--on-orphan", "skip")

    assert report["agrees"]
    chosen = {(each["table"], each["column"]) for each in report["choices"]}
    assert chosen == {
        ("stacks_book", "author_id"),
        ("stacks_book_tags", "book_id"),
        ("stacks_book_similar", "from_book_id"),
        ("stacks_book_similar", "to_book_id"),
        ("stacks_loan", "book_id"),
    }
    assert fresh.ask("SELECT COUNT(*) FROM stacks_book")[0][0] == 19


def test_orphan_that_no_constraint_minds_is_no_finding(copied: Stage) -> None:
    """The key of Note.visitor has db_constraint=False."""
    assert copied.ask("SELECT COUNT(*) FROM stacks_note WHERE visitor_id = 10000000")
    assert found(copied.first) == []


# What is in the target


def test_rows_of_the_target_are_kept(fresh: Stage) -> None:
    fresh.tell("INSERT INTO stacks_author (name) VALUES ('mine')")
    before = fresh.rows()

    done = fresh.copy()

    assert done.returncode == 1
    assert (
        "fkguard.E602: stacks_author of 'new' has 1 row, which is none of the "
        "source's.\n"
        "    If migrations made these rows, replace them: --replace stacks_author. "
        "Otherwise, --append keeps them, and --truncate deletes the rows of every "
        "table.\n"
    ) in done.stdout
    assert fresh.rows() == before


def test_rows_of_the_target_make_way_where_named(fresh: Stage) -> None:
    fresh.tell("INSERT INTO stacks_author (name) VALUES ('mine')")

    assert fresh.report("--replace", "stacks_author")["agrees"]
    assert fresh.ask("SELECT 1 FROM stacks_author WHERE name = 'mine'") == []


def test_truncate_asks(stage: Stage) -> None:
    before = stage.rows()

    done = stage.copy("--truncate")

    assert done.returncode == 2
    assert stage.rows() == before


def test_truncate_begins_anew(fresh: Stage) -> None:
    assert fresh.copy().returncode == 0

    assert fresh.report("--truncate", "--no-input")["agrees"]


def test_append_keeps_rows(fresh: Stage) -> None:
    fresh.tell("INSERT INTO stacks_author (id, name) VALUES (5000, 'mine')")

    report = fresh.report("--append", "--model", "stacks.Author")

    assert report["agrees"]
    assert fresh.ask("SELECT COUNT(*) FROM stacks_author") == [(21,)]


def test_append_refuses_keys_that_are_taken(fresh: Stage) -> None:
    fresh.tell("INSERT INTO stacks_author (id, name) VALUES (3, 'mine')")

    report = fresh.report("--append", "--model", "stacks.Author")

    assert ("E608", "stacks_author", "id", 1, ["3"]) in found(report)


def test_target_without_its_migrations_is_refused(stage: Stage) -> None:
    renamed = (
        "UPDATE django_migrations SET app = '{}' "
        "WHERE app = '{}' AND name = '0002_librarian'"
    )
    stage.tell(renamed.format("gone", "stacks"))
    stage.close()

    report = stage.report()
    stage.tell(renamed.format("stacks", "gone"))

    [finding] = [e for e in report["findings"] if e["id"] == "fkguard.E601"]
    assert finding["message"] == "A migration is not applied to 'new'."


def test_table_to_replace_that_is_not_copied_is_refused(stage: Stage) -> None:
    done = stage.copy("--replace", "stacks_books")

    assert done.returncode == 2
    assert "--replace: stacks_books is no table that is copied" in done.stderr


def test_report_that_cannot_be_written_is_told_before_the_copy(stage: Stage) -> None:
    done = stage.copy("--report", str(stage.folder / "nowhere" / "report.json"))

    assert done.returncode == 2
    assert "The report cannot be written" in done.stderr


def test_options_of_every_command_may_stand_behind(stage: Stage) -> None:
    done = stage.copy("--no-color", "--verbosity", "0", "--replace", "stacks_books")

    assert done.returncode == 2
    assert "--replace" in done.stderr


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 finding blocks the copy"), (2, "2 findings block the copy")],
)
def test_findings_are_counted(number: int, said: str) -> None:
    findings = [Finding(code="E603", message="It is an orphan.")] * number
    outcome = Outcome(source="old", target="new", findings=findings)

    with pytest.raises(CommandError, match=f"^Nothing was copied: {said}.$"):
        finish(BaseCommand(), outcome, is_printed=True)


def test_dry_run_reports_and_writes_nothing(stage: Stage) -> None:
    plant(stage, *(sql for sql, _ in BAD_ROWS.values()))
    before = stage.rows()

    refused = stage.copy("--dry-run")

    assert refused.returncode == 1
    assert "fkguard.E603: stacks_loan" in refused.stdout
    assert "stacks_reader.notes: 2 rows" in refused.stdout
    assert stage.rows() == before


def test_dry_run_says_what_can_be_copied(stage: Stage) -> None:
    before = stage.rows()

    clear = stage.copy("--dry-run", "--truncate")

    assert clear.returncode == 0, clear.stderr
    assert "Dry run: " in clear.stdout
    assert "can be copied from 'default' to 'new'" in clear.stdout
    assert stage.rows() == before
    assert "fkguard_copy" not in stage.rows()


def test_each_table_is_a_line_of_a_log(fresh: Stage) -> None:
    done = fresh.copy()

    assert done.returncode == 0, done.stderr
    lines = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert sorted(lines) == sorted(n for n in fresh.rows() if n in lines)
    assert "stacks_reader: 20 rows in " in done.stderr
    assert "rows/s" in done.stdout.splitlines()[0] or "rows/s" in done.stdout


def test_verbosity_of_zero_shows_no_progress(fresh: Stage) -> None:
    done = fresh.copy("--verbosity", "0")

    assert done.returncode == 0
    assert done.stderr == ""
