"""
Play the scenarios of one set-up: ``python -m tests.clusters.play SCENARIO...``.

Settings come from `tests.clusters.settings`. Prints a line of JSON for each scenario.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import django
from django.db import connections

if __name__ == "__main__":
    django.setup()

from fkguard.recovery.ledger import Ledger
from tests.clusters.library import counting
from tests.clusters.settings import SETUP
from tests.clusters.stage import ELSEWHERE, Ended, Occurrence, Stage, Wrong, check

MODES = ("off", "warn", "auto", "strict")
COUNTED = ["0002_prices", "0003_isbn"]
#: What every book costs when each migration was applied once.
PRICE = 100 * 10
CONSTRAINT, MISSING = "one_per_series", "lacks UNIQUE (series, number)"
#: Statements after which a killed process may leave something new behind.
WRITES = re.compile(
    r"\s*(ALTER|CREATE|DROP|RENAME|INSERT|UPDATE|DELETE|COMMIT|SET_AUTOCOMMIT)\b", re.I
)


# Modes


def modes(stage: Stage) -> str:
    """Lose constraints in `off` and `warn`, keep them in `auto`, refuse in `strict`."""
    said = []
    for number, mode in enumerate(MODES):
        stage.reset()
        before = stage.constraints()
        node = stage.writers[number % len(stage.writers)]
        done = stage.migrate(node, mode, "0004")
        stage.settle()
        kept = [stage.constraints(each) == before for each in stage.nodes]
        if mode in {"off", "warn"}:
            check(
                done.code or not any(kept),
                f"{mode}: nothing was lost, so nothing is proven",
            )
            said.append(f"{mode} {'fails' if done.code else 'loses'}")
        elif mode == "auto":
            check(done.code == 0, f"auto: {done}")
            check(all(kept), f"auto: {_differences(stage, before)}")
            said.append("auto keeps")
        else:
            check(done.is_refused, f"strict: {done}")
            check(all(kept), f"strict: {_differences(stage, before)}")
            check("0004_editors" not in stage.applied(), "strict: it was applied")
            said.append("strict refuses")
    return ", ".join(said)


def _differences(stage: Stage, before: Counter[str]) -> str:
    """Return what each node has not, or has too much."""
    lines = []
    for node in stage.nodes:
        found = stage.constraints(node)
        missing, more = list(before - found), list(found - before)
        lines += [f"{node}: missing {missing}, too many {more}"] * (found != before)
    return "; ".join(lines)


# Several at once


def at_once(number: int, mode: str) -> Callable[[Stage], str]:
    def play(stage: Stage) -> str:
        stage.reset("0001")
        with stage.others_at_work():
            done = stage.at_once(_in_turns(stage, number), mode, "0003")
        return _applied_once(stage, done)

    play.__doc__ = (
        f"Start {number} runs at once in {mode}: each migration applied once."
    )
    return play


def from_zero(stage: Stage) -> str:
    """Start eight runs at once on an empty database, which create fkguard's tables."""
    for _ in range(3):
        stage.empty(everything=True)
        done = stage.at_once(_in_turns(stage, 8), "auto")
        said = _applied_once(stage, done)
    return said


def _in_turns(stage: Stage, number: int) -> list[str]:
    return [stage.writers[each % len(stage.writers)] for each in range(number)]


def _applied_once(stage: Stage, done: list[Ended]) -> str:
    """Raise ``Wrong`` unless each migration was applied once, and all ended well."""
    stage.settle()
    problems = []
    for node in stage.nodes:
        rows = stage.execute("SELECT migration FROM library_applied", node)
        counts = Counter(row[0] for row in rows)
        if counts != Counter(COUNTED):
            problems.append(f"{node}: times applied: {dict(counts)}")
        applied = [each for each in stage.applied(node) if each in COUNTED]
        if applied != COUNTED:
            problems.append(f"{node}: recorded: {applied}")
        rows = stage.execute("SELECT price FROM library_book", node)
        if (prices := {row[0] for row in rows}) != {PRICE}:
            problems.append(f"{node}: prices {prices}, not {PRICE}")
    unclear = [str(each) for each in done if each.code and not each.is_refused]
    if unclear:
        problems.append(f"{len(unclear)} failed without a clear word: {unclear[0]}")
    passed = sum(1 for each in done if each.code == 0)
    if not passed:
        problems.append(f"all were refused: {done[0]}")
    if left := _locks(stage):
        problems.append(f"advisory locks left on the server: {left}")
    check(not problems, "\n".join(problems))
    return f"{passed} exit 0, {len(done) - passed} refused; applied once"


