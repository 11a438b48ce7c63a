"""Situations that users reported, each with the outcome that they can expect."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    CreateModel,
    RunSQL,
    SeparateDatabaseAndState,
)

from fkguard.errors import Refused
from fkguard.verify import verify
from tests.harness import Lab
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
