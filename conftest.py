"""Say which database this run uses, and which ones it leaves out."""

from __future__ import annotations

import pytest

from tests.settings import LEG, LEGS


def pytest_report_header() -> str:
    return f"database: {LEG}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "told":
                terminalreporter.write_line(str(value))
    left_out = ", ".join(leg for leg in LEGS if leg != LEG)
    terminalreporter.write_line(
        f"This run used {LEG} alone. Left out: {left_out}. `make test` runs them all."
    )
