"""Say which database this run uses, and which ones it leaves out."""

from __future__ import annotations

import os

import pytest

from tests.kinds import KINDS
from tests.settings import LEG, LEGS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("fkguard").addoption(
        "--kind",
        action="append",
        choices=list(KINDS),
        default=[],
        help="run the tests of one kind of tests/kinds.py; may be given again",
    )


def pytest_report_header() -> str:
    return f"database: {LEG}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "told":
                terminalreporter.write_line(str(value))
    used = os.times()
    seconds = sum(used[:4])  # With that of the processes that tests have started.
    terminalreporter.write_line(f"Processor time: {seconds:.1f} s")
    left_out = ", ".join(leg for leg in LEGS if leg != LEG)
    terminalreporter.write_line(
        f"This run used {LEG} alone. Left out: {left_out}. `make test` runs them all."
    )
