"""
Kill copies: ``python -m tests.copying.kills create|drop|COUNT [SEED]``.

Copies once to learn how long that takes. Then, COUNT times, a process that copies is
killed with SIGKILL at a random moment after it has begun to write, and another goes on
with ``--resume``: every table has to have the rows and the checksum of the first copy.
Prints JSON. The source is filled and the target migrated before; its rows make way.
`create` and `drop` make and delete the database of the target.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import CommandError, call_command
from django.db import connections

BEGIN = ("--truncate", "--no-input")


def begin(*arguments: str) -> int:
    """Copy in a process of its own; return its number."""
    connections.close_all()
    if process := os.fork():
        return process
    code = 70
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        call_command(
            *("fkguard", "copy", "--from", "default", "--to", "new"), *arguments
        )
        code = 0
    except CommandError as error:
        print(error, file=sys.stderr)
        code = error.returncode
    finally:
        os._exit(code)


def end(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def progress() -> tuple[int, int] | None:
    """Return how many tables of how many are copied, or None before the first."""
    from fkguard.copying.checkpoint import Journal

    journal = Journal(connections["new"])
    return journal.progress() if journal.plan() is not None else None


def wait_until_begun(process: int) -> bool:
    while progress() is None:
        if os.waitpid(process, os.WNOHANG)[0]:
            return False
        time.sleep(0.005)
    return True


def whole(report: Path, *arguments: str) -> dict[str, tuple[int, str]]:
    """Copy to the end; return the rows and the checksum of each table."""
    code = end(begin("--report", str(report), *arguments))
    assert code == 0, f"{arguments} ended with {code}"
    found: dict[str, Any] = json.loads(report.read_text())
    assert found["agrees"]
    assert progress() is None
    return {
        each["table"]: (each["target"]["rows"], each["target"]["checksum"])
        for each in found["tables"]
    }


def main(count: int, seed: int) -> None:
    moments = random.Random(seed)
    kills: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        process = begin(*BEGIN)
        assert wait_until_begun(process)
        started = time.monotonic()
        assert end(process) == 0
        seconds = time.monotonic() - started
        wanted = whole(report, *BEGIN)
        while len(kills) < count:
            process = begin(*BEGIN)
            if not wait_until_begun(process):
                continue  # It was done before it was seen.
            time.sleep(moments.uniform(0, seconds))
            os.kill(process, signal.SIGKILL)
            killed = end(process) == -signal.SIGKILL
            reached = progress()
            if not killed or reached is None:
                continue  # The journal goes away as the last thing.
            kills.append(f"{reached[0]}/{reached[1]}")
            assert whole(report, "--resume") == wanted, (seed, kills)
    print(json.dumps({"seed": seed, "kills": len(kills), "tables done": kills}))


def make_database(statement: str) -> None:
    connection = connections["new"]
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"{statement} {name}")


if __name__ == "__main__":
    django.setup()
    what, *rest = sys.argv[1:]
    if what == "create":
        make_database("CREATE DATABASE")
    elif what == "drop":
        make_database("DROP DATABASE IF EXISTS")
    else:
        main(int(what), int(rest[0]) if rest else random.randrange(1 << 30))
