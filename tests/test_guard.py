"""Guard each scenario on the real server, in every mode."""

from __future__ import annotations

import pytest

from fkguard.errors import Refused
from tests.harness import Lab, Scenario
from tests.scenarios import parametrize


@parametrize(harmless=False, auto=["kept", "refused", "warned"])
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


@parametrize(harmless=False, auto=["refused"])
def test_auto_refuses_what_has_no_recipe(scenario: Scenario, lab: Lab) -> None:
    outcome = lab.run(scenario, "auto")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched, f"\n{outcome}"


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
    "mode",
    [
        pytest.param("strict", marks=pytest.mark.kind("twin")),
        pytest.param("auto", marks=pytest.mark.kind("twin")),
        pytest.param("warn", marks=pytest.mark.kind("warn")),
    ],
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
