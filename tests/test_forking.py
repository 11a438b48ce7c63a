"""A forked process is one that was started, but for what it has imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.project import Project, python


@pytest.mark.parametrize(
    ("code", "status", "stdout", "stderr"),
    [
        ("print('a'); import os; print(os.getcwd())", 0, "a\n{folder}\n", ""),
        ("import sys; sys.exit(3)", 3, "", ""),
        ("import sys; sys.exit('no')", 1, "", "no\n"),
        ("import os; os.abort()", -6, "", ""),
        ("import sys; print(sys.stdin.read())", 0, "\n", ""),
        ("import os; os.write(1, b'b'); os.write(2, b'c')", 0, "b", "c"),
        ("import sys; print(sys.argv)", 0, "['-c', 'x']\n", ""),
        ("import atexit; atexit.register(print, 'end')", 0, "end\n", ""),
        (
            "from django.conf import settings; print(settings.configured)",
            0,
            "False\n",
            "",
        ),
        ("from django.apps import apps; print(apps.ready)", 0, "False\n", ""),
        ("import os; print(os.environ['MORE'])", 0, "2\n", ""),
    ],
)
@pytest.mark.parametrize("fresh", [False, True])
def test_end_and_output(
    tmp_path: Path, code: str, status: int, stdout: str, stderr: str, *, fresh: bool
) -> None:
    done = python("-c", code, "x", folder=tmp_path, fresh=fresh, MORE="2")

    assert (done.returncode, done.stdout, done.stderr) == (
        status,
        stdout.replace("{folder}", str(tmp_path)),
        stderr,
    )


@pytest.mark.parametrize("fresh", [False, True])
def test_error_is_printed(tmp_path: Path, *, fresh: bool) -> None:
    done = python("-c", "1 / 0", folder=tmp_path, fresh=fresh)

    assert done.returncode == 1
    assert done.stderr.endswith("\nZeroDivisionError: division by zero\n")


def test_nothing_is_left_for_the_next(tmp_path: Path) -> None:
    python("-c", "import os, sys; os.environ['LEFT'] = sys.left = '1'", folder=tmp_path)

    done = python(
        "-c",
        "import os, sys; print('LEFT' in os.environ, hasattr(sys, 'left'))",
        folder=tmp_path,
    )

    assert done.stdout == "False False\n"


def test_projects_are_found_where_they_are(tmp_path: Path) -> None:
    code = "import django; django.setup(); import library; print(library.__file__)"
    for name in ("one", "two"):
        project = Project(tmp_path / name)

        done = project.python("-c", code)

        assert done.stderr == ""
        assert Path(done.stdout.strip()).parent.parent == project.root


def test_apps_of_a_project_are_patched(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from fkguard.guard import patches;"
        "print(list(patches.missing()), len(patches.installed()) > 0)"
    )

    done = Project(tmp_path).python("-c", code)

    assert (done.stdout, done.stderr) == ("[] True\n", "")


def test_interpreter_is_that_of_the_tests(tmp_path: Path) -> None:
    done = python("-c", "import sys; print(sys.executable)", folder=tmp_path)

    assert done.stdout == f"{sys.executable}\n"
