"""Do what the tutorial says, in a copy of its project, and see what it shows."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import fkguard

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "examples" / "library"
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|text)\n(.*?)^```$", re.M | re.S)
#: Setting up needs a checkout and the package index; the tests have both done.
DONE = {"python -m pip install --editable .", "cd examples/library"}

pytestmark = pytest.mark.flavours("sqlite")


def commands() -> list[tuple[str, str | None]]:
    """Return the commands in order, each with the output that the page shows."""
    found: list[tuple[str, str | None]] = []
    for kind, text in BLOCK.findall(TUTORIAL):
        if kind == "text":
            # What the command before it has printed.
            found[-1] = (found[-1][0], text)
            continue
        for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            if command not in DONE:
                found.append((command, output or None))
    return found


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run one command as a shell would, with this interpreter as its python."""
    if match := re.fullmatch(r'sqlite3 (\S+) "\.indexes (\w+)"', command):
        with sqlite3.connect(folder / match[1]) as database:
            names = database.execute(
                "SELECT name FROM sqlite_master "
                "WHERE type = 'index' AND tbl_name = ? ORDER BY name",
                [match[2]],
            ).fetchall()
        database.close()
        return 0, "".join(f"{name}\n" for (name,) in names)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FKGUARD_", "LIBRARY_", "DJANGO_"))
    }
    environment["PYTHONPATH"] = str(Path(fkguard.__file__).resolve().parents[1])
    # The shell of the reader finds the interpreter that has fkguard.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}" + os.environ.get(
        "PATH", ""
    )
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def comparable(text: str) -> str:
    """Return what a command prints less what differs from machine to machine."""
    text = re.sub(r"SQLite \d+\.\d+(\.\d+)?", "SQLite", text)
    text = re.sub(r"(patches +)\d+", r"\1some", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_tutorial_does_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns("*.sqlite3"))
    refused = []
    for command, expected in commands():
        status, output = run(command, folder)
        if "SystemCheckError" in output:
            refused.append(command)
        assert status == ("SystemCheckError" in output), f"$ {command}\n{output}"
        if expected is not None:
            assert comparable(expected) in comparable(output), f"$ {command}\n{output}"

    assert refused == [
        "FKGUARD_MODE=strict python manage.py migrate catalog",
        "FKGUARD_MODE=auto python manage.py migrate lending",
    ]


def test_tutorial_shows_what_it_does() -> None:
    shown = [expected for _, expected in commands() if expected is not None]

    assert len(shown) >= 5
