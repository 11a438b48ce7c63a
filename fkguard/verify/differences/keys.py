"""Primary keys and unique constraints, declared and actual."""

from __future__ import annotations

from functools import partial

from ...backends.base import expressions
from ...schema import consequences as kinds
from ...schema.constraints import Constraint, PrimaryKey, Unique
from .comparison import Comparison


class KeyComparison(Comparison):
    """Compares what keeps rows apart."""

    def keys(self) -> None:
        waiting: list[Constraint] = []
        for wanted in [*self.wanted(PrimaryKey), *self.wanted(Unique)]:
            there = self.claim(partial(self.is_same_key, wanted))
            if there is None and isinstance(wanted, Unique):
                # Two declarations may share one key; the primary key is a unique.
                there = next(
                    (
                        each
                        for each in self.actual_keys()
                        if self.is_same_key(wanted, each)
                        or (
                            isinstance(each, PrimaryKey)
                            and self.is_as_plain(wanted, each)
                        )
                    ),
                    None,
                )
            if there is None:
                waiting.append(wanted)
            elif isinstance(there, Unique) and not there.is_valid:
                self.note(kinds.UNENFORCED, wanted, there, "its index is not valid")
        for wanted in waiting:
            there = self.claim(partial(self.is_meant, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)
            else:
                self.note(kinds.DIFFERS, wanted, there)

    def actual_keys(self) -> list[PrimaryKey | Unique]:
        assert self.actual is not None
        return [
            each
            for each in self.actual.constraints
            if isinstance(each, (PrimaryKey, Unique))
        ]

    def is_as_plain(self, wanted: Unique, there: Constraint) -> bool:
        """Say whether the primary key does what a unique would."""
        return (
            isinstance(there, PrimaryKey)
            and wanted.is_plain
            and self.folded(wanted.columns) == self.folded(there.columns)
        )

    def is_same_key(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether a key that is there promises what the declared one does."""
        if isinstance(wanted, PrimaryKey):
            return isinstance(there, PrimaryKey) and self.folded(
                wanted.columns
            ) == self.folded(there.columns)
        if not isinstance(wanted, Unique) or not isinstance(there, Unique):
            return False
        (ours, our_expressions), (theirs, their_expressions) = map(
            self.key_of, (wanted, there)
        )
        if (
            ours != theirs
            or len(our_expressions) != len(their_expressions)
            or any(there.prefixes)
            or wanted.nulls_distinct != there.nulls_distinct
            or wanted.deferrable != there.deferrable
            or bool(wanted.condition) != bool(there.condition)
        ):
            return False
        if "COLLATE " in there.definition.upper() and not wanted.definition:
            return False
        pairs = list(zip(our_expressions, their_expressions, strict=True))
        if wanted.condition:
            pairs.append((wanted.condition, there.condition))
        answers = {self.compare(one, other) for one, other in pairs}
        if expressions.OTHER in answers:
            return False
        if expressions.UNCERTAIN in answers:
            return self.is_named(wanted, there) or self.folded(
                wanted.uses
            ) == self.folded(there.uses)
        return True

    def key_of(self, unique: Unique) -> tuple[frozenset[str], list[str]]:
        """Return the columns of a key and its expressions, less their order."""
        columns, rest = set(self.folded(unique.columns)), []
        for each in unique.expressions:
            bare = expressions.unordered(expressions.words(each))
            if len(bare) == 1 and bare[0] in self.actual_columns:
                columns.add(bare[0])
            else:
                rest.append(each)
        return frozenset(columns), rest

    def is_meant(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether a key that promises something else stands for this one."""
        if type(there) is not type(wanted):
            return False
        if isinstance(wanted, PrimaryKey) or self.is_named(wanted, there):
            return True
        one, other = self.folded(wanted.columns), self.folded(there.columns)
        if isinstance(wanted, Unique) and not wanted.expressions:
            return bool(one) and (one <= other or (len(other) > 1 and other < one))
        return False
