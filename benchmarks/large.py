"""Show how fkguard's commands grow with the number of tables: time and memory."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from run import Bench

#: The verbs of `benchmarks.many_tables`, in their order, and what they are.
VERBS = {
    "lint": "lint",
    "preflight": "preflight from zero",
    "migrate": "migrate",
    "check": "check --database",
    "verify": "verify",
    "one_more": "preflight of one more",
    "damage": "",
    "repair": "repair --plan",
    "apply": "repair --apply",
}
#: The most tables that Django migrates in a minute; it takes much longer for more.
MIGRATED = 1000
#: How many times as many tables the large schema has.
TIMES = 10
#: Seconds for each table may grow by so much, and still be called linear: ten times
#: as much of everything leaves the processor's caches, and Python's collector goes
#: through it. What is quadratic takes ten times as long for each.
LINEAR = 1.5


@dataclass(kw_only=True)
class Figure:
    """What one command took."""

    seconds: float
    megabytes: float
    catalogue: int


def measure(bench: Bench, tables: int) -> None:
    """Print what each command takes with that many tables, and with a tenth."""
    few = max(tables // TIMES, 11)
    verbs = [*VERBS]
    print(f"  {tables} tables, and {few} in brackets")
    if tables > MIGRATED:
        verbs[verbs.index("migrate")] = "make"
    else:
        plain = {
            n: figures(bench, n, ["migrate"], guarded=False) for n in (few, tables)
        }
        show("migrate, no fkguard", plain[few]["migrate"], plain[tables]["migrate"], 0)
    found = {n: figures(bench, n, verbs) for n in (few, tables)}
    for verb, what in VERBS.items():
        if what and verb in verbs:
            show(what, found[few][verb], found[tables][verb], tables / few)


def show(what: str, few: Figure, many: Figure, times: float) -> None:
    growth = many.seconds / few.seconds / times if times else 0
    linear = "linear" if growth <= LINEAR else "MORE THAN LINEAR"
    print(
        f"    {what:<22}{many.seconds:8.2f} s ({few.seconds:.2f})"
        f"{many.megabytes:8.0f} MB ({few.megabytes:.0f})"
        f"{many.catalogue:5} catalogue queries ({few.catalogue})"
        + (f"  {growth:.2f} per table, {linear}" if times else ""),
        flush=True,
    )


def figures(
    bench: Bench, tables: int, verbs: list[str], *, guarded: bool = True
) -> dict[str, Figure]:
    """Run verbs one after the other on a schema that is made for them."""
    found: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "FKGUARD_BENCH_LARGE": folder,
            "FKGUARD_BENCH_TABLES": str(tables),
        }
        bench.environment |= environment
        try:
            bench.run("benchmarks.many_tables", "write")
            bench.child("create")
            for verb in verbs:
                done = bench.run("benchmarks.many_tables", verb, guarded=guarded)
                if VERBS.get(verb):
                    timed = json.loads(done.output)
                    found[verb] = Figure(
                        seconds=timed["seconds"],
                        megabytes=done.megabytes,
                        catalogue=timed["catalogue"],
                    )
        finally:
            bench.child("drop")
            for name in environment:
                del bench.environment[name]
    return found
