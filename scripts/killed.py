"""
End runs of migrate at every statement that they send: `make killed`.

    killed.py [--database NAME]... [--django X.Y]

Each leg plays tests/test_killed.py whole: before and after each statement the process
is killed, and then, in other runs, its connection by the server. The next migrate has
to leave every declared constraint enforced. Prints how many points that were; about
an hour on each server. The exit status is zero when nothing was lost anywhere.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

from run_legs import (
    DJANGOS,
    LOGS,
    NEWEST,
    ROOT,
    VENVS,
    Leg,
    check_server,
    environment_of,
    make_environments,
    plan,
    processes,
    tail,
)
from servers import Servers, end_on_signals

#: The databases that cannot roll DDL back.
DATABASES = ("mysql", "mariadb", "mariadb118")
#: What the tests tell of a change.
POINTS = re.compile(r"^\w+: (\d+) points of \d+, .*$", re.M)
SECONDS = 3 * 3600


def kill(leg: Leg, servers: Servers) -> bool:
    """Play one leg and say how many points it had."""
    if leg.problem:
        print(f"{leg.name}: {leg.problem}")
        return False
    check_server(leg, servers)
    log = LOGS / f"killed-{leg.name}.log"
    log.unlink(missing_ok=True)
    environment = environment_of(leg, servers.environment()) | {
        "FKGUARD_EVERY_POINT": "1",
        "FKGUARD_TEST_NAME_SUFFIX": f"{leg.name_suffix}_killed",
    }
    python = str(VENVS / leg.venv / "bin" / "python")
    command = [python, "-m", "pytest", "--color=no", "-p", "no:cacheprovider"]
    status = processes.run(
        [*command, "tests/test_killed.py"], log, env=environment, seconds=SECONDS
    )
    found = list(POINTS.finditer(log.read_text(errors="replace")))
    total = sum(int(each[1]) for each in found)
    lines = [f"{leg.database}, Django {leg.django}: {total} points"]
    print("\n".join([*lines, *(f"  {each[0]}" for each in found)]), flush=True)
    if status:
        print(f"--- {log.relative_to(ROOT)}\n{tail(log)}\n---", flush=True)
    return status == 0 and total > 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--django", choices=list(DJANGOS), default=NEWEST)
    parser.add_argument("--python", help="the one interpreter to use")
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    options = parser.parse_args(arguments)
    options.database = options.database or list(DATABASES)
    legs, untested = plan(options)
    legs = [leg for leg in legs if not leg.is_wheel]
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    try:
        make_environments(legs)
        servers.obtain([leg.database for leg in legs])
        with ThreadPoolExecutor(options.jobs) as pool:
            clean = list(pool.map(lambda leg: kill(leg, servers), legs))
    finally:
        processes.stop()
        servers.stop()
    for line in untested:
        print(f"NOT PLAYED: {line}")
    return 0 if clean and all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
