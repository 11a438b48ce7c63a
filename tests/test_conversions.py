"""Types that a server does not convert, and rows that are larger than it allows."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import Error, models, transaction
from django.db.migrations import AddField, AlterField, RunPython, RunSQL

from fkguard.backends.postgresql.casts import TYPES, casts
from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, text

both = pytest.mark.parametrize("mode", ["strict", "auto"])
NUMBERED = create("Book", number=models.IntegerField(null=True))
TO_UUID = AlterField("Book", "number", models.UUIDField(null=True))
ROW = "INSERT INTO testapp_book (id, number) VALUES (1, 7)"


@pytest.mark.flavours("postgresql")
def test_casts_are_those_of_the_server(lab: Lab) -> None:
    wrong = []
    for old, new in itertools.product(TYPES, repeat=2):
        try:
            with transaction.atomic():
                lab.execute(f"SELECT NULL::{old}::{new}")
            is_cast = True
        except Error:
            is_cast = False
        if casts(old, new) is not is_cast:
            wrong.append((old, new, is_cast))

    assert wrong == []


def test_without_the_guard(lab: Lab) -> None:
    lab.apply([NUMBERED])
    lab.execute(ROW)
    lab.write([TO_UUID])

    outcome = lab.migrate(mode="off")

    expected = {"postgresql": "cannot cast type", "mariadb": "4078"}.get(FLAVOUR)
    if expected is not None:
        assert expected in str(outcome.error)
        return
    assert outcome.error is None, f"\n{outcome}"
    with lab.connection.cursor() as cursor:
        cursor.execute("SELECT number FROM testapp_book")
        assert cursor.fetchall()[0] == ("7",)


@both
def test_number_that_becomes_a_uuid_is_refused(lab: Lab, mode: str) -> None:
    lab.apply([NUMBERED])
    lab.execute(ROW)
    lab.write([AddField("Book", "title", text())], [TO_UUID])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E322" in str(outcome.error)
    assert outcome.is_untouched


@both
def test_without_rows_only_a_missing_cast_is_refused(lab: Lab, mode: str) -> None:
    lab.apply([NUMBERED])
    lab.write([TO_UUID])

    outcome = lab.migrate(mode=mode)

    is_refused = FLAVOUR in {"postgresql", "mariadb"}
    assert isinstance(outcome.error, Refused) == is_refused, f"\n{outcome}"


@pytest.mark.flavours("sqlite", "mysql")
@both
def test_text_of_uuids_becomes_a_uuid(lab: Lab, mode: str) -> None:
    lab.apply([create("Book", number=models.CharField(max_length=32, null=True))])
    lab.execute(
        "INSERT INTO testapp_book (id, number) "
        "VALUES (1, '00000000000040008000000000abcdef'), (2, NULL)"
    )
    lab.write([TO_UUID])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.flavours("sqlite", "mysql")
@both
def test_values_that_code_changes_first_are_not_judged(lab: Lab, mode: str) -> None:
    lab.apply([NUMBERED])
    lab.execute(ROW)
    lab.write([RunSQL("UPDATE testapp_book SET number = NULL")], [TO_UUID])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


def _cast(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("ALTER TABLE testapp_book ALTER number TYPE text")


@pytest.mark.flavours("postgresql")
@both
def test_column_that_code_converts_first_is_not_judged(lab: Lab, mode: str) -> None:
    lab.apply([NUMBERED])
    lab.write([RunPython(_cast, RunPython.noop)], [TO_UUID])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


# Rows.

LONG = models.CharField(max_length=9000, default="")


@pytest.mark.flavours("mysql", "mariadb")
def test_server_refuses_rows_that_are_too_large(lab: Lab) -> None:
    lab.apply([create("Book", title=LONG)])
    lab.write([AddField("Book", "code", text()), AddField("Book", "notes", LONG)])

    outcome = lab.migrate(mode="off")

    assert "1118" in str(outcome.error)
    assert not outcome.is_untouched


@pytest.mark.flavours("mysql", "mariadb")
@both
@pytest.mark.parametrize(
    "operation",
    [
        AddField("Book", "notes", LONG),
        AlterField("Book", "title", models.CharField(max_length=16400, default="")),
        create("Note", one=LONG, two=LONG),
    ],
    ids=["add", "alter", "create"],
)
def test_rows_that_are_too_large_are_refused(
    lab: Lab, mode: str, operation: Any
) -> None:
    lab.apply([create("Book", title=LONG)])
    lab.write([AddField("Book", "code", text()), operation])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E323" in str(outcome.error)
    assert outcome.is_untouched


@both
def test_rows_of_text_fields_and_of_any_other_table_are_not(
    lab: Lab, mode: str
) -> None:
    lab.apply([create("Book", title=models.CharField(max_length=16000, default=""))])
    lab.write(
        [
            AddField("Book", "notes", models.TextField(default="")),
            AddField("Book", "code", text()),
            create("Note", one=LONG),
        ]
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
