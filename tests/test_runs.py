"""Several runs of migrate on one database, one inside another, and killed ones."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.models.signals import pre_migrate
from django.test.utils import override_settings

import fkguard
from fkguard.backends.base.claims import Reason
from fkguard.errors import CannotClaim, ClaimLost, Refused
from fkguard.recovery.claim import claim_for
from fkguard.recovery.claim_protocol import RowClaim
from fkguard.recovery.ledger import Ledger
from tests import operations
from tests.harness import Lab, Step
from tests.scenarios.builders import create, integer
from tests.test_acknowledgements import write
from tests.test_plans import BOOK, HARMLESS, REMOVE

# The processes are what this is about, on every server.
pytestmark = pytest.mark.kind("run")

LOG = create("Log", number=integer())
COUNTED = RunPython(operations.count_run, RunPython.noop)
CALL = RunPython(operations.call, RunPython.noop)
servers = pytest.mark.flavours("postgresql", "mariadb", "mysql")
#: Where DDL is not rolled back, Django lets no schema change run in a transaction.
NESTED = RunPython(operations.migrate_other_app, RunPython.noop, atomic=False)
REMOVED_BY_CODE = RunPython(operations.remove_series, atomic=False)

SETTINGS = """
import os
from tests.settings import *

MIGRATION_MODULES = {{app: "{package}." + app for app in ("testapp", "otherapp")}}
FKGUARD = {{"CLAIM_WAIT": float(os.environ.get("TEST_WAIT", "60"))}}
LOGGING_CONFIG = None
"""


@pytest.fixture(autouse=True)
def children() -> Iterator[None]:
    """End the processes that a failed test leaves."""
    yield
    for each in STARTED:
        if each.poll() is None:
            each.kill()
            each.communicate()
    STARTED.clear()


STARTED: list[subprocess.Popen[str]] = []


def start(lab: Lab, mode: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start ``migrate`` in a process of its own."""
    settings = lab.root / "runs_settings.py"
    settings.write_text(SETTINGS.format(package=lab.package), encoding="utf-8")
    package = str(Path(fkguard.__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "migrate", "testapp", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((package, str(lab.root))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "runs_settings",
            "FKGUARD_MODE": mode,
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def ended(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Wait for processes; return status, output and errors of each."""
    found = []
    for each in processes:
        output, errors = each.communicate(timeout=120)
        found.append((each.returncode, output, errors))
    return found


def counted(lab: Lab) -> int:
    lab.reconnect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM testapp_log")
        return int(cursor.fetchone()[0])


def recorded() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM django_migrations WHERE app = 'testapp'")
        return int(cursor.fetchone()[0])


def until_counted(lab: Lab, process: subprocess.Popen[str]) -> None:
    """Wait until a run is in the middle of its data migration."""
    deadline = time.monotonic() + 60
    while counted(lab) == 0:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def written(lab: Lab) -> Lab:
    """Return a lab with three data migrations of which none is applied."""
    lab.apply([LOG])
    lab.write(*(Step(operations=[COUNTED], atomic=False) for _ in range(3)))
    return lab


# Several processes


@pytest.mark.parametrize("mode", ["off", "strict"])
def test_second_run_applies_nothing_again(written: Lab, mode: str) -> None:
    gate = written.root / "gate"
    first = start(written, mode, TEST_GATE=str(gate))
    until_counted(written, first)
    second = start(written, mode)
    assert second.stderr is not None
    waiting = second.stderr.readline()
    gate.touch()

    found = ended([first, second])

    assert [status for status, *_ in found] == [0, 0], found
    assert (counted(written), recorded()) == (3, 4)
    assert "No migrations to apply." in found[1][1]
    assert waiting.startswith(
        "Waiting up to 60 seconds for another migrate on the database 'default': "
        f"process {first.pid} on the host "
    )


def test_eight_runs_at_once_apply_each_migration_once(written: Lab) -> None:
    found = ended([start(written, "auto") for _ in range(8)])

    assert [status for status, *_ in found] == [0] * 8, found
    assert (counted(written), recorded()) == (3, 4)
    assert sum("No migrations to apply." in output for _, output, _ in found) == 7


@pytest.fixture
def claimed(lab: Lab) -> Iterator[None]:
    """Hold the claim of the database, as another run does."""
    claim = claim_for(connection)
    assert claim is not None
    claim.acquire(0, (), lambda holder: None)
    yield
    claim.release()


def test_run_that_waits_too_long_names_the_other(lab: Lab, claimed: None) -> None:
    lab.write([LOG])

    with override_settings(FKGUARD={"CLAIM_WAIT": 0.5}):
        outcome = lab.migrate(mode="off")

    assert isinstance(outcome.error, Refused)
    assert (
        "SystemCheckError: another migrate is active on the database 'default': "
        f"process {os.getpid()} on the host "
    ) in str(outcome.error)
    assert 'waited 0.5 seconds (FKGUARD["CLAIM_WAIT"])' in str(outcome.error)
    assert "fkguard release --database default" in str(outcome.error)
    assert outcome.is_untouched


def test_run_without_a_claim_does_not_wait(lab: Lab, claimed: None) -> None:
    lab.write([LOG])

    with override_settings(FKGUARD={"CLAIM": False}):
        assert lab.migrate_only("off") is None


@pytest.mark.parametrize("options", [{"plan": True}, {"check_unapplied": True}])
def test_what_is_only_shown_does_not_wait(
    lab: Lab, claimed: None, options: dict[str, Any]
) -> None:
    lab.write([LOG])

    with contextlib.suppress(SystemExit):  # As --check does.
        assert lab.migrate(**options).error is None


def test_killed_run_does_not_hold_up_the_next(written: Lab) -> None:
    first = start(written, "auto", TEST_GATE=str(written.root / "gate"))
    until_counted(written, first)
    first.kill()
    first.communicate()

    with override_settings(FKGUARD={"CLAIM_WAIT": 5}):
        assert written.migrate_only("auto") is None

    # The first of the three had run, and nothing recorded that it had.
    assert counted(written) == 4


def test_interrupted_run_gives_its_claim_back(written: Lab) -> None:
    first = start(written, "auto", TEST_GATE=str(written.root / "gate"))
    until_counted(written, first)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)

    assert holder() is None


def test_run_with_an_empty_plan_writes_nothing(lab: Lab) -> None:
    lab.apply([LOG])
    with mock.patch.object(RowClaim, "acquire") as acquire:
        assert lab.migrate_only("auto") is None

    acquire.assert_not_called()


@servers
def test_run_with_an_empty_plan_waits_for_an_active_one(
    lab: Lab, claimed: None
) -> None:
    """That one may be creating permissions, as this one will."""
    lab.write([LOG])
    with override_settings(FKGUARD={"CLAIM": False}):
        assert lab.migrate_only("off") is None
    begun = time.monotonic()

    with override_settings(FKGUARD={"CLAIM_WAIT": 0.5}):
        assert lab.migrate_only("auto") is None  # It is harmless, and goes on.

    assert time.monotonic() - begun > 0.5


# The row


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a holder count as gone after a second or two."""
    monkeypatch.setattr("fkguard.recovery.claim_timing.BEAT", 0.1)
    monkeypatch.setattr("fkguard.recovery.claim_timing.LIFETIME", 1.0)
    monkeypatch.setattr("fkguard.recovery.claim_timing.CHALLENGE", 0.5)
    monkeypatch.setattr("fkguard.recovery.claim_timing.FRESH", 0.0)


def elsewhere(lab: Lab) -> None:
    """Let the holder be a process of another host."""
    lab.execute("UPDATE fkguard_claim SET host = 'web-2', pid = 7, process = ''")


@servers
def test_active_run_of_another_host_keeps_its_claim(
    lab: Lab, soon: None, claimed: None
) -> None:
    elsewhere(lab)
    lab.write([LOG])

    with override_settings(FKGUARD={"CLAIM_WAIT": 4}):
        error = lab.migrate_only("auto")

    assert isinstance(error, Refused)
    assert "process 7 on the host web-2, since 20" in str(error)


@servers
def test_silent_run_of_another_host_loses_its_claim(
    lab: Lab, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    frozen = claim_for(connection)
    assert isinstance(frozen, RowClaim)
    frozen.acquire(0, (), lambda holder: None)
    frozen._stop.set()
    elsewhere(lab)
    lab.write([LOG])

    with override_settings(FKGUARD={"CLAIM_WAIT": 30}):
        assert lab.migrate_only("auto") is None

    assert "on the host web-2" in caplog.text
    assert "was taken over: that run no longer answers." in caplog.text
    with pytest.raises(ClaimLost, match="it was ended"):
        frozen.check()
    frozen.release()


@servers
def test_run_that_has_lost_its_claim_stops(
    lab: Lab, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.apply([LOG])
    lab.write(Step(operations=[CALL], atomic=False))
    lab.write(Step(operations=[COUNTED]))
    monkeypatch.setattr(
        operations, "CALLED", lambda: lab.execute("DELETE FROM fkguard_claim")
    )

    error = lab.migrate_only("auto")

    assert isinstance(error, Refused)
    assert "its claim was lost (it was ended)" in str(error)
    assert "testapp.0002_step has run and was not recorded" in str(error)
    assert (counted(lab), recorded()) == (0, 1)


@pytest.mark.flavours("postgresql")
def test_claim_cannot_be_taken_in_the_middle_of_a_transaction(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def take() -> None:
        monkeypatch.setattr("fkguard.recovery.claim_timing.LIFETIME", 0.3)
        with pytest.raises(CommandError) as caught:
            call_command("fkguard", "release", interactive=False)
        refused.append(str(caught.value))

    lab.apply([LOG])
    lab.write([CALL])
    monkeypatch.setattr(operations, "CALLED", take)

    assert lab.migrate_only("auto") is None

    [text] = refused
    assert text.startswith(f"The run is active: process {os.getpid()} on the host ")


@servers
def test_release_ends_a_claim(lab: Lab, claimed: None) -> None:
    elsewhere(lab)
    output = io.StringIO()

    call_command("fkguard", "release", interactive=False, stdout=output)

    assert output.getvalue().splitlines()[1:] == ["Its claim is ended."]
    assert holder() is None
    output = io.StringIO()
    call_command("fkguard", "release", interactive=False, stdout=output)
    assert output.getvalue() == "No run has claimed the database 'default'.\n"


@pytest.mark.flavours("sqlite")
def test_release_cannot_end_a_lock(lab: Lab, claimed: None) -> None:
    with pytest.raises(CommandError, match="The run is active: process"):
        call_command("fkguard", "release", interactive=False)


@pytest.mark.flavours("sqlite")
def test_lock_file_is_removed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write([LOG])
    path = Path(f"{connection.settings_dict['NAME']}-fkguard")
    seen: list[bool] = []
    monkeypatch.setattr(operations, "CALLED", lambda: seen.append(path.exists()))
    lab.write([CALL])

    assert lab.migrate_only("auto") is None

    assert (seen, path.exists()) == ([True], False)


@servers
def test_status_names_who_holds_the_claim(lab: Lab, claimed: None) -> None:
    output = io.StringIO()

    call_command("fkguard", "status", stdout=output)

    assert f"claim     process {os.getpid()} on the host " in output.getvalue()


# Accounts and servers


@servers
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.READ_ONLY, "is read-only, and there are migrations to apply: no"),
        (Reason.OTHER, "could not claim the database 'default', so another migrate"),
    ],
)
def test_run_that_cannot_claim_is_refused(lab: Lab, reason: Reason, said: str) -> None:
    lab.write([LOG])

    with failing_claim(reason):
        outcome = lab.migrate(mode="auto")

    assert isinstance(outcome.error, Refused)
    assert said in str(outcome.error)
    assert outcome.is_untouched


@servers
def test_account_without_the_right_to_claim_runs_with_a_warning(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write([LOG])

    with failing_claim(Reason.FORBIDDEN):
        assert lab.migrate_only("auto") is None

    assert "Another migrate at the same time is not held back." in caplog.text


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_run_without_a_claim_is_guarded_all_the_same(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    acknowledged = 'acknowledge("E101", "book_place", reason="Sold.")'
    write(lab, Step(operations=[REMOVE, LOG], atomic=False), acknowledged)

    with override_settings(FKGUARD={"CLAIM": False}):
        error = lab.migrate_only(mode)

    assert error is None
    assert Ledger(connection).owed() == []


def failing_claim(reason: Reason) -> Any:
    return mock.patch.object(RowClaim, "acquire", side_effect=CannotClaim("no", reason))


def holder() -> Any:
    claim = claim_for(connection)
    return claim.holder() if claim is not None else None


# One run inside another


def write_apart(lab: Lab, operations: Sequence[Operation]) -> None:
    """Write a migration of otherapp that depends on none of testapp."""
    steps, lab.steps = lab.steps, []
    lab.write(Step(operations=operations, app="otherapp"))
    lab.steps = steps


@pytest.mark.parametrize("mode", ["auto", "strict"])
@pytest.mark.parametrize("atomic", [True, False])
def test_run_inside_another_leaves_that_guarded(
    lab: Lab, mode: str, atomic: bool
) -> None:
    """What the outer migration acknowledges still counts after the inner run."""
    lab.apply([BOOK])
    write_apart(lab, [create("Tag", number=integer())])
    acknowledged = 'acknowledge("E101", "book_place", reason="Sold.")'
    write(lab, Step(operations=[NESTED, REMOVE], atomic=atomic), acknowledged)

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert {*outcome.after.applied} - {*outcome.before.applied} == {
        ("otherapp", "0001_step"),
        ("testapp", "0002_step"),
    }


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_loss_after_a_run_inside_another_is_refused(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    write_apart(lab, [create("Tag", number=integer())])
    lab.write(Step(operations=[NESTED, REMOVED_BY_CODE]))

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"


def test_claim_outlives_a_run_inside_another(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(operations, "CALLED", lambda: seen.append(holder()))
    lab.apply([BOOK])
    write_apart(lab, [create("Tag", number=integer())])
    after = RunPython(operations.call, RunPython.noop)
    lab.write(Step(operations=[NESTED, after], atomic=False))
    assert lab.migrate_only("auto") is None

    [held] = seen
    assert held.pid == os.getpid()
    assert holder() is None


# A receiver that stops a run


def raising(**kwargs: Any) -> None:
    raise RuntimeError("no")


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_preflight_ends_with_its_run(lab: Lab, mode: str) -> None:
    """A receiver that raises leaves no judgement for what runs afterwards."""
    lab.apply([BOOK])
    lab.write([HARMLESS])
    lab.write([REMOVE])
    with in_mode("off"):
        call_command("migrate", "testapp", "0002_step", verbosity=0)
    before = lab.snapshot()
    config = apps.get_app_config("otherapp")
    pre_migrate.connect(raising, sender=config)
    acknowledged = {"testapp.0003_step": [("E101", "book_place", "Sold.")]}
    try:
        with override_settings(FKGUARD={"ACKNOWLEDGED": acknowledged}):
            error = lab.migrate_only(mode)
        assert str(error) == "no"
    finally:
        pre_migrate.disconnect(raising, sender=config)

    executor = MigrationExecutor(connection)
    with in_mode(mode), pytest.raises(Refused):
        executor.migrate([("testapp", "0003_step")])

    assert lab.snapshot() == before


@contextlib.contextmanager
def in_mode(mode: str) -> Iterator[None]:
    with mock.patch.dict(os.environ, {"FKGUARD_MODE": mode}):
        yield


# Programs


def test_plan_that_another_run_has_overtaken_is_made_again(written: Lab) -> None:
    """A program's executor has read what was applied before another run."""
    late = MigrationExecutor(connection)
    targets = late.loader.graph.leaf_nodes("testapp")
    plan = late.migration_plan(targets)
    assert len(plan) == 3
    with in_mode("off"):
        call_command("migrate", "testapp", "0003_step", verbosity=0)
        late.migrate(targets, plan=plan)

    assert (counted(written), recorded()) == (3, 4)
