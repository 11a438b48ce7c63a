"""Show that each scenario does on a real server what it says, with nothing to guard it.

A guard that is tested against harm nobody has seen proves nothing.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.harness import Lab, Scenario
from tests.scenarios import SCENARIOS, parametrize


@parametrize(harmless=False)
def test_without_the_guard_harm_is_done(scenario: Scenario, lab: Lab) -> None:
    outcome = lab.run(scenario, "off")

    harm = scenario.harm_here
    assert outcome.changes == sorted(harm.changes), f"\n{outcome}"
    assert harm.error in outcome.error_text, f"\n{outcome}"
    assert bool(harm.error) == bool(outcome.error), f"\n{outcome}"
    if not harm.error:
        for statements in scenario.violations:
            assert lab.failing(*statements) == harm.failing


@pytest.mark.kind("twin")
@parametrize(harmless=True)
def test_harmless_twin_passes_and_keeps_every_constraint(
    scenario: Scenario, lab: Lab
) -> None:
    outcome = lab.run(scenario, "off")

    assert outcome.error is None, f"\n{outcome}"
    by_hand = [line for line in outcome.changes if line.endswith("[by_hand]")]
    assert by_hand == []
    if scenario.harm:
        assert outcome.changes == sorted(scenario.harm_here.changes), f"\n{outcome}"
    assert lab.missing() == []


@pytest.mark.parametrize("hazard", sorted({each.hazard for each in SCENARIOS}))
def test_hazard_has_dangerous_and_harmless_scenarios(hazard: str) -> None:
    kinds = {each.harmless for each in SCENARIOS if each.hazard == hazard}

    assert kinds == {True, False}


def test_names_are_used_once() -> None:
    counts = Counter(map(str, SCENARIOS))

    assert [name for name, count in counts.items() if count > 1] == []
