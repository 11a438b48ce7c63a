"""What the forecast does not foresee is still found, after the operation."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations import AlterField, RunPython

from fkguard.backends.base.effects import Consequences
from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios import of_this_leg
from tests.scenarios.builders import create, key, text

[SCENARIO] = [
    each
    for each in of_this_leg(harmless=False)
    if str(each) == "H01-constraint_member_removed"
]


@pytest.mark.parametrize("mode", ["strict", "auto", "warn"])
def test_blind_forecast_is_found_out(
    lab: Lab,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(Consequences, "apply", lambda self, catalogue, event: [])

    outcome = lab.run(SCENARIO, mode)

    if not SCENARIO.harm_here.error and mode == "warn":
        assert outcome.error is None
        assert "fkguard.E190" in caplog.text
    elif not SCENARIO.harm_here.error:
        assert isinstance(outcome.error, Refused), f"\n{outcome}"
        assert "fkguard.E190" in str(outcome.error)
        assert outcome.is_untouched == connection.features.can_rollback_ddl
    else:
        assert outcome.error is not None
        assert not isinstance(outcome.error, Refused)


def drop_the_unique(apps: Any, editor: Any) -> None:
    # Where nobody sees it: on a connection of its own.
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute("ALTER TABLE testapp_book DROP INDEX code")
    finally:
        other.close()


@pytest.mark.flavours("mysql", "mariadb")
def test_lost_unique_is_not_taken_for_something_that_is_queued(lab: Lab) -> None:
    """The index is called after the column, whose name begins another one."""
    lab.apply([create("Author", name=text()), create("Book", code=text(unique=True))])
    wider = text(unique=True)
    wider.max_length = 60
    lab.write(
        [
            RunPython(drop_the_unique),
            AlterField("Book", "code", wider),
            create("Pen", codebook=key("Author")),
        ]
    )

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard.E190" in str(outcome.error)
