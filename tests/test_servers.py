"""Stop the servers that a script has started, however the script ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.kind("project")
SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
SCRIPT = """
import signal, sys, time
# A shell that starts a job in the background lets it ignore the first of them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.path.insert(0, sys.argv[1])
from servers import end_on_signals
if sys.argv[2] == "handled":
    end_on_signals()
try:
    print("begun", flush=True)
    # A signal right before a call that sleeps is looked at behind it.
    for _ in range(600):
        time.sleep(0.1)
    print("not interrupted", flush=True)
finally:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name
)
@pytest.mark.parametrize("handling", ["handled", "default"])
def test_script_stops_its_servers_on_a_signal(
    number: signal.Signals, handling: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(SCRIPTS), handling],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        rest = process.stdout.read()

    # Of the three, Python itself turns only SIGINT into an exception.
    is_stopped = handling == "handled" or number == signal.SIGINT
    assert rest == ("stopped\n" if is_stopped else "")


def test_unknown_database_is_refused_before_anything_is_built() -> None:
    command = [sys.executable, str(SCRIPTS / "servers.py"), "known", "oracle"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == (
        "There is no database 'oracle'; use one of sqlite, mysql, mariadb, "
        "mariadb118, postgresql, postgresql18.\n"
    )
