"""The ledger's table, and what others may make of it."""

from __future__ import annotations

import io
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations import AddField, AlterField, RemoveField

from fkguard.checks import check_databases
from fkguard.errors import Refused
from fkguard.recovery.ledger import Ledger
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key, text

pytestmark = [
    pytest.mark.flavours("mysql", "mariadb"),
    pytest.mark.usefixtures("uncounted_rows"),
]

BEGINNING = [
    create("Author", name=text()),
    create("Book", author=key("Author", null=True), number=integer()),
]
REQUIRED = AlterField("Book", "author", key("Author"))
NULL_ROW = "INSERT INTO testapp_book (number) VALUES (1)"


def stop(lab: Lab, *before: Any) -> None:
    """Let a migration fail at its last operation, which finds a NULL."""
    lab.write(BEGINNING)
    assert lab.migrate_only("off") is None
    lab.execute(NULL_ROW)
    lab.write([*before, REQUIRED])
    error = lab.migrate_only("auto")
    assert "It stopped at operation" in "\n".join(getattr(error, "__notes__", []))


def test_it_has_transactions_where_the_default_engine_has_none(lab: Lab) -> None:
    lab.write(BEGINNING)
    assert lab.migrate_only("off") is None
    lab.write([REQUIRED])
    lab.execute("SET SESSION default_storage_engine = MyISAM")

    assert lab.migrate_only("auto") is None
    assert lab.snapshot().catalogue.tables["fkguard_ledger"].engine == "InnoDB"


def test_run_that_ends_while_it_tries_the_table_leaves_no_row(lab: Lab) -> None:
    lab.write(BEGINNING)
    assert lab.migrate_only("off") is None
    lab.write([REQUIRED])

    with (
        mock.patch.object(Ledger, "_delete", side_effect=SystemExit),
        pytest.raises(SystemExit),
    ):
        lab.migrate_only("auto")
    lab.reconnect()

    assert not Ledger(lab.connection).outstanding()
    assert lab.migrate_only("auto") is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE fkguard_ledger SET structure = 'x'",
            "contains data that fkguard did not write (JSONDecodeError: ",
        ),
        (
            "UPDATE fkguard_ledger SET structure = '{}'",
            "contains data that fkguard did not write (KeyError: 'kind')",
        ),
        (
            "ALTER TABLE fkguard_ledger DROP COLUMN origin",
            "fkguard_ledger is not the table that fkguard creates: (1054, ",
        ),
    ],
)
def test_what_somebody_else_wrote_is_told(lab: Lab, statement: str, said: str) -> None:
    stop(lab)
    lab.execute(statement)

    for mode in ("auto", "strict"):
        error = lab.migrate_only(mode)
        assert isinstance(error, Refused)
        assert said in str(error)
    [message] = check_databases(None, databases=["default"])
    assert (message.id, said in message.msg) == ("fkguard.E005", True)
    with pytest.raises(CommandError) as caught:
        call_command("fkguard", "status")
    assert said in str(caught.value)


def test_status_tells_where_a_migration_stopped(lab: Lab) -> None:
    stop(lab, AddField("Book", "pages", integer()))
    output = io.StringIO()

    call_command("fkguard", "status", stdout=output)

    assert (
        "begun     testapp.0002_step: 1 of 2 operations are done; migrate continues "
        "there\n"
    ) in output.getvalue()


def test_table_that_is_gone_begins_at_the_beginning(lab: Lab) -> None:
    """Without it, a column that was dropped is no sign of what is done."""
    stop(lab, RemoveField("Book", "number"), AddField("Book", "pages", integer()))
    gone = lab.migrate(("testapp", "zero"), mode="auto")
    assert gone.error is None, f"\n{gone}"

    assert lab.migrate_only("auto") is None
    assert lab.missing() == []
