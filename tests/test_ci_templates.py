"""The GitHub action and the GitLab template: their steps, run on a project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.project import Project
from tests.test_fixes import REMOVE, UNIQUE

#: The project on disk has SQLite, whatever the leg.
pytestmark = [pytest.mark.flavours("sqlite"), pytest.mark.kind("project")]

ROOT = Path(__file__).resolve().parent.parent
MANAGE = f"{sys.executable} -m django"


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def git(project: Project, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository whose first commit has a history, and whose second has a loss."""
    project = Project(tmp_path / "project")
    project.start(UNIQUE)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "Began.")
    return project


def add_loss(project: Project) -> None:
    project.step(2, REMOVE)
    git(project, "add", ".")
    git(project, "commit", "-qm", "Removed the series.")


def run(
    project: Project, script: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=project.root,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(project.root),
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONPATH": f"{project.root}{os.pathsep}{ROOT}",
            "FKGUARD_MANAGE": MANAGE,
            "FKGUARD_ARGUMENTS": "--database-vendor postgresql",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def action(
    project: Project, **environment: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the step of the action; return the result and the job's summary."""
    (step,) = load("action.yml")["runs"]["steps"]
    summary = project.root.parent / "summary.md"
    summary.touch()
    done = run(
        project,
        step["run"],
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_STEP_SUMMARY=str(summary),
        **environment,
    )
    return done, summary.read_text(encoding="utf-8")


def test_action_annotates_and_summarizes_a_loss(project: Project) -> None:
    base = git(project, "rev-parse", "HEAD")
    add_loss(project)

    done, summary = action(
        project,
        FKGUARD_BASE=base,
        FKGUARD_HTML="fkguard.html",
        FKGUARD_SARIF="fkguard.sarif",
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(
        "::error file=library/migrations/0002_step.py,line=8,title=fkguard.E101"
    )
    assert summary.startswith("## fkguard lint: 1 migration: 1 error.\n")
    assert "```mermaid" in summary
    html = (project.root / "fkguard.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    sarif = json.loads((project.root / "fkguard.sarif").read_text(encoding="utf-8"))
    assert len(sarif["runs"][0]["results"]) == 1


def test_action_passes_a_change_without_a_loss(project: Project) -> None:
    done, summary = action(project, FKGUARD_BASE="HEAD")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert summary.startswith("## fkguard lint: No migration: nothing found.\n")
    assert not (project.root / "fkguard.html").exists()


def test_action_without_a_base_analyzes_everything(project: Project) -> None:
    add_loss(project)
    done, summary = action(project)

    assert done.returncode == 1
    assert summary.startswith("## fkguard lint: 2 migrations: 1 error.\n")


def test_action_that_cannot_run_fails(project: Project) -> None:
    done, _ = action(project, FKGUARD_BASE="nowhere")

    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_action_runs_nothing_of_its_inputs(project: Project) -> None:
    """No expression stands in a script: a branch may be called ``$(...)``."""
    (step,) = load("action.yml")["runs"]["steps"]
    assert "${{" not in step["run"]
    done, _ = action(project, FKGUARD_BASE="$(touch harm); touch harm")
    assert done.returncode == 2
    assert not (project.root / "harm").exists()


def test_action_has_an_input_for_each_value() -> None:
    document = load("action.yml")
    (step,) = document["runs"]["steps"]
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(step)))

    assert used == set(document["inputs"])


def gitlab(project: Project, **environment: str) -> subprocess.CompletedProcess[str]:
    job = load("ci/fkguard.gitlab-ci.yml")["fkguard-lint"]
    return run(project, "\n".join(job["script"]), **environment)


def test_gitlab_job_reports_a_loss(project: Project) -> None:
    base = git(project, "rev-parse", "HEAD")
    add_loss(project)
    done = gitlab(project, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)

    assert done.returncode == 1, done.stderr
    job = load("ci/fkguard.gitlab-ci.yml")["fkguard-lint"]
    report = project.root / job["artifacts"]["reports"]["codequality"]
    (issue,) = json.loads(report.read_text(encoding="utf-8"))
    assert issue["check_name"] == "fkguard.E101"
    (path,) = job["artifacts"]["paths"]
    assert (project.root / path).exists()


def test_gitlab_job_passes_a_change_without_a_loss(project: Project) -> None:
    done = gitlab(project)

    assert done.returncode == 0, done.stderr
    assert json.loads((project.root / "gl-code-quality-report.json").read_text()) == []
