"""Run the demo on the leg's database, which compares what it shows by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fkguard
from tests.settings import LEG

DEMO = Path(__file__).resolve().parent.parent / "examples" / "library" / "demo.py"


@pytest.fixture(scope="module")
def demo() -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "FKGUARD_MODE"}
    # Of the package that is tested, whichever it is.
    environment["PYTHONPATH"] = str(Path(fkguard.__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, str(DEMO), "--database", LEG],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_demo_ends_as_expected(demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, f"{demo.stdout}\n{demo.stderr}"
    assert demo.stdout.endswith("\nEverything is as expected.\n")
    assert demo.stderr == ""


@pytest.mark.flavours("sqlite")
def test_demo_sums_up(demo: subprocess.CompletedProcess[str]) -> None:
    lines = [line.strip() for line in demo.stdout.splitlines()]

    start = lines.index("Summary: the migration, and the database after it")
    assert lines[start + 2 : start + 11] == [
        "1. off     applied  HARMED",
        "1. strict  refused  intact",
        "1. auto    applied  intact",
        "2. off     failed   intact",
        "2. strict  refused  intact",
        "2. auto    applied  intact",
        "3. off     applied  HARMED",
        "3. strict  refused  intact",
        "3. auto    refused  intact",
    ]


@pytest.mark.flavours("sqlite")
@pytest.mark.parametrize("hazard", ["E105", "E204", "E110"])
def test_demo_shows_the_refusal(
    demo: subprocess.CompletedProcess[str], hazard: str
) -> None:
    assert f"fkguard.{hazard}" in demo.stdout
