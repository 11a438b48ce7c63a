"""One declared table beside the actual one: what every kind of constraint asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...backends import backend_named
from ...backends.base import expressions
from ...schema.catalogue import Catalogue, Column, Server, Table
from ...schema.consequences import Consequence
from ...schema.constraints import Check, Constraint, ForeignKey
from ...schema.events import Event


@dataclass
class Comparison:
    """One declared table beside the actual one."""

    declared: Table
    unsupported: tuple[Constraint, ...]
    actual: Table | None
    catalogue: Catalogue
    found: list[Consequence] = field(default_factory=list)
    #: The actual constraints that no declared one has claimed.
    left: list[Constraint] = field(default_factory=list)
    actual_columns: dict[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.actual is not None:
            self.actual_columns = {self.fold(c.name): c for c in self.actual.columns}
            # Of two that are alike, the one that rows obey is the one that counts.
            self.left = sorted(
                (c for c in self.actual.constraints if c.protects),
                key=lambda each: bool(unenforced(each)),
            )

    @property
    def server(self) -> Server:
        return self.catalogue.server

    def fold(self, name: str) -> str:
        names = backend_named(self.server.flavour).names
        return name if names is None else name.lower()

    def folded(self, columns: Iterable[str]) -> frozenset[str]:
        return frozenset(map(self.fold, columns))

    def has_columns(self, constraint: Constraint) -> bool:
        """Say whether the table has them all; what is absent is told by itself."""
        return self.folded(constraint.uses) <= self.actual_columns.keys()

    def wanted(self, kind: type[Constraint]) -> list[Constraint]:
        return [
            each
            for each in self.declared.constraints
            if isinstance(each, kind) and each.protects and self.has_columns(each)
        ]

    def claim(self, test: Callable[[Constraint], bool]) -> Constraint | None:
        """Take the first unclaimed constraint that passes a test."""
        for each in self.left:
            if test(each):
                self.left.remove(each)
                return each
        return None

    def note(
        self,
        kind: str,
        constraint: Constraint,
        becomes: Constraint | None = None,
        detail: str = "",
    ) -> None:
        self.found.append(
            Consequence(
                kind=kind,
                event=Event(table=self.declared.name),
                table=self.declared.name,
                constraint=constraint,
                becomes=becomes,
                detail=detail,
            )
        )

    def is_named(self, wanted: Constraint, there: Constraint) -> bool:
        return bool(wanted.name) and wanted.name.lower() == there.name.lower()

    def compare(self, one: str, other: str) -> str:
        if not one or not other:
            return expressions.SAME if one == other else expressions.UNCERTAIN
        return expressions.compare(one, other, self.actual_columns)


def unenforced(there: Constraint) -> str:
    """Return why rows may break a constraint that is there, or ""."""
    if isinstance(there, (ForeignKey, Check)):
        if not there.is_enforced:
            return "it is NOT ENFORCED"
        if isinstance(there, ForeignKey) and there.is_disabled:
            return "its triggers are disabled"
        if not there.is_valid:
            return "it is NOT VALID: existing rows have not been checked"
    return ""
