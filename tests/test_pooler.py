"""Runs of migrate through pgbouncer, which gives each transaction another session.

The short form of ``make clusters``, on the server of this run.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.settings import LEG, LEGS, NAME_SUFFIX

ROOT = Path(__file__).resolve().parent.parent

pytestmark = [pytest.mark.flavours("postgresql"), pytest.mark.kind("run")]


@pytest.fixture
def poolers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the URLs of two poolers before the server of this run, by name."""
    if os.getuid() or not Path("/etc/debian_version").exists():
        pytest.skip("pgbouncer is fetched on Debian, as root")
    variable = LEGS[LEG]
    assert variable is not None
    url = urlsplit(os.environ[variable])
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        setups: Any = importlib.import_module("setups")

    class BeforeServer(setups.Setup):
        """Poolers before a server that runs already."""

        programs = ("pgbouncer",)

        def start(self) -> None:
            for name in ("pooler-1", "pooler-2"):
                self.add(setups.PgBouncer, name).start(
                    "transaction",
                    f"host={url.hostname} port={url.port or 5432} "
                    f"user={url.username} password={url.password}",
                )

    with BeforeServer() as setup:
        yield setup.nodes


SCENARIOS = ("2 at once, off", "2 at once, strict", "copy")


def test_runs_through_a_pooler(poolers: dict[str, str]) -> None:
    description = {
        "nodes": poolers,
        "writers": list(poolers),
        "elects": False,
        "settings": {"DISABLE_SERVER_SIDE_CURSORS": True},
        "name": f"test_fkguard{NAME_SUFFIX}_pooler",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.clusters.play", *SCENARIOS],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.clusters.settings",
            "FKGUARD_SETUP": json.dumps(description),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["scenario"] for each in outcomes if each["passed"]] == [*SCENARIOS]
