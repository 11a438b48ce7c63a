"""The page in Django's admin, in a process with a project that has the admin."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Prints the modules of Django's admin and of the page that are imported.
LOADED = """
import django, sys
django.setup()
wanted = ("django.contrib.admin", "fkguard.contrib")
print(sorted(name for name in sys.modules if name.startswith(wanted)))
"""
CASES = ROOT / "tests" / "adminsite" / "cases.py"

pytestmark = [pytest.mark.flavours("sqlite"), pytest.mark.kind("project")]


def test_admin_page() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.adminsite.settings"}
    environment.pop("FKGUARD_MODE", None)
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "django", "test"),
            *("--pattern", "cases.py", "tests.adminsite"),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    count = len(re.findall(r"def test_", CASES.read_text(encoding="utf-8")))
    assert done.returncode == 0, done.stderr
    assert f"Ran {count} tests" in done.stderr
    assert "skipped" not in done.stderr


def test_admin_page_is_off_unless_it_is_installed() -> None:
    """Importing fkguard's app imports nothing of Django's admin."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            LOADED,
        ],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
