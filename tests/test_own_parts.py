"""Parts of a table that hold nobody up: they go with it, or with their column."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import (
    AddField,
    AlterField,
    DeleteModel,
    RemoveField,
    RunPython,
    RunSQL,
)
from django.db.models import F

from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, unique

MODES = pytest.mark.parametrize("mode", ["strict", "auto"])
BOOK = create("Book", number=integer(), series=integer())
DOUBLE = AddField(
    "Book",
    "double",
    models.GeneratedField(
        expression=F("number") * 2,
        output_field=models.IntegerField(),
        db_persist=True,
    ),
)
TRIGGER_FUNCTION = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'"
)
TRIGGER = (
    "CREATE TRIGGER no_move BEFORE UPDATE OF number ON testapp_book "
    "FOR EACH ROW EXECUTE FUNCTION refuse()"
)
PARTS = [
    TRIGGER_FUNCTION,
    TRIGGER,
    "CREATE STATISTICS pairs ON number, series FROM testapp_book",
    "CREATE RULE keep AS ON DELETE TO testapp_book DO INSTEAD NOTHING",
    "CREATE POLICY mine ON testapp_book USING (number > 0)",
]


@MODES
def test_generated_column_goes_with_its_table(lab: Lab, mode: str) -> None:
    lab.apply([BOOK], [DOUBLE])
    lab.write([DeleteModel("Book")])

    assert lab.migrate(mode=mode).error is None


@MODES
def test_column_is_free_when_the_generated_one_is_gone(lab: Lab, mode: str) -> None:
    lab.apply([BOOK], [DOUBLE])
    lab.write([RemoveField("Book", "double"), RemoveField("Book", "number")])

    assert lab.migrate(mode=mode).error is None


@MODES
@pytest.mark.flavours("postgresql")
def test_triggers_rules_and_policies_go_with_their_table(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    try:
        lab.execute(*PARTS)
        lab.write([DeleteModel("Book")])

        assert lab.migrate(mode=mode).error is None
    finally:
        lab.execute("DROP FUNCTION refuse() CASCADE")


@MODES
@pytest.mark.flavours("postgresql")
def test_statistics_go_with_their_column(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    lab.execute("CREATE STATISTICS pairs ON number, series FROM testapp_book")
    lab.write([RemoveField("Book", "number")])

    assert lab.migrate(mode=mode).error is None


#: Longer than PostgreSQL keeps a name, and shorter than MySQL and MariaDB do.
LONG = "t" * 64


@MODES
def test_member_of_a_unique_in_a_table_of_a_long_name(lab: Lab, mode: str) -> None:
    shelf = create(
        "Shelf",
        row=integer(),
        place=integer(),
        options={
            "db_table": LONG,
            "constraints": [unique("shelf_place", "row", "place")],
        },
    )
    lab.apply([shelf])
    lab.write([RemoveField("Shelf", "row")])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E101" in str(outcome.error)
    assert outcome.is_untouched


@MODES
def test_foreign_key_to_a_table_of_a_long_name(lab: Lab, mode: str) -> None:
    lab.apply(
        [
            create("Shelf", options={"db_table": LONG}),
            create("Book", shelf=key("Shelf")),
        ]
    )
    lab.write([AlterField("Book", "shelf", key("Shelf", null=True))])

    assert lab.migrate(mode=mode).error is None


#: Views that the code below takes away.
VIEWS = ["places"]


def drop_views(apps: object, editor: object) -> None:
    for view in VIEWS:
        editor.execute(f"DROP VIEW {view}")  # type: ignore[attr-defined]


def call_another(apps: object, editor: object) -> None:
    drop_views(apps, editor)


@MODES
@pytest.mark.flavours("postgresql")
def test_names_in_a_constant_and_in_a_function_count(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    lab.execute("CREATE VIEW places AS SELECT number FROM testapp_book")
    lab.write([RunPython(call_another), RemoveField("Book", "number")])

    assert lab.migrate(mode=mode).error is None


@MODES
@pytest.mark.flavours("postgresql")
def test_backwards_the_code_of_the_way_back_counts(lab: Lab, mode: str) -> None:
    lab.apply(
        [BOOK],
        [RunSQL("CREATE VIEW places AS SELECT number FROM testapp_book", "SELECT 1")],
        [RunPython(RunPython.noop, call_another)],
    )

    assert lab.migrate(("testapp", "zero"), mode=mode).error is None
