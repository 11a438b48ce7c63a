"""Operations that fail midway where DDL is not rolled back (H21, H22)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.db import OperationalError, connection
from django.db.migrations import AddConstraint, AddField, AlterField, RunPython, RunSQL
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations import AlterUniqueTogether
from django.test.utils import override_settings

from fkguard.checks import check_databases
from fkguard.errors import Refused
from fkguard.judgement.recipes import Owed
from fkguard.recovery.claim import claim_for
from fkguard.recovery.ledger import Ledger, Progress
from fkguard.schema.constraints import ForeignKey
from tests import operations
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, text, unique

pytestmark = [
    pytest.mark.flavours("mysql", "mariadb"),
    pytest.mark.usefixtures("uncounted_rows"),
]

each_guard = pytest.mark.parametrize("mode", ["auto", "strict"])

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author", null=True), number=integer())
REQUIRED = AlterField("Book", "author", key("Author"))
NULL_ROW = "INSERT INTO testapp_book (number) VALUES (1)"
ORPHAN = "INSERT INTO testapp_book (author_id, number) VALUES (7, 1)"


def notes(error: BaseException | None) -> str:
    return "\n".join(getattr(error, "__notes__", []))


def fail_on_null(lab: Lab, mode: str) -> BaseException:
    lab.apply([AUTHOR, BOOK])
    lab.execute(NULL_ROW)
    lab.write([REQUIRED])
    outcome = lab.migrate(mode=mode)
    assert outcome.error is not None
    return outcome.error


def test_without_the_guard_the_second_run_passes_without_the_key(lab: Lab) -> None:
    error = fail_on_null(lab, "off")

    assert "1138" in str(error) or "1265" in str(error)
    lab.execute("DELETE FROM testapp_book")
    assert lab.migrate(mode="off").error is None
    assert not lab.is_enforced(ORPHAN)


@each_guard
def test_foreign_key_is_put_back_before_the_error_is_told(lab: Lab, mode: str) -> None:
    error = fail_on_null(lab, mode)

    assert type(error).__name__ in {"OperationalError", "DataError", "IntegrityError"}
    assert lab.is_enforced(ORPHAN)
    [foreign_key] = lab.snapshot().catalogue.tables["testapp_book"].of(ForeignKey)
    assert notes(error).splitlines()[:2] == [
        "fkguard restored the constraints that the failed operation had dropped:",
        (
            f"- FOREIGN KEY {foreign_key.name} of testapp_book (author_id) "
            "REFERENCES testapp_author (id)"
        ),
    ]
    assert Ledger(connection).owed() == []


@each_guard
def test_second_run_does_what_the_first_should_have(lab: Lab, mode: str) -> None:
    fail_on_null(lab, mode)
    lab.execute("DELETE FROM testapp_book")

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.is_enforced(ORPHAN)
    assert not Ledger(connection).outstanding()
    assert lab.missing() == []


@each_guard
def test_unique_is_put_back_where_its_successor_has_duplicates(
    lab: Lab, mode: str
) -> None:
    lab.apply(
        [
            create(
                "Book",
                series=integer(),
                number=integer(),
                options={"unique_together": {("series", "number")}},
            )
        ],
    )
    lab.execute(
        "INSERT INTO testapp_book (series, number) VALUES (1, 1)",
        "INSERT INTO testapp_book (series, number) VALUES (1, 2)",
    )
    lab.write([AlterUniqueTogether("Book", {("series",)})])

    outcome = lab.migrate(mode=mode)

    assert "1062" in str(outcome.error)
    assert "restored the constraints" in notes(outcome.error)
    assert lab.is_enforced("INSERT INTO testapp_book (series, number) VALUES (1, 2)")


@each_guard
def test_migration_goes_on_behind_what_is_done(lab: Lab, mode: str) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.execute(NULL_ROW)
    lab.write(
        [
            AddField("Book", "pages", integer(db_index=True)),
            create("Loan", book=key("Book"), pages=integer(unique=True)),
            AddField("Book", "editor", key("Author", null=True, related_name="+")),
            REQUIRED,
        ]
    )
    failed = lab.migrate(mode=mode)
    assert "It stopped at operation 4" in notes(failed.error)
    lab.execute("DELETE FROM testapp_book")

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert lab.is_enforced("INSERT INTO testapp_loan (book_id, pages) VALUES (7, 1)")
    assert not Ledger(connection).outstanding()
    assert lab.missing() == []


@each_guard
def test_everything_queued_is_made_where_one_of_it_fails(lab: Lab, mode: str) -> None:
    """The first foreign key of two meets an orphan when it is made, at the end."""
    lab.apply([AUTHOR, create("Tag", name=text())])
    lab.write(
        [
            create("Book", author=key("Author"), tag=key("Tag"), number=integer()),
            RunPython(operations.add_orphan),
        ]
    )

    failed = lab.migrate(mode=mode)

    assert "1452" in str(failed.error)
    assert lab.is_enforced(
        "INSERT INTO testapp_author (id, name) VALUES (1, '')",
        "INSERT INTO testapp_book (author_id, tag_id, number) VALUES (1, 9, 1)",
    )
    lab.execute("DELETE FROM testapp_book")
    outcome = lab.migrate(mode=mode)
    assert outcome.error is None, f"\n{outcome}"
    assert not Ledger(connection).outstanding()
    # The tag is there since the first run.
    assert lab.is_enforced(
        "INSERT INTO testapp_book (author_id, tag_id, number) VALUES (9, 1, 1)"
    )
    assert lab.missing() == []


def test_without_the_guard_everything_queued_is_lost(lab: Lab) -> None:
    lab.apply([AUTHOR, create("Tag", name=text())])
    lab.write(
        [
            create("Book", author=key("Author"), tag=key("Tag"), number=integer()),
            RunPython(operations.add_orphan),
        ]
    )

    failed = lab.migrate(mode="off")

    assert "1452" in str(failed.error)
    lab.execute("DELETE FROM testapp_book")
    assert "1050" in str(lab.migrate(mode="off").error)
    assert (
        lab.failing(
            "INSERT INTO testapp_author (id, name) VALUES (1, '')",
            "INSERT INTO testapp_book (author_id, tag_id, number) VALUES (1, 9, 1)",
        )
        is None
    )


@each_guard
def test_name_that_is_taken_is_never_passed_over(lab: Lab, mode: str) -> None:
    """An index of the name is not the unique, however often the run is repeated."""
    lab.apply([create("Book", series=integer(), number=integer())])
    lab.execute("CREATE INDEX one ON testapp_book (number)")
    lab.write(
        [
            AddField("Book", "pages", integer()),
            AddConstraint("Book", unique("one", "series")),
        ]
    )

    for _ in range(3):
        assert "1061" in str(lab.migrate(mode=mode).error)


def test_database_that_was_put_back_begins_at_the_beginning(lab: Lab) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.execute(NULL_ROW)
    lab.write([AddField("Book", "pages", integer()), REQUIRED])
    lab.migrate(mode="auto")
    lab.execute("ALTER TABLE testapp_book DROP COLUMN pages")
    lab.execute("DELETE FROM testapp_book")

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []


def test_what_cannot_be_put_back_is_owed_and_told_everywhere(lab: Lab) -> None:
    """The operation itself leaves rows behind that the foreign key forbids."""
    lab.apply([AUTHOR, BOOK])
    lab.execute(
        "INSERT INTO testapp_author (id, name) VALUES (1, '')",
        "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
    )
    lab.write([operations.AlterAndBreak("Book", "author", key("Author"))])

    failed = lab.migrate(mode="auto")

    assert isinstance(failed.error, ZeroDivisionError)
    text_ = notes(failed.error)
    assert "could not restore" in text_
    assert "ALTER TABLE `testapp_book` ADD CONSTRAINT" in text_
    [owed] = Ledger(connection).owed()
    [message] = check_databases(None, databases=["default"])
    assert message.id == "fkguard.E005"
    assert str(owed.constraint.name) in message.msg
    refused = lab.migrate(mode="strict")
    assert isinstance(refused.error, Refused)
    assert "fkguard.E005" in str(refused.error)


@each_guard
def test_ledger_that_cannot_be_kept_is_refused_before_the_first_statement(
    lab: Lab, mode: str
) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.write([AddField("Book", "pages", integer()), REQUIRED])
    lab.execute("SET SESSION TRANSACTION READ ONLY")

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "cannot keep its ledger on the database 'default': (1792," in str(
        outcome.error
    )


@each_guard
def test_plan_that_takes_nothing_away_makes_no_ledger(lab: Lab, mode: str) -> None:
    lab.apply([AUTHOR, BOOK])
    lab.write(
        [
            AddField("Book", "pages", integer(unique=True)),
            AlterField("Book", "pages", integer(unique=True, null=True)),
            create("Loan", book=key("Book")),
        ]
    )

    assert lab.migrate(mode=mode).error is None
    assert not Ledger(connection).exists()


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_what_another_run_is_at_work_on_is_not_settled(lab: Lab, mode: str) -> None:
    test_what_cannot_be_put_back_is_owed_and_told_everywhere(lab)
    before = Ledger(connection).owed()
    claim = claim_for(connection)
    assert claim is not None
    claim.acquire(0, (), lambda holder: None)

    with override_settings(FKGUARD={"CLAIM_WAIT": 0}):
        outcome = lab.migrate(mode=mode)

    assert "another migrate is active on the database 'default'" in str(outcome.error)
    assert Ledger(connection).owed() == before
    claim.release()


@each_guard
def test_operation_that_is_done_is_not_run_again_where_its_note_failed(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply(
        [
            create("Author", name=text()),
            create("Book", author=key("Author")),
            create("Log", number=integer()),
        ]
    )
    lab.write(
        [
            AlterField("Book", "author", key("Author", null=True)),
            RunSQL("INSERT INTO testapp_log (number) VALUES (1)", ""),
        ]
    )
    record = Ledger.record

    def failing(self: Ledger, progress: Progress, struck: Iterable[Owed] = ()) -> None:
        if progress.done == 2:
            monkeypatch.setattr(Ledger, "record", record)
            raise OperationalError(1205, "Lock wait timeout exceeded")
        record(self, progress, struck)

    monkeypatch.setattr(Ledger, "record", failing)
    assert isinstance(lab.migrate(mode=mode).error, OperationalError)

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM testapp_log")
        assert cursor.fetchone() == (1,)
    assert not Ledger(connection).outstanding()


@each_guard
def test_operation_that_has_no_way_back_is_named(lab: Lab, mode: str) -> None:
    lab.apply([AUTHOR])
    [(app, first), *_] = lab.steps
    lab.apply([RunSQL("SELECT 1")])

    error = lab.migrate((app, first), mode=mode).error

    assert isinstance(error, IrreversibleError)
    assert str(error).startswith(f"Operation {RunSQL(sql='SELECT 1')!r} in ")