def _locks(stage: Stage) -> int:
    """Return how many advisory locks a PostgreSQL server keeps."""
    if stage.vendor != "postgresql":
        return 0
    sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    return int(stage.execute(sql)[0][0])


# Killed runs


def killed(stage: Stage) -> str:
    """Kill a run after each statement that writes; the next one is on another node."""
    stage.reset()
    before = stage.constraints()
    whole = stage.migrate(stage.writers[0], "auto", "0004", statements=Occurrence())
    check(whole.code == 0, f"not even without a kill: {whole}")
    stage.settle()
    check(stage.constraints() == before, "auto loses constraints without a kill")
    points = list(_points(whole.statements))
    check(len(points) > 5, f"{len(points)} points")
    wrong = []
    for number, (sql, times) in enumerate(points):
        first = stage.writers[number % len(stage.writers)]
        second = stage.writers[(number + 1) % len(stage.writers)]
        stage.reset()
        done = stage.migrate(first, "auto", "0004", statements=Occurrence(sql, times))
        check(done.code == -9, f"{sql[:80]}: not reached: {done}")
        second = promoted(stage, second)
        after = stage.migrate(second, "auto", "0004")
        if problem := _after_a_kill(stage, second, after, before):
            wrong.append(f"after {sql[:100]!r}: {problem}")
    check(not wrong, f"{len(wrong)} of {len(points)} points: {wrong[:2]}")
    return f"{len(points)} points, nothing lost"


@contextmanager
def _another_host() -> Iterator[None]:
    """Be a process whose end nobody on this machine can see."""
    recovery = "fkguard.recovery"
    with (
        mock.patch(f"{recovery}.process._machine", return_value="another-machine 1"),
        mock.patch(f"{recovery}.claim_table.host", return_value="another-host"),
    ):
        yield


def killed_elsewhere(stage: Stage) -> str:
    """Kill a run of another host, whose claim is taken over after a while."""
    stage.reset()
    before = stage.constraints()
    first, second = (stage.writers * 2)[:2]
    alter = Occurrence("ALTER TABLE", 1)
    done = stage.migrate(
        first, "auto", "0004", statements=alter, entering=_another_host
    )
    check(done.code == -9, f"not reached: {done}")
    second = promoted(stage, second)
    busy = stage.migrate(second, "auto", "0004", setting={"CLAIM_WAIT": 1})
    check(busy.is_refused and "another-host" in busy.text, f"not refused: {busy}")
    status = stage.command(second, "fkguard", "status")
    check("another-host" in status.text, f"status: {status}")
    begun = time.monotonic()
    after = stage.migrate(second, "auto", "0004")
    seconds = time.monotonic() - begun
    problem = _after_a_kill(stage, second, after, before)
    check(problem is None, str(problem))
    return f"refused while it may live, taken over after {seconds:.0f} s"


def frozen(stage: Stage) -> str:
    """Freeze a run of another host; it may not go on when another one took over."""
    stage.reset("0001")
    first, second = (stage.writers * 2)[:2]
    (child,) = stage.begin(
        [first],
        "auto",
        ["migrate", "library", "0003"],
        # When 0002 was recorded.
        statements=Occurrence(INSERT[stage.vendor], 1, signal.SIGSTOP),
        entering=_another_host,
    )
    status = os.waitpid(child[1], os.WUNTRACED)[1]
    check(os.WIFSTOPPED(status), f"it was not frozen: {status}")
    try:
        done = stage.migrate(second, "auto", "0003")
        check(done.code == 0, f"the run that took over: {done}")
    finally:
        os.kill(child[1], signal.SIGCONT)
        (late,) = stage.finish([child])
    said = _applied_once(stage, [done, late])
    check(late.is_refused and "claim" in late.text, f"it went on: {late}")
    return f"stopped when it went on; {said}"


INSERT = {
    "postgresql": 'INSERT INTO "django_migrations"',
    "mysql": "INSERT INTO `django_migrations`",
}


