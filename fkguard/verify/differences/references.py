"""Foreign keys, declared and actual."""

from __future__ import annotations

from functools import partial

from ...backends import backend_named
from ...backends.base.ends import narrower
from ...schema import consequences as kinds
from ...schema.constraints import Constraint, ForeignKey
from .comparison import Comparison, unenforced

#: Differences of the ends that are findings of the table, or of the database.
TOLD_APART = {"engine_without_foreign_keys", "session_without_checks"}


class References(Comparison):
    """Compares what ties rows to rows."""

    def foreign_keys(self) -> None:
        waiting: list[ForeignKey] = []
        for wanted in self.wanted(ForeignKey):
            assert isinstance(wanted, ForeignKey)
            self.ends(wanted)
            same = [
                each
                for each in self.left
                if isinstance(each, ForeignKey) and self.points_alike(wanted, each)
            ]
            if not same:
                waiting.append(wanted)
                continue
            best = min(same, key=partial(self.faults, wanted))
            self.left.remove(best)
            self.judge_foreign_key(wanted, best)
        for wanted in waiting:
            there = self.claim(partial(self.is_same_column, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)
            else:
                self.note(kinds.MISDIRECTED, wanted, there)

    def points_alike(self, wanted: ForeignKey, there: ForeignKey) -> bool:
        return (
            tuple(map(self.fold, wanted.columns)),
            self.fold(wanted.to_table),
            tuple(map(self.fold, wanted.to_columns)),
        ) == (
            tuple(map(self.fold, there.columns)),
            self.fold(there.to_table),
            tuple(map(self.fold, there.to_columns)),
        ) and self.target_is_there(there)

    def is_same_column(self, wanted: ForeignKey, there: Constraint) -> bool:
        return isinstance(there, ForeignKey) and self.folded(
            wanted.columns
        ) == self.folded(there.columns)

    def target_is_there(self, there: ForeignKey) -> bool:
        folded = self.fold(there.to_table)
        return there.to_table in self.catalogue or any(
            self.fold(key) == folded for key in self.catalogue.tables
        )

    def faults(self, wanted: ForeignKey, there: ForeignKey) -> int:
        """Return how badly a foreign key fits, to choose among several."""
        return (
            4 * (not there.is_enforced or there.is_disabled)
            + 2 * (not there.is_valid)
            + (self.actions(wanted) != self.actions(there))
        )

    @staticmethod
    def actions(foreign_key: ForeignKey) -> tuple[str, str]:
        return foreign_key.on_delete, foreign_key.on_update

    def judge_foreign_key(self, wanted: ForeignKey, there: ForeignKey) -> None:
        if self.actions(wanted) != self.actions(there):
            self.note(kinds.OTHER_ACTION, wanted, there)
        if detail := unenforced(there):
            self.note(kinds.UNENFORCED, wanted, there, detail)
        elif wanted.deferrable != there.deferrable:
            self.note(kinds.DIFFERS, wanted, there)

    def ends(self, wanted: ForeignKey) -> None:
        """Compare the two columns, whether the foreign key is there or not."""
        assert self.actual is not None
        rules = backend_named(self.server.flavour).compatibility(self.server)
        found = rules.difference(self.catalogue, self.actual, wanted)
        if found is not None:
            # A table's engine and a session's switches are told by themselves.
            if found.hazard not in TOLD_APART:
                self.note(kinds.ENDS, wanted, detail=found.fact)
            return
        ends = rules.ends(self.catalogue, self.actual, wanted)
        for column, to_column in ends.pairs if ends is not None else ():
            if detail := narrower(self.server, column, to_column):
                # Made all the same, which `becomes` says.
                self.note(kinds.ENDS, wanted, wanted, detail)
