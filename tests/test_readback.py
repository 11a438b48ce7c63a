"""What the forecast does not foresee is still found, after the operation."""

from __future__ import annotations

import pytest
from django.db import connection

from fkguard.backends.base.consequences import Consequences
from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios import of_this_leg

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
