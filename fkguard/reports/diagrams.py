"""Describe the tables that a finding concerns, before and after, as values to draw.

`html` draws them as SVG, `markdown` as a Mermaid flowchart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..judgement.hazards import Case
from ..schema import consequences as kinds
from ..schema.catalogue import Column, Table
from ..schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique
from ..schema.events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    RenameTable,
)
from ..schema.matching import counterpart
from .drawings import (
    ADDED,
    CHANGED,
    CONCERNED,
    FAILED,
    MISSING,
    PLAIN,
    Diagram,
    Drawing,
    DrawnTable,
    Element,
)

#: How many columns and constraints of a table are drawn besides those concerned.
COLUMNS, CONSTRAINTS = 5, 4


@dataclass(frozen=True, kw_only=True)
class _Fate:
    """What becomes of a constraint."""

    style: str
    note: str
    #: The note on what replaces it.
    becomes: str = ""


_FATES = {
    kinds.DROPPED: _Fate(style=MISSING, note="dropped"),
    kinds.SHRUNK: _Fate(style=MISSING, note="lost", becomes="shrunk"),
    kinds.CHANGED: _Fate(style=MISSING, note="lost", becomes="changed"),
    kinds.DANGLING: _Fate(style=CHANGED, note="references nothing"),
    kinds.FAILS: _Fate(style=FAILED, note="blocks the statement"),
    kinds.UNCREATED: _Fate(style=MISSING, note="not created"),
    kinds.RETARGETED: _Fate(style=CHANGED, note="rows do not match"),
    kinds.JOIN_DROPPED: _Fate(style=MISSING, note="dropped with its rows"),
    kinds.LEFT_OVER: _Fate(style=CHANGED, note="half applied"),
    kinds.TABLE_MISSING: _Fate(style=FAILED, note="no referenced table"),
    kinds.OVER_ROWS: _Fate(style=FAILED, note="rows violate it"),
    kinds.RECREATED: _Fate(style=ADDED, note="created again"),
    kinds.PUT_BACK: _Fate(style=FAILED, note="rows violate it"),
    kinds.MISMATCHED: _Fate(style=CHANGED, note="types differ"),
    kinds.GIVEN_UP: _Fate(style=MISSING, note="dropped"),
    kinds.UNDECLARED: _Fate(style=CHANGED, note="not declared"),
    kinds.INCOMPATIBLE: _Fate(style=FAILED, note="not possible"),
    kinds.REMOVED: _Fate(style=MISSING, note="removed"),
    kinds.WEAKENED: _Fate(style=MISSING, note="removed", becomes="weaker"),
    kinds.REPLACED: _Fate(style=MISSING, note="removed", becomes="replaces it"),
    kinds.STATE_ONLY: _Fate(style=CHANGED, note="not altered"),
    kinds.LEFT_BEHIND: _Fate(style=CHANGED, note="not declared"),
    kinds.CIRCULAR: _Fate(style=CHANGED, note="circular"),
    kinds.SQL_DROPS: _Fate(style=MISSING, note="dropped by SQL"),
    kinds.ABSENT: _Fate(style=MISSING, note="missing"),
    kinds.MISSING: _Fate(style=MISSING, note="missing"),
    kinds.DIFFERS: _Fate(style=MISSING, note="missing", becomes="differs"),
    kinds.UNENFORCED: _Fate(style=CHANGED, note="not enforced", becomes="not enforced"),
    kinds.MISDIRECTED: _Fate(
        style=MISSING, note="missing", becomes="references another table"
    ),
    kinds.OTHER_ACTION: _Fate(
        style=MISSING, note="missing", becomes="other referential action"
    ),
    kinds.ENDS: _Fate(style=CHANGED, note="column types differ"),
    kinds.COLLATION: _Fate(style=CHANGED, note="other collation"),
    kinds.EXTRA: _Fate(style=ADDED, note="not declared"),
}

#: What `verify` finds; the tables are declared and actual ones.
_OF_VERIFY = frozenset(
    {
        kinds.ABSENT,
        kinds.MISSING,
        kinds.DIFFERS,
        kinds.UNENFORCED,
        kinds.MISDIRECTED,
        kinds.OTHER_ACTION,
        kinds.ENGINE,
        kinds.ENDS,
        kinds.COLLATION,
        kinds.EXTRA,
    }
)
#: Constraints that do not exist before the event.
_NEW = frozenset(
    {kinds.UNCREATED, kinds.TABLE_MISSING, kinds.OVER_ROWS, kinds.INCOMPATIBLE}
)


def diagram(cases: Sequence[Case]) -> Diagram | None:
    """Return the tables that findings of one event, or of one table, concern.

    Returns None for findings that concern no table, such as a session's settings.
    """
    sides = _Sides()
    for case in cases:
        sides.add(case)
    before, after = tuple(sides.drawn_before()), tuple(sides.drawn_after())
    if not before and not after:
        return None
    is_drift = cases[0].consequence.kind in _OF_VERIFY
    after_title = "In the database" if is_drift else "After"
    if any(case.consequence.kind == kinds.FAILS for case in cases):
        after_title = "After: the statement fails"
    return Diagram(
        before=Drawing(title="Declared" if is_drift else "Before", tables=before),
        after=Drawing(title=after_title, tables=after),
    )


@dataclass
class _Side:
    """The tables of one side, and the marks on their elements."""

    tables: dict[str, Table] = field(default_factory=dict)
    #: table -> constraint -> style and note
    constraints: dict[str, dict[Constraint, tuple[str, str]]] = field(
        default_factory=dict
    )
    #: table -> column -> style and note
    columns: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    #: Columns that do not exist on this side, with their place on the other side.
    missing_columns: dict[str, dict[str, tuple[int, Column]]] = field(
        default_factory=dict
    )
    #: The tables that findings are about; the others are only referenced.
    concerned: set[str] = field(default_factory=set)
    #: table -> style and note
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)

    def mark(self, key: str, constraint: Constraint, style: str, note: str) -> None:
        if constraint.name or constraint.columns or constraint.uses:
            self.constraints.setdefault(key, {})[constraint] = (style, note)

    def mark_column(self, key: str, name: str, style: str, note: str) -> None:
        self.columns.setdefault(key, {})[name] = (style, note)

    def drawn(self) -> Iterator[DrawnTable]:
        for key, table in self.tables.items():
            style, note = self.marks.get(key, (PLAIN, ""))
            columns = list(self._columns(key, table))
            constraints = list(self._constraints(key, table))
            yield DrawnTable(
                name=table.name,
                columns=tuple(columns),
                constraints=tuple(constraints),
                hidden_columns=len(
                    {c.name for c in table.columns} - {e.text for e in columns}
                ),
                hidden_constraints=max(
                    0,
                    sum(c.protects for c in table.constraints)
                    - sum(e.style != MISSING for e in constraints),
                ),
                style=style,
                note=note,
            )

    def _columns(self, key: str, table: Table) -> Iterator[Element]:
        marks = self.columns.get(key, {})
        columns = list(table.columns)
        for name, (place, column) in self.missing_columns.get(key, {}).items():
            if table.column(name) is None:
                columns.insert(place, column)
        used = self._used_columns(key, table)
        others = COLUMNS if key in self.concerned else 0
        for column in columns:
            if column.name not in used and column.name not in marks:
                others -= 1
                if others < 0:
                    continue
            style, note = marks.get(column.name, (PLAIN, ""))
            yield Element(
                text=column.name,
                detail=column.type + (" null" if column.null else ""),
                style=style,
                note=note,
            )

    def _used_columns(self, key: str, table: Table) -> set[str]:
        """Return the columns of the primary key and of the marked constraints."""
        used = {name for each in table.of(PrimaryKey) for name in each.columns}
        for owner, marked in self.constraints.items():
            for constraint in marked:
                if owner == key:
                    used |= constraint.uses
                if isinstance(constraint, ForeignKey) and constraint.to_table == key:
                    used |= {*constraint.to_columns}
        return used

    def _constraints(self, key: str, table: Table) -> Iterator[Element]:
        marks = self.constraints.get(key, {})
        others = CONSTRAINTS if key in self.concerned else 1
        for constraint in sorted({*table.constraints, *marks}, key=_order):
            if constraint in marks:
                yield _element(constraint, *marks[constraint])
            elif constraint.protects and others > 0:
                others -= 1
                yield _element(constraint, PLAIN, "")


#: The order in which both sides of a diagram list their constraints.
_KINDS = (PrimaryKey, ForeignKey, Unique, Check)


def _order(constraint: Constraint) -> tuple[int, tuple[str, ...], str, str]:
    kind = next((n for n, k in enumerate(_KINDS) if isinstance(constraint, k)), 9)
    members = constraint.columns or tuple(sorted(constraint.uses))
    return kind, members, constraint.describe(), constraint.name


def _is_table(table: Table) -> bool:
    return bool(table.name)


def _element(constraint: Constraint, style: str, note: str) -> Element:
    to_table = constraint.to_table if isinstance(constraint, ForeignKey) else ""
    return Element(
        text=constraint.describe(),
        detail=constraint.name,
        style=style,
        note=note,
        to_table=to_table,
    )


class _Sides:
    """Collects the tables of cases, and what is marked on them."""

    def __init__(self) -> None:
        self.before = _Side()
        self.after = _Side()

    def drawn_before(self) -> Iterator[DrawnTable]:
        return self.before.drawn()

    def drawn_after(self) -> Iterator[DrawnTable]:
        return self.after.drawn()

    def add(self, case: Case) -> None:
        """Add the tables of a case, and mark what it is about."""
        around = case.surroundings
        for side, tables in ((self.before, around.before), (self.after, around.after)):
            for table in filter(_is_table, tables):
                side.tables.setdefault(table.name, table)
        for side in (self.before, self.after):
            side.concerned |= {case.consequence.table, self._after_key(case)}
            if not isinstance(case.constraint, ForeignKey):
                side.concerned.add(case.event.table)
        if case.consequence.kind == kinds.FAILS:
            self.after.tables = dict(self.before.tables)
        else:
            self._mark_event(case)
        self._mark_constraint(case)
        if case.consequence.kind in _OF_VERIFY:
            self._mark_drift(case)

    def _mark_constraint(self, case: Case) -> None:
        consequence = case.consequence
        constraint, becomes = consequence.constraint, consequence.becomes
        fate = _FATES.get(consequence.kind)
        if fate is None or (
            consequence.kind in {kinds.ABSENT, kinds.COLLATION, kinds.ENGINE}
        ):
            return
        key, after_key = consequence.table, self._after_key(case)
        before = self.before.tables.get(key)
        if before is not None and consequence.kind not in {*_NEW, kinds.EXTRA}:
            declared = counterpart(before, constraint)
            self.before.mark(key, declared or constraint, CONCERNED, "")
        after = self.after.tables.get(after_key)
        if becomes is not None:
            there = (counterpart(after, becomes) if after else None) or becomes
            self.after.mark(after_key, there, CHANGED, fate.becomes or fate.note)
            if fate.style == MISSING:
                self._lose(after_key, constraint, there, fate)
            return
        if after is None:
            return
        if fate.style == MISSING:
            self._lose(after_key, constraint, None, fate)
            return
        there = counterpart(after, constraint) or constraint
        self.after.mark(after_key, there, fate.style, fate.note)

    def _lose(
        self, key: str, constraint: Constraint, instead: Constraint | None, fate: _Fate
    ) -> None:
        """Draw a constraint as missing, where the table still has it too."""
        table = self.after.tables.get(key)
        if table is not None and constraint != instead:
            self.after.tables[key] = table.without(constraint)
        if constraint != instead:
            self.after.mark(key, constraint, MISSING, fate.note)

    def _after_key(self, case: Case) -> str:
        event, key = case.event, case.consequence.table
        renamed = isinstance(event, RenameTable) and event.table == key
        return event.to if renamed and isinstance(event, RenameTable) else key

    def _mark_event(self, case: Case) -> None:
        """Mark the columns and tables that the event itself changes."""
        event = case.event
        key = event.table
        for name, table in self.before.tables.items():
            renamed = isinstance(event, RenameTable) and name == key
            if name in self.after.tables or renamed:
                continue
            if case.consequence.kind in _OF_VERIFY and name != case.consequence.table:
                continue
            note = "missing" if case.consequence.kind in _OF_VERIFY else "dropped"
            self.after.tables[name] = Table(name=table.name)
            self.after.marks[name] = (MISSING, note)
        if isinstance(event, CreateTable):
            self.after.marks.setdefault(key, (ADDED, "created"))
        if isinstance(event, RenameTable):
            self.after.marks.setdefault(event.to, (CHANGED, "renamed"))
        if isinstance(event, DropColumn):
            name = event.old.column
            self.before.mark_column(key, name, CONCERNED, "")
            table_before = self.before.tables.get(key)
            if table_before is not None and key in self.after.tables:
                self._miss_column(key, table_before, name)
                self.after.mark_column(key, name, MISSING, "removed")
        if isinstance(event, AddColumn):
            self.after.mark_column(key, event.new.column, ADDED, "added")
        if isinstance(event, AlterColumn):
            renamed = event.old.column != event.new.column
            self.before.mark_column(key, event.old.column, CONCERNED, "")
            self.after.mark_column(
                key, event.new.column, CHANGED, "renamed" if renamed else "altered"
            )
        reset = case.consequence.reset
        if reset is not None and (now := self.after.tables.get(key)) is not None:
            self.after.tables[key] = now.with_column(reset.becomes)

    def _miss_column(self, key: str, table: Table, name: str) -> None:
        """Draw a column of a table as missing afterwards, in its place."""
        for place, column in enumerate(table.columns):
            if column.name == name:
                self.after.missing_columns.setdefault(key, {})[name] = (place, column)

    def _mark_drift(self, case: Case) -> None:
        """Mark the columns that `verify` reports."""
        consequence = case.consequence
        key = consequence.table
        if consequence.kind not in {kinds.ABSENT, kinds.COLLATION, kinds.ENDS}:
            return
        fate = _FATES[consequence.kind]
        for name in consequence.constraint.columns:
            self.before.mark_column(key, name, CONCERNED, "")
            if consequence.kind == kinds.ABSENT and case.declared is not None:
                self._miss_column(key, case.declared, name)
            self.after.mark_column(key, name, fate.style, fate.note)