def _points(statements: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield each statement that writes, and how often it was sent by then."""
    seen: Counter[str] = Counter()
    for sql in statements:
        seen[sql] += 1
        if WRITES.match(sql):
            yield sql, seen[sql]


def _after_a_kill(
    stage: Stage, node: str, done: Ended, promised: Counter[str]
) -> str | None:
    """Return what is wrong after the run that follows a killed one."""
    if done.code:
        return f"the next run: {done}"
    stage.settle()
    if differences := _differences(stage, promised):
        return differences
    if left := Ledger(stage.connection(node)).outstanding():
        return f"still in the ledger: {left}"
    if "0004_editors" not in stage.applied(node):
        return "0004 is not recorded"
    return None


def promoted(stage: Stage, node: str) -> str:
    """Return a node for the next run; a group with one primary elects another."""
    if not SETUP["elects"]:
        return node
    members = stage.execute(
        "SELECT MEMBER_ID, MEMBER_PORT FROM "
        "performance_schema.replication_group_members WHERE MEMBER_ROLE = 'SECONDARY'"
    )
    chosen, port = members[0]
    stage.execute(f"SELECT group_replication_set_as_primary('{chosen}')")
    (name,) = [
        e for e in stage.nodes if connections[e].settings_dict["PORT"] == str(port)
    ]
    stage.writers = [name]
    connections[ELSEWHERE].settings_dict["PORT"] = str(port)
    stage.readers = [each for each in stage.nodes if each != name]
    return name


# Commands


def repaired(stage: Stage) -> str:
    """Drop a constraint on one node; verify, repair and verify on others."""
    stage.reset("0003")
    first, second, third = (stage.writers * 3)[:3]
    before = stage.constraints()
    kind = "CONSTRAINT" if stage.vendor == "postgresql" else "INDEX"
    stage.execute(f"ALTER TABLE library_book DROP {kind} {CONSTRAINT}", first)
    stage.settle()
    found = stage.command(second, "fkguard", "verify")
    check(found.code == 1 and MISSING in found.text, f"verify: {found}")
    done = stage.command(second, "fkguard", "repair", "--apply", "--no-input")
    check(done.code == 0, f"repair: {done}")
    stage.settle()
    again = stage.command(third, "fkguard", "verify")
    check(again.code == 0, f"verify after repair: {again}")
    for node in stage.nodes:
        check(stage.constraints(node) == before, f"{node}: it is not what it was")
    return "reported, repaired, clean on every node"


def copied(stage: Stage) -> str:
    """Refuse to copy a database to itself; copy it to another one."""
    stage.reset("0003")
    done = stage.migrate(stage.writers[0], "auto", "0004")
    check(done.code == 0, f"migrate: {done}")
    stage.settle()
    rows = stage.execute("SELECT COUNT(*) FROM library_book")[0][0]
    check(rows, "no rows")
    names = [*stage.writers, *stage.readers]
    pairs = [("default", names[-1]), (names[-1], names[0])]
    for source, target in pairs:
        done = stage.command(
            stage.writers[0],
            *("fkguard", "copy", "--from", source, "--to", target),
            *("--truncate", "--no-input"),
        )
        left = stage.execute("SELECT COUNT(*) FROM library_book")[0][0]
        check(left == rows, f"{source} to {target}: {left} of {rows} rows left: {done}")
        check(done.code, f"{source} to {target}: it was not refused: {done}")
        check("same database" in done.text, f"{source} to {target}: {done}")
    # The other database of the same server or cluster is another one.
    with _migrated_elsewhere(stage):
        done = stage.command(
            stage.writers[0],
            *("fkguard", "copy", "--from", "default", "--to", ELSEWHERE),
            *("--truncate", "--no-input"),
        )
        check(done.code == 0, f"to another database: {done}")
    return "to itself refused, to another database done"


@contextmanager
def _migrated_elsewhere(stage: Stage) -> Iterator[None]:
    with mock.patch.object(counting, "SECONDS", 0):
        done = stage.command(stage.writers[0], "migrate", f"--database={ELSEWHERE}")
        check(done.code == 0, f"migrate elsewhere: {done}")
    yield


# Nodes that accept no writes


def read_only(stage: Stage) -> str:
    """Check, verify and ask for the status on a node that is read-only, and lags."""
    stage.reset("0003")
    writer, said = stage.writers[0], []
    for reader in stage.readers:
        for words in COMMANDS:
            here, there = (stage.command(e, *words) for e in (writer, reader))
            check(there.code == here.code, f"{' '.join(words)}: {there}, not {here}")
            check(there.text == here.text, f"{' '.join(words)}: {there}, not {here}")
        for mode in MODES:
            done = stage.migrate(reader, mode, "0004")
            is_clear = "read-only" in done.text or (
                # For what it would lose, before anything about the server.
                mode == "strict" and done.is_refused
            )
            check(done.code and is_clear, f"migrate in {mode}: {done}")
        check(stage.applied(writer) == stage.applied(reader), "it was applied")
        done = stage.migrate(reader, "auto", "0003")
        check(done.code == 0, f"migrate with nothing to apply: {done}")
        said.append(reader)
    with lagging(stage) as lags:
        if lags:
            done = stage.migrate(writer, "auto", "0004")
            check(done.code == 0, f"migrate: {done}")
            for reader in stage.readers:
                check("0004_editors" not in stage.applied(reader), "it does not lag")
                for words in COMMANDS:
                    there = stage.command(reader, *words)
                    check(not there.error, f"lagging, {' '.join(words)}: {there}")
                done = stage.migrate(reader, "auto", "0004")
                check(
                    done.code and "read-only" in done.text, f"migrate, lagging: {done}"
                )
    stage.settle()
    for reader in stage.readers:
        there = stage.command(reader, "fkguard", "verify")
        check(there.code == 0, f"verify at the end: {there}")
    lag = ", also when it lags" if lags else ""
    return f"{' and '.join(said)}: three commands work, migrate refuses{lag}"


COMMANDS = (
    ("fkguard", "verify"),
    ("fkguard", "status"),
    ("check", "--database=default"),
)


@contextmanager
def lagging(stage: Stage) -> Iterator[bool]:
    """Stop what a reader replays for a while; yield whether that is possible."""
    stop, go = {
        "postgresql": ("SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"),
        "mysql": ("STOP REPLICA SQL_THREAD", "START REPLICA SQL_THREAD"),
    }[stage.vendor]
    if SETUP["elects"]:
        yield False
        return
    for reader in stage.readers:
        stage.execute(stop, reader)
    try:
        yield True
    finally:
        for reader in stage.readers:
            stage.execute(go, reader)


ONCE = {f"{n} at once, {mode}": at_once(n, mode) for n in (2, 8) for mode in MODES}
SCENARIOS: dict[str, Callable[[Stage], str]] = {
    "modes": modes,
    **ONCE,
    "8 at once, from zero": from_zero,
    "killed": killed,
    "killed on another host": killed_elsewhere,
    "frozen on another host": frozen,
    "verify and repair": repaired,
    "copy": copied,
    "read-only": read_only,
}


def chosen(stage: Stage) -> list[str]:
    """Return the scenarios that this set-up is for."""
    names = list(SCENARIOS)
    if not stage.readers:
        names.remove("read-only")
    if len(stage.nodes) == 1:
        names.remove("copy")
    return names


def main(wanted: list[str]) -> int:
    """Play the scenarios whose name contains one of the words, or all of them."""
    stage = Stage()
    stage.create()
    try:
        first = stage.command(stage.writers[0], "migrate", "auth", mode="off")
        check(first.code == 0, f"{first}")
        names = chosen(stage)
        if wanted:
            names = [n for n in names if any(each in n for each in wanted)]
        outcomes = [is_passed(stage, name) for name in names]
        return 0 if outcomes and all(outcomes) else 1
    finally:
        stage.drop()


def is_passed(stage: Stage, name: str) -> bool:
    """Play one scenario, print what came of it, and return whether it passed."""
    begun = time.monotonic()
    passed = False
    try:
        outcome, passed = SCENARIOS[name](stage), True
    except Wrong as error:
        outcome = str(error)
    except Exception:  # noqa: BLE001 - it is printed, and fails the set-up
        outcome = traceback.format_exc()
    line = {
        "scenario": name,
        "passed": passed,
        "outcome": outcome,
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(line), flush=True)
    connections.close_all()
    return passed


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.clusters.settings")
    sys.exit(main(sys.argv[1:]))
