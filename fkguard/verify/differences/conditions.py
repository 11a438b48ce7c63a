"""Checks and exclusion constraints, declared and actual."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...backends.base import expressions
from ...schema import consequences as kinds
from ...schema.constraints import Check, Constraint, Exclusion
from .comparison import Comparison, unenforced


class Conditions(Comparison):
    """Compares what rows have to fulfil."""

    def checks(self) -> None:
        waiting: list[Check] = []
        for wanted in self.wanted(Check):
            assert isinstance(wanted, Check)
            text = wanted.expression
            if not wanted.name and wanted.columns:
                # A field's own check is kept with a name that no column has.
                wanted = replace(
                    wanted, expression=text.replace("__column__", wanted.columns[0])
                )
            there = self.claim(partial(self.is_same_check, wanted))
            if there is None:
                waiting.append(wanted)
            else:
                self.judge_check(wanted, there)
        for test in (self.is_trusted_by_name, self.is_trusted_by_columns):
            for wanted in list(waiting):
                there = self.claim(partial(test, wanted))
                if there is not None:
                    waiting.remove(wanted)
                    self.judge_check(wanted, there)
        for wanted in waiting:
            there = self.claim(partial(self.is_named_check, wanted))
            if there is not None:
                self.note(kinds.DIFFERS, wanted, there)
            elif not self.is_in_the_type(wanted):
                self.note(kinds.MISSING, wanted)

    def is_in_the_type(self, wanted: Check) -> bool:
        """Say whether the column's type alone keeps the check.

        MariaDB drops a check beside a column with each MODIFY of it, which Django
        does not know of; an unsigned column takes no negative number all the same.
        """
        if wanted.name or len(wanted.columns) != 1:
            return False
        name = self.fold(wanted.columns[0])
        is_positive = expressions.words(wanted.expression) == (name, ">=", "0")
        return is_positive and self.actual_columns[name].type.endswith("unsigned")

    def is_same_check(self, wanted: Check, there: Constraint) -> bool:
        return isinstance(there, Check) and (
            self.compare(wanted.expression, there.expression) == expressions.SAME
        )

    def is_named_check(self, wanted: Check, there: Constraint) -> bool:
        return isinstance(there, Check) and self.is_named(wanted, there)

    def is_trusted_by_name(self, wanted: Constraint, there: Constraint) -> bool:
        return self.is_named(wanted, there) and self.is_trusted_by_columns(
            wanted, there
        )

    def is_trusted_by_columns(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether two checks may be one, as far as their SQL can be compared."""
        return (
            isinstance(wanted, Check)
            and isinstance(there, Check)
            and self.folded(wanted.columns) == self.folded(there.columns)
            and self.compare(wanted.expression, there.expression) != expressions.OTHER
        )

    def judge_check(self, wanted: Check, there: Constraint) -> None:
        if detail := unenforced(there):
            self.note(kinds.UNENFORCED, wanted, there, detail)

    def exclusions(self) -> None:
        for wanted in self.wanted(Exclusion):
            there = self.claim(partial(self.is_same_exclusion, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)

    def is_same_exclusion(self, wanted: Constraint, there: Constraint) -> bool:
        return isinstance(there, Exclusion) and (
            self.is_named(wanted, there)
            or self.folded(wanted.uses) == self.folded(there.uses)
        )
