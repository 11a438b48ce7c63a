"""A copy that is killed goes on without a gap and without a row twice."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from django.db.utils import Error

from tests.copying.stage import ROOT, Stage
from tests.settings import LEG

KILLS = 2
#: Rows enough for several blocks of a table.
FACTOR = 20


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Path:
    """Return a filled SQLite file whose tables are several blocks each."""
    stage = Stage(tmp_path_factory.mktemp("many"))
    stage.make_source(empty, FACTOR)
    return stage.source


@pytest.fixture
def large(fresh: Stage, many: Path) -> Stage:
    fresh.plant(many)
    return fresh


def kill(stage: Stage, *arguments: str, delay: float) -> None:
    """Kill a copy some time after it has begun to write."""
    process = subprocess.Popen(
        stage.command(
            *("django", "fkguard", "copy", "--from", "default", "--to", "new"),
            *arguments,
        ),
        cwd=ROOT,
        env=stage.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not has_begun(stage):
        time.sleep(0.02)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()


def has_begun(stage: Stage) -> bool:
    """Say whether the journal of a copy is in the target."""
    try:
        return bool(stage.ask("SELECT COUNT(*) FROM fkguard_copy")[0][0])
    except Error:
        return False
    finally:
        stage.close()


def test_killed_copy_is_resumed(large: Stage) -> None:
    """`make copies` kills fifty."""
    done = json.loads(large.must("tests.copying.kills", str(KILLS)))

    assert done["kills"] == KILLS


def test_interrupted_copy_is_said(large: Stage) -> None:
    for _ in range(20):
        kill(large, "--truncate", "--no-input", delay=0)
        if has_begun(large):
            break
    before = large.rows()

    done = large.copy()

    assert done.returncode == 2
    assert "'new' holds a copy that was interrupted: " in done.stderr
    assert "Go on with --resume, or begin anew with --truncate" in done.stderr
    assert large.rows() == before
    done = large.copy("--resume", "--on-orphan", "skip")
    assert done.returncode == 2
    assert "was begun with another on_orphan." in done.stderr
    assert large.report("--resume")["agrees"]


def test_nothing_to_resume_is_said(stage: Stage) -> None:
    done = stage.copy("--resume")

    assert done.returncode == 2
    assert done.stderr == (
        "CommandError: There is nothing to resume: no copy into 'new' was "
        "interrupted. Run the command without --resume.\n"
    )


def refuse_a_note(stage: Stage) -> str:
    """Make the target refuse one row of the last table; return what undoes it."""
    if LEG == "sqlite":
        stage.tell(
            "CREATE TRIGGER refuse BEFORE INSERT ON stacks_note "
            "WHEN NEW.object_id = '5' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        return "DROP TRIGGER refuse"
    stage.tell("ALTER TABLE stacks_note ADD CONSTRAINT refuse CHECK (object_id <> '5')")
    return "ALTER TABLE stacks_note DROP CONSTRAINT refuse"


def test_failed_copy_is_resumed_and_a_change_meanwhile_is_found(fresh: Stage) -> None:
    mend = refuse_a_note(fresh)

    done = fresh.copy()

    assert done.returncode == 2
    *_, last = [n for n in done.stderr.splitlines() if n.startswith("CommandError")]
    assert last.startswith("CommandError: stacks_note could not be filled: ")
    fresh.tell(mend)
    fresh.close()
    fresh.in_source("UPDATE stacks_shelf SET name = 'moved' WHERE id = 3")

    report = fresh.report("--resume")

    assert {e["table"]: e["problems"] for e in report["tables"] if e["problems"]} == {
        "stacks_shelf": ["The rows differ: their checksums are not the same."]
    }
    fresh.in_source("UPDATE stacks_shelf SET name = 'shelf 3' WHERE id = 3")
    assert fresh.report("--resume")["agrees"]
