"""What a repair consists of, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..judgement.recipes import Owed
from ..schema.catalogue import Catalogue, Located, Table
from ..schema.constraints import Constraint
from ..verify import Verification
from ..verify.expected import Promise


@dataclass(kw_only=True)
class RepairStep:
    """One gap and what closes it: statements that belong together."""

    table: str
    #: What will be there, for a reader: "UNIQUE (title) of library_book".
    title: str
    statements: list[str] = field(default_factory=list)
    #: What it locks, and for how long.
    locks: str = ""
    #: What stands in the way, with a few keys; "" for nothing.
    obstacle: str = ""
    sample: tuple[str, ...] = ()
    #: What was looked for in the rows, and not found.
    preflight: str = ""
    #: What the statements take away for a while: it is in the ledger meanwhile.
    away: list[Located] = field(default_factory=list)
    #: What the ledger owes, where the step comes from there.
    owed: Owed | None = None
    #: SQLite: the declared table that is to be built again by Django.
    rebuilds: Promise | None = None
    #: The constraint that must be there afterwards.
    makes: Constraint | None = None

    def add_rows(self, preflight: str, obstacle: str, sample: tuple[str, ...]) -> None:
        """Take in what the rows say about one more constraint."""
        self.preflight = "; ".join(filter(None, (self.preflight, preflight)))
        self.obstacle = "; ".join(filter(None, (self.obstacle, obstacle)))
        self.sample += sample

    @property
    def is_blocked(self) -> bool:
        return bool(self.obstacle)


@dataclass(kw_only=True)
class Plan:
    """The steps of one database in a safe order, and what no step closes."""

    report: Verification
    steps: list[RepairStep] = field(default_factory=list)
    #: Findings that nothing here closes: message and reason.
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def catalogue(self) -> Catalogue:
        return self.report.catalogue

    @property
    def ready(self) -> list[RepairStep]:
        """Return the steps that nothing blocks."""
        return [each for each in self.steps if not each.is_blocked]

    @property
    def blocked(self) -> list[RepairStep]:
        return [each for each in self.steps if each.is_blocked]

    @property
    def statements(self) -> int:
        """Return how many statements `apply` would run."""
        return sum(len(each.statements) for each in self.ready)


def shown(table: Table) -> str:
    """Return a table's name for a reader."""
    return table.name.replace('"."', ".")
