"""
Play random histories of operations on every server: `make fuzz N=2000`.

    fuzz.py [--histories N] [--seed N] [--database NAME]... [--django X.Y]

Each leg of `make test` plays as many histories as told, two legs at once, and prints
how many histories and operations that were, and the seed. The exit status is zero
when none of them broke a promise of fkguard.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

from run_legs import (
    DATABASES,
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
from servers import SERVERS, Servers, end_on_signals

#: What the tests print of a campaign.
SUMMARY = re.compile(r"^\w+: \d+ histories, .*$", re.M)


def fuzz(leg: Leg, servers: Servers, options: argparse.Namespace) -> bool:
    """Play the histories of one leg and say what came of it."""
    if leg.problem:
        print(f"{leg.name}: {leg.problem}")
        return False
    check_server(leg, servers)
    log = LOGS / f"fuzz-{leg.name}.log"
    log.unlink(missing_ok=True)
    environment = environment_of(leg, servers.environment()) | {
        "FKGUARD_FUZZ": str(options.histories),
        "FKGUARD_FUZZ_SEED": str(options.seed),
        "FKGUARD_FUZZ_SECONDS": str(options.seconds),
        "FKGUARD_TEST_NAME_SUFFIX": f"{leg.name_suffix}_fuzz",
    }
    python = str(VENVS / leg.venv / "bin" / "python")
    command = [python, "-m", "pytest", "--color=no", "--tb=line", "tests/fuzz"]
    status = processes.run(
        [*command, "-p", "no:cacheprovider"],
        log,
        env=environment,
        seconds=options.seconds + 600,
    )
    found = SUMMARY.search(log.read_text(errors="replace"))
    print(f"Django {leg.django}, {found[0] if found else 'no history was played'}")
    if status:
        print(f"--- {log.relative_to(ROOT)}\n{tail(log)}\n---", flush=True)
    return status == 0 and found is not None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=7200, help="at most, per leg")
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--django", choices=list(DJANGOS), default=NEWEST)
    parser.add_argument("--python", help="the one interpreter to use")
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    options = parser.parse_args(arguments)
    legs, untested = plan(options)
    legs = [leg for leg in legs if not leg.is_wheel]
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    try:
        make_environments(legs)
        servers.obtain([s for s in SERVERS if s in {leg.database for leg in legs}])
        with ThreadPoolExecutor(options.jobs) as pool:
            clean = list(pool.map(lambda leg: fuzz(leg, servers, options), legs))
    finally:
        processes.stop()
        servers.stop()
    for line in untested:
        print(f"NOT PLAYED: {line}")
    return 0 if clean and all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
