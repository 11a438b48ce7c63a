"""Situations that users reported, each with the outcome that they can expect."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    CreateModel,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.test.utils import override_settings

from fkguard.errors import Refused
from fkguard.verify import verify
from tests import operations
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import BIG_ID, create, integer, key, text, unique

both = pytest.mark.parametrize("mode", ["strict", "auto"])


# A many-to-many field that is given a through model, as Django documents it:
# https://docs.djangoproject.com/en/stable/howto/writing-migrations/


def _through(*names: str) -> SeparateDatabaseAndState:
    return SeparateDatabaseAndState(
        database_operations=[
            RunSQL(
                "ALTER TABLE testapp_book_authors RENAME TO testapp_authorbook",
                "ALTER TABLE testapp_authorbook RENAME TO testapp_book_authors",
            )
        ],
        state_operations=[
            CreateModel(
                "AuthorBook",
                [("id", BIG_ID), ("author", key("Author")), ("book", key("Book"))],
                options={"constraints": [unique("unique_author_book", *names)]},
            ),
            AlterField(
                "Book",
                "authors",
                models.ManyToManyField(to="testapp.Author", through="AuthorBook"),
            ),
        ],
    )


JOINED = [
    create("Author"),
    create("Book", authors=models.ManyToManyField(to="testapp.Author")),
]
PRIMARY = AddField("AuthorBook", "is_primary", models.BooleanField(default=False))


@both
def test_through_model_may_declare_the_same_under_another_name(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply(JOINED)
    lab.write([_through("author", "book")], [PRIMARY])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, str(outcome)
    assert "fkguard" not in caplog.text
    uniques = [line for line in outcome.after.constraints() if "UNIQUE" in line]
    assert len(uniques) == 1
    back = lab.migrate(lab.steps[0], mode=mode)
    assert back.error is None, str(back)
    assert verify(lab.connection).findings == []


@pytest.mark.flavours("sqlite")
def test_through_model_that_declares_less_is_refused(lab: Lab) -> None:
    lab.apply(JOINED, [_through("author", "book", "id")])
    lab.write([PRIMARY])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert outcome.is_untouched


@pytest.mark.flavours("sqlite")
@both
def test_constraint_that_sql_has_made_is_declared(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([create("Book", title=text(), number=integer())])
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (number, title)")
    lab.write([AddConstraint("Book", unique("book_once", "title", "number"))])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, str(outcome)
    assert "fkguard" not in caplog.text
    uniques = [line for line in outcome.after.constraints() if "UNIQUE" in line]
    assert uniques == ["testapp_book: UNIQUE (title, number) [book_once]"]


# A foreign key of a file that references the table of another program, or of before.


def _misdirect(lab: Lab) -> None:
    lab.apply([create("Author"), create("Post", title=text(), author=key("Author"))])
    lab.execute(
        "PRAGMA foreign_keys = OFF",
        "CREATE TABLE auth_old (id integer NOT NULL PRIMARY KEY)",
        "INSERT INTO auth_old VALUES (1)",
        "DROP TABLE testapp_post",
        "CREATE TABLE testapp_post (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "title varchar(30) NOT NULL, author_id bigint NOT NULL REFERENCES auth_old "
        "(id) DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO testapp_author (id) VALUES (1), (2)",
        "INSERT INTO testapp_post VALUES (1, 'a', 1), (2, 'b', 2)",
        "PRAGMA foreign_keys = ON",
    )
    lab.write([AddField("Author", "nick", text())])


@pytest.mark.flavours("sqlite")
def test_without_the_guard_the_wrong_table_fails_every_migration(lab: Lab) -> None:
    _misdirect(lab)

    assert isinstance(lab.migrate(mode="off").error, IntegrityError)


@pytest.mark.flavours("sqlite")
@both
def test_rows_of_the_declared_table_are_not_to_be_deleted(lab: Lab, mode: str) -> None:
    _misdirect(lab)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    found = str(outcome.error)
    assert "fkguard.E312" in found
    assert "fkguard.E705" in found
    assert "fkguard repair" in found
    assert not any(word in found for word in ("DELETE", "UPDATE", "INSERT INTO"))
    assert outcome.is_untouched


@pytest.mark.flavours("sqlite")
@both
def test_rows_that_reference_a_lost_table_are_not_to_be_deleted(
    lab: Lab, mode: str
) -> None:
    _misdirect(lab)
    lab.execute(
        "PRAGMA foreign_keys = OFF", "DROP TABLE auth_old", "PRAGMA foreign_keys = ON"
    )

    found = str(lab.migrate(mode=mode).error)

    assert "fkguard.E705" in found
    assert not any(word in found for word in ("DELETE", "UPDATE", "INSERT INTO"))


@pytest.mark.flavours("sqlite")
@both
def test_orphans_of_the_declared_table_are_to_be_mended(lab: Lab, mode: str) -> None:
    lab.apply([create("Author"), create("Post", title=text(), author=key("Author"))])
    lab.execute(
        "PRAGMA foreign_keys = OFF",
        "INSERT INTO testapp_post VALUES (1, 'a', 7)",
        "PRAGMA foreign_keys = ON",
    )
    lab.write([AddField("Author", "nick", text())])

    found = str(lab.migrate(mode=mode).error)

    assert "DELETE FROM" in found
    assert "E705" not in found


# A router that keeps the referenced model on another database.


class AuthorsElsewhere:
    """A router that keeps the model Author on the other database alone."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: object
    ) -> bool | None:
        return db == "other" if model_name == "author" else None


