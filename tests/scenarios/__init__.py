"""Hold the scenarios, a module for each hazard or small group of hazards."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.harness import Scenario
from tests.scenarios import (
    h01,
    h02,
    h03,
    h04,
    h05,
    h06,
    h07,
    h08,
    h11,
    h12,
    h14,
    h15,
    h16,
    h17,
    h18,
    h19,
    h20,
    h24,
    h26,
    h27,
    h28,
    h29,
    h30,
    h32,
    h35,
    h37,
    h40,
    h44,
    h49,
    h50,
    h53,
    h54,
)

#: Every scenario of every leg.
SCENARIOS: tuple[Scenario, ...] = (
    *h01.SCENARIOS,
    *h02.SCENARIOS,
    *h03.SCENARIOS,
    *h04.SCENARIOS,
    *h05.SCENARIOS,
    *h06.SCENARIOS,
    *h07.SCENARIOS,
    *h08.SCENARIOS,
    *h11.SCENARIOS,
    *h12.SCENARIOS,
    *h14.SCENARIOS,
    *h15.SCENARIOS,
    *h16.SCENARIOS,
    *h17.SCENARIOS,
    *h18.SCENARIOS,
    *h19.SCENARIOS,
    *h20.SCENARIOS,
    *h37.SCENARIOS,
    *h24.SCENARIOS,
    *h26.SCENARIOS,
    *h27.SCENARIOS,
    *h28.SCENARIOS,
    *h29.SCENARIOS,
    *h30.SCENARIOS,
    *h32.SCENARIOS,
    *h35.SCENARIOS,
    *h40.SCENARIOS,
    *h44.SCENARIOS,
    *h49.SCENARIOS,
    *h50.SCENARIOS,
    *h53.SCENARIOS,
    *h54.SCENARIOS,
)


def of_this_leg(
    *, harmless: bool | None = None, auto: Iterable[str] = ()
) -> list[Scenario]:
    """Return the scenarios of this leg, all or some of them."""
    wanted = tuple(auto)
    return [
        each
        for each in SCENARIOS
        if each.is_for_this_leg
        and (harmless is None or each.harmless is harmless)
        and (not wanted or (not each.harmless and each.auto_here in wanted))
    ]


def parametrize(
    *, harmless: bool | None = None, auto: Iterable[str] = ()
) -> pytest.MarkDecorator:
    """Return a mark that runs a test with each scenario that `of_this_leg` names."""
    return pytest.mark.parametrize(
        "scenario", of_this_leg(harmless=harmless, auto=auto), ids=str
    )


__all__ = ["SCENARIOS", "of_this_leg", "parametrize"]
