"""Guard each scenario on the real server, in every mode."""

from __future__ import annotations

import pytest
from django.db import connection

from fkguard.checks import check_databases
from fkguard.errors import Refused
from fkguard.recovery.ledger import Ledger
from tests.harness import Lab, Scenario
from tests.scenarios import parametrize


@parametrize(harmless=False, auto=["kept", "refused", "owed", "warned"])
def test_strict_refuses_before_the_first_statement(
    scenario: Scenario, lab: Lab
) -> None:
    outcome = lab.run(scenario, "strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched, f"\n{outcome}"
    for lost in scenario.lost_here:
        assert lost.table in str(outcome.error), str(outcome.error)
        assert lost.name in str(outcome.error), str(outcome.error)


@parametrize(harmless=False, auto=["kept"])
def test_auto_keeps_every_constraint(scenario: Scenario, lab: Lab) -> None:
    outcome = lab.run(scenario, "auto")

    assert outcome.error is None, f"\n{outcome}"
    for statements in scenario.violations:
        assert lab.is_enforced(*statements), f"{statements}\n{outcome}"
    assert lab.missing() == []


@parametrize(harmless=False, auto=["refused", "owed"])
def test_auto_refuses_what_has_no_recipe(scenario: Scenario, lab: Lab) -> None:
    outcome = lab.run(scenario, "auto")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    can_roll_back = connection.schema_editor().atomic_migration
    if scenario.auto_here == "owed" and not can_roll_back:
        assert_owed_until_settled(scenario, lab, str(outcome.error))
    else:
        assert outcome.is_untouched, f"\n{outcome}"


def assert_owed_until_settled(scenario: Scenario, lab: Lab, error: str) -> None:
    """Follow a constraint that rows forbid, where DDL cannot be rolled back."""
    assert "(0, 1): 2 rows" in error
    [owed] = Ledger(connection).owed()
    assert owed.constraint.columns == scenario.lost_here[0].columns

    [check] = check_databases(None, databases=["default"])
    assert check.id == "fkguard.E005"

    # The next run refuses in strict. In auto it settles what is owed first.
    refused = lab.migrate(mode="strict")
    assert "fkguard.E005" in str(refused.error)
    lab.execute("UPDATE testapp_book SET series = id")
    settled = lab.migrate(("testapp", "0001_step"), mode="auto")
    assert settled.error is None, f"\n{settled}"
    assert Ledger(connection).owed() == []
    assert lab.is_enforced(
        "INSERT INTO testapp_book (series, number, title) VALUES (7, 7, '')",
        "INSERT INTO testapp_book (series, number, title) VALUES (7, 7, '')",
    )


@pytest.mark.kind("warn")
@parametrize(harmless=False)
def test_warn_changes_nothing(
    scenario: Scenario, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario, "warn")

    harm = scenario.harm_here
    assert outcome.changes == sorted(harm.changes), f"\n{outcome}"
    assert harm.error in outcome.error_text, f"\n{outcome}"
    assert "fkguard." in caplog.text


@pytest.mark.parametrize(
    "mode", ["strict", "auto", pytest.param("warn", marks=pytest.mark.kind("warn"))]
)
@parametrize(harmless=True)
def test_harmless_twin_runs_unchanged(
    scenario: Scenario, lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario, mode)

    assert outcome.error is None, f"\n{outcome}"
    if scenario.harm:
        assert outcome.changes == sorted(scenario.harm_here.changes), f"\n{outcome}"
    assert lab.missing() == []
    assert "fkguard." not in caplog.text


@parametrize(harmless=False, auto=["warned"])
def test_auto_warns_where_no_constraint_is_taken_away(
    scenario: Scenario, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario, "auto")

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard." in caplog.text


@parametrize(harmless=False, auto=["allowed"])
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_declared_loss_runs_with_a_warning(
    scenario: Scenario, lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario, mode)

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard." in caplog.text
