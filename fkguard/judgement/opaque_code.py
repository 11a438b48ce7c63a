"""SQL and code of a plan, which may have seen to what comes behind them.

What they do is not known before they run. Where they speak of the constraint, the
table or the rows of a finding, the plan lets it pass: the live guard, which sees
what became of it, decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from ..schema.catalogue import Table
from ..schema.consequences import (
    FAILS,
    INCOMPATIBLE,
    NOT_CAST,
    NOT_FOUND,
    OVER_ROWS,
    RETARGETED,
    TABLE_MISSING,
    Consequence,
)
from ..schema.constraints import Constraint, ForeignKey
from ..schema.events import CHANGES, Event, RunStatement, Unseen
from ..schema.names import split_key
from .foreign_keys.created import tables_of
from .judge import Finding

#: Names that code has which changes a schema: through a cursor, or a schema editor.
ALTERS = re.compile(
    r"\b(execute|executescript|cursor|call_command|(add|remove|alter|rename|create|"
    r"delete)_(model|field|constraint|index|db_table|unique_together))\b"
)


@dataclass(kw_only=True)
class OpaqueCode:
    """What a plan has run so far that nobody could follow."""

    #: SQL and words of code that may change a schema; "*" for what has no words.
    schema: list[str] = field(default_factory=list)
    #: SQL that may change rows, which is any; "*" for code.
    rows: list[str] = field(default_factory=list)

    def note(self, event: Event) -> None:
        """Remember an event, if it is SQL or code."""
        if text := opaque_text(event):
            self.schema.append(text)
        if isinstance(event, (RunStatement, Unseen)):
            self.rows.append(getattr(event, "sql", "*"))

    @property
    def texts(self) -> Iterator[str]:
        """Yield all but the code that may only change rows."""
        yield from self.schema
        yield from (text for text in self.rows if text != "*")

    def may_have_settled(self, finding: Finding) -> bool:
        """Say whether a finding may no longer be true when its turn comes."""
        consequence = finding.case.consequence
        return (
            is_uncertain(finding, self.schema)
            or (consequence.kind == NOT_FOUND and is_uncertain(finding, self.texts))
            or (
                consequence.kind in {OVER_ROWS, RETARGETED}
                and self._may_have_changed_rows(consequence)
            )
            or self.may_have_made(consequence)
        )

    def may_have_made(self, consequence: Consequence) -> bool:
        """Say whether a missing table may have been made by then."""
        if consequence.kind != TABLE_MISSING:
            return False
        assert isinstance(consequence.constraint, ForeignKey)
        name = consequence.constraint.to_table.lower()
        return "*" in self.schema or any(
            name in text.lower() for text in (*self.schema, *self.rows)
        )

    def _may_have_changed_rows(self, consequence: Consequence) -> bool:
        return self._tells_of(
            consequence.table, getattr(consequence.constraint, "to_table", "")
        )

    def may_have_changed_rows(self, table: Table) -> bool:
        """Say whether the rows of a table may no longer be those before the plan.

        A row goes with the one that it references, too.
        """
        return self._tells_of(
            table.name, *(each.to_table for each in table.of(ForeignKey))
        )

    def _tells_of(self, *keys: str) -> bool:
        names = {split_key(key)[1].lower() for key in keys if key}
        return any(
            text == "*" or any(name in text.lower() for name in names)
            for text in self.rows
        )


def opaque_text(event: Event) -> str:
    """Return the SQL, or the words of the code, that may change constraints."""
    if isinstance(event, RunStatement):
        return event.sql if CHANGES.search(event.sql) else ""
    if isinstance(event, Unseen):
        words = words_of(event.code)
        return "*" if words is None else " ".join(words)
    return ""


def words_of(code: Any, seen: set[Any] | None = None) -> list[str] | None:
    """Return the names and texts of code, and of what it uses of its module.

    None where it is not a function of Python's.
    """
    seen = set() if seen is None else seen
    # A method: django.contrib.contenttypes puts one behind every RenameModel.
    code = getattr(code, "__func__", code)
    if not isinstance(code, FunctionType):
        return None
    words = list(_strings(code.__code__))
    seen.add(code)
    for name in set(words):
        found = code.__globals__.get(name)
        if isinstance(found, FunctionType) and found not in seen:
            # What it imports is another module's, which knows no names of this one.
            if found.__module__ == code.__module__:
                words += words_of(found, seen) or []
        elif isinstance(found, str):
            words.append(found)
        elif isinstance(found, (list, tuple, set, frozenset, dict)):
            words += [each for each in found if isinstance(each, str)]
    return words


def _strings(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from (each for each in constant if isinstance(each, str))
        elif isinstance(constant, CodeType):
            yield from _strings(constant)


def _says(name: str, text: str) -> bool:
    """Say whether a text has a name, and not as a part of another one."""
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))


def is_uncertain(finding: Finding, opaque: Iterable[str]) -> bool:
    """Say whether earlier SQL or code may have seen to the constraint."""
    constraint: Constraint = finding.case.constraint
    names = [constraint.name] if constraint.name else []
    consequence = finding.case.consequence
    # One view may go with another.
    names += [split_key(each.name)[1] for each in consequence.dependents]
    if consequence.kind in {INCOMPATIBLE, FAILS, NOT_CAST, NOT_FOUND}:
        # SQL before it may have made the two ends alike, or have dropped what is in
        # the way under a name that the code finds in the catalogue.
        keys = {*tables_of(consequence), consequence.event.table}
        names += [split_key(key)[1] for key in keys if key]
    models = set()
    if consequence.kind in {FAILS, NOT_CAST, NOT_FOUND}:
        labels = (finding.case.owner, finding.case.model)
        models = {label.rpartition(".")[2] for label in labels if label}
    return any(
        text == "*"
        or any(name.lower() in text.lower() for name in names)
        or (ALTERS.search(text) and any(_says(name, text) for name in models))
        for text in opaque
    )