@both
def test_referenced_model_of_another_database_is_named(lab: Lab, mode: str) -> None:
    with override_settings(DATABASE_ROUTERS=[AuthorsElsewhere()]):
        lab.write([create("Author")], [create("Post", author=key("Author"))])

        outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    [message] = outcome.error.messages
    assert message.msg == (
        "testapp_post.author_id references testapp_author, which the database router "
        "keeps on the database 'other'."
    )
    assert "author = models.ForeignKey(db_constraint=False, " in str(message.hint)
    assert "creates later" not in str(outcome.error)
    assert outcome.is_untouched


@both
def test_relation_to_another_database_without_a_constraint(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(DATABASE_ROUTERS=[AuthorsElsewhere()]):
        lab.write(
            [create("Author")],
            [create("Post", author=key("Author", db_constraint=False))],
        )

        outcome = lab.migrate(mode=mode)

    assert outcome.error is None, str(outcome)
    assert "fkguard" not in caplog.text


# Code before an operation that fails without it, as in mayan-edms 4.12.


def _again(lab: Lab, code: Any) -> None:
    book = create("Book", author=key("Author"))
    lab.apply([create("Author"), book])
    lab.write([RenameModel("Book", "Volume")], [RunPython(code, atomic=False)], [book])


def test_without_the_guard_the_code_gives_up_the_names(lab: Lab) -> None:
    _again(lab, operations.free_names)

    assert _names_are_free(lab, "off")


@both
def test_names_that_code_has_given_up_are_no_reason_to_refuse(
    lab: Lab, mode: str
) -> None:
    _again(lab, operations.free_names)

    assert _names_are_free(lab, mode)


def _names_are_free(lab: Lab, mode: str) -> bool:
    outcome = lab.migrate(mode=mode)
    assert outcome.error is None, str(outcome)
    return lab.missing() == []


@both
def test_code_that_reads_rows_gives_up_no_name(lab: Lab, mode: str) -> None:
    _again(lab, operations.count_volumes)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E209" in str(outcome.error)
    assert outcome.is_untouched


# A constraint whose condition names a field that was renamed: RenameField leaves the
# old name in the state, and every server follows the rename.

CONDITIONS = create(
    "Book",
    title=text(),
    number=integer(),
    options={
        "constraints": [
            unique("book_title", "title", condition=models.Q(number__gt=0)),
            models.CheckConstraint(
                condition=models.Q(number__gt=-9), name="book_number"
            ),
        ]
    },
)


@pytest.mark.flavours("sqlite", "postgresql", "mariadb")
def test_verify_knows_constraints_over_a_renamed_field(lab: Lab) -> None:
    lab.apply([CONDITIONS], [RenameField("Book", "number", "place")])
    assert any("CHECK" in line for line in lab.snapshot().constraints())

    assert verify(lab.connection).findings == []


@pytest.mark.flavours("postgresql")
def test_verify_reports_what_nothing_declares_beside_a_renamed_field(lab: Lab) -> None:
    lab.apply([CONDITIONS], [RenameField("Book", "number", "place")])
    lab.execute("ALTER TABLE testapp_book ADD CONSTRAINT by_hand CHECK (place < 99)")

    [finding] = verify(lab.connection).findings

    assert finding.hazard.id == "W710"
    assert finding.case.constraint.name == "by_hand"


# A primary key that was lost, and a foreign key that needs it.


@pytest.mark.flavours("postgresql", "mysql")
@both
def test_lost_primary_key_is_to_be_restored(lab: Lab, mode: str) -> None:
    lab.apply([create("Author")])
    lab.execute(
        {
            "postgresql": "ALTER TABLE testapp_author "
            "DROP CONSTRAINT testapp_author_pkey",
            "mysql": "ALTER TABLE testapp_author MODIFY id bigint NOT NULL, "
            "DROP PRIMARY KEY",
        }[FLAVOUR]
    )
    lab.write([create("Post", author=key("Author"))])

    outcome = lab.migrate(mode=mode)

    found = str(outcome.error)
    assert "fkguard.E305" in found
    assert "testapp_author lacks its declared primary key (fkguard.E702)" in found
    assert "UNIQUE (" not in found
    assert outcome.is_untouched


@pytest.mark.flavours("postgresql")
def test_narrower_column_is_not_said_to_be_refused(lab: Lab) -> None:
    lab.apply([create("Author"), create("Post", author=key("Author"))])
    lab.execute("ALTER TABLE testapp_post ALTER COLUMN author_id TYPE integer")

    [finding] = verify(lab.connection).findings

    assert finding.hazard.id == "E708"
    assert "holds fewer values than testapp_author.id" in finding.as_message().msg
    assert "do not go together" not in str(finding.as_message())
