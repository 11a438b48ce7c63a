"""``manage.py fkguard copy``: from an SQLite file to the leg's database, and back."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from django.db import IntegrityError

from fkguard.backends import backend_for
from fkguard.backends.base.transfer import INTEGER, NATIVE, Carried
from tests.copying.stage import Stage
from tests.settings import LEG

TABLES = 20


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of an SQLite file, as SQLite stores it."""
    connection = sqlite3.connect(path)
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite_%' AND name <> 'django_migrations'"
        )
    ]
    found = {
        name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)
        for name in tables
    }
    connection.close()
    return found


def test_everything_arrives(copied: Stage) -> None:
    report = copied.first

    assert report["agrees"]
    assert [each["agrees"] for each in report["tables"]] == [True] * TABLES
    counts = {each["table"]: each["source"]["rows"] for each in report["tables"]}
    assert copied.rows() == counts
    assert counts["stacks_book_tags"] > counts["stacks_book"] > 0


def test_everything_comes_back(copied: Stage, empty: Path) -> None:
    shutil.copy(empty, copied.back)

    report = copied.report(source="new", target="back")

    assert report["agrees"]
    before, after = rows_of(copied.source), rows_of(copied.back)
    readers = before.pop("stacks_reader"), after.pop("stacks_reader")
    assert before == after
    # Of a document the order of its keys and its spaces may change, no more.
    assert [row[:5] + row[6:] for row in readers[0]] == [
        row[:5] + row[6:] for row in readers[1]
    ]


def test_rows_that_come_later_get_new_keys(copied: Stage) -> None:
    """Sequences and AUTO_INCREMENT count on from the highest key."""
    highest = copied.ask("SELECT MAX(id) FROM stacks_author")[0][0]

    copied.tell("INSERT INTO stacks_author (name) VALUES ('new')")
    [[key]] = copied.ask("SELECT id FROM stacks_author WHERE name = 'new'")
    copied.tell("DELETE FROM stacks_author WHERE name = 'new'")

    assert key == highest + 1


def test_foreign_keys_are_enforced_afterwards(copied: Stage) -> None:
    with pytest.raises(IntegrityError):
        copied.tell(
            "INSERT INTO stacks_loan (book_id, reader_id, since) "
            "SELECT book_id, 999999, since FROM stacks_loan"
        )


def test_checks_are_off_for_a_circle_without_null_alone(copied: Stage) -> None:
    said = [e for e in copied.first["findings"] if e["id"] == "fkguard.W602"]

    if LEG.rstrip("0123456789") in ("mysql", "mariadb"):
        [found] = said
        assert found["message"] == (
            "stacks_left, stacks_right reference each other with NOT NULL keys, so "
            "foreign key checks are off while these tables are filled. Every "
            "reference is looked up afterwards."
        )
    else:
        assert said == []


def test_copy_says_what_it_leaves_out(copied: Stage) -> None:
    said = [e for e in copied.first["findings"] if e["id"] == "fkguard.W601"]

    assert {each["message"].partition(" is left out: ")[::2] for each in said} == {
        ("stacks.Novel", "it is a proxy, and its rows are those of stacks.Book."),
        ("stacks.Legacy", "it is unmanaged, so no migration makes its table."),
        ("auth.User", "stacks.Librarian is used in its place."),
    }


@pytest.mark.flavours("mysql", "mariadb")
def test_file_is_loaded_where_both_sides_allow_it(fresh: Stage) -> None:
    fresh.environment["FKGUARD_COPY_LOCAL_INFILE"] = "1"
    # It stays on: another run on this server may be at the same place.
    fresh.tell("SET GLOBAL local_infile = 1")
    try:
        report = fresh.report()
    finally:
        del fresh.environment["FKGUARD_COPY_LOCAL_INFILE"]

    assert report["way_in"] == "LOAD DATA LOCAL"
    assert report["agrees"]


def test_model_comes_with_what_it_references(fresh: Stage) -> None:
    report = fresh.report("--model", "stacks.Loan")

    assert report["agrees"]
    assert sorted(each["table"] for each in report["tables"]) == [
        "stacks_author",
        "stacks_book",
        "stacks_book_similar",
        "stacks_book_tags",
        "stacks_item",
        "stacks_loan",
        "stacks_reader",
        "stacks_shelf",
        "stacks_tag",
    ]


@pytest.mark.flavours("postgresql")
def test_array_is_carried_as_postgresql_writes_it(copied: Stage) -> None:
    transfer = backend_for(copied.connection).transfer
    array = Carried(name="words", kind=NATIVE)
    columns = [Carried(name="id", kind=INTEGER), array]
    rows = [(1, r"""{"a b",NULL,"it's \"c\\d\"",""}"""), (2, None), (3, "{}")]
    copied.tell("CREATE TEMPORARY TABLE arrays (id integer, words text[])")
    try:
        transfer.write("arrays", columns, list(zip(*rows, strict=True)))

        assert transfer.page("arrays", columns, ["id"], None, 10) == rows
    finally:
        copied.tell("DROP TABLE arrays")


def test_excluded_model_has_to_be_in_the_target(stage: Stage) -> None:
    report = stage.report("--model", "stacks.Item", "--exclude", "stacks.Shelf")

    [finding] = [e for e in report["findings"] if e["id"].startswith("fkguard.E")]
    assert (finding["id"], finding["table"], finding["columns"]) == (
        "fkguard.E614",
        "stacks_item",
        ["shelf_id"],
    )
    assert finding["hint"] == "Copy stacks.Shelf as well, or fill its table first."


def test_unknown_model_is_said(stage: Stage) -> None:
    done = stage.copy("--model", "stacks.Nothing")

    assert done.returncode == 2
    assert done.stderr == "CommandError: There is no app or model 'stacks.Nothing'.\n"


def test_password_is_in_no_message(stage: Stage) -> None:
    if LEG == "sqlite":
        done = stage.copy(target="nowhere")
        assert done.stderr == (
            "CommandError: There is no database 'nowhere' in DATABASES.\n"
        )
        return
    stage.environment["FKGUARD_COPY_PASSWORD"] = "s3cr3t-and-wrong"
    try:
        done = stage.copy()
    finally:
        del stage.environment["FKGUARD_COPY_PASSWORD"]

    assert done.returncode == 2
    assert done.stderr.startswith("CommandError: ")
    assert "s3cr3t" not in done.stdout + done.stderr
