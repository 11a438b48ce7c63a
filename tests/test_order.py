"""The column that a model has for its ``order_with_respect_to``."""

from __future__ import annotations

import sys
import textwrap

import pytest
from django.db import migrations, models
from django.db.migrations import (
    AddConstraint,
    AlterOrderWithRespectTo,
    RemoveField,
)

from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, text, unique

HISTORY = [
    [
        create("Author", name=text()),
        create(
            "Book",
            author=key("Author"),
            number=integer(),
            options={"order_with_respect_to": "author"},
        ),
        AddConstraint("Book", unique("book_order", "number", "_order")),
    ]
]


def unwrite(lab: Lab) -> None:
    """Take the last migration back, which was not applied."""
    app, name = lab.steps.pop()
    (lab.root / lab.package / app / f"{name}.py").unlink()
    sys.modules.pop(f"{lab.package}.{app}.{name}", None)


@pytest.mark.parametrize("back", [False, True])
def test_suggestion_migrates_when_it_is_pasted(lab: Lab, *, back: bool) -> None:
    lab.apply(*HISTORY)
    operations = [AlterOrderWithRespectTo("Book", None)]
    if back:
        operations.append(AlterOrderWithRespectTo("Book", "author"))
    lab.write(operations)

    error = lab.migrate(mode="strict").error

    assert isinstance(error, Refused)
    hint = str(error.messages[0].hint)
    assert "RemoveField" not in hint
    code = (
        hint.partition("\n\n")[2].rpartition("\nSee ")[0].replace('"..."', '"author"')
    )
    code = textwrap.dedent(code)
    unwrite(lab)
    lab.write(eval(f"[\n{code}]", {"migrations": migrations, "models": models}))
    outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert len(outcome.after.catalogue.tables["testapp_book"].columns) == 3 + back


def test_removing_the_field_fails_in_django(lab: Lab) -> None:
    lab.apply(*HISTORY)
    lab.write([RemoveField("Book", "_order")])

    assert isinstance(lab.migrate(mode="off").error, KeyError)
