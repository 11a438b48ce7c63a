"""Tables with the elements that a diagram draws, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

# How an element is drawn.
PLAIN = "plain"


#: The element that a finding concerns, before the event.
CONCERNED = "concerned"


#: The element does not exist, or does not exist afterwards.
MISSING = "missing"


#: The element exists with another definition.
CHANGED = "changed"


ADDED = "added"


#: The statement fails because of the element.
FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Element:
    """A column or a constraint of a drawn table."""

    text: str
    #: The type of a column, the name of a constraint.
    detail: str = ""
    style: str = PLAIN
    #: What happens to the element, in one or two words.
    note: str = ""
    #: The referenced table of a foreign key.
    to_table: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawnTable:
    """A table with the elements that are drawn."""

    name: str
    columns: tuple[Element, ...] = ()
    constraints: tuple[Element, ...] = ()
    #: How many are not drawn.
    hidden_columns: int = 0
    hidden_constraints: int = 0
    style: str = PLAIN
    note: str = ""

    @property
    def title(self) -> str:
        """Return the name as SQL writes it, without its quotes."""
        return self.name.replace('"."', ".")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The tables on one side of a diagram."""

    title: str
    tables: tuple[DrawnTable, ...] = ()

    @property
    def description(self) -> str:
        """Return the drawing as text, for readers who do not see it."""
        return " ".join(_described(table) for table in self.tables)


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """Tables before and after an event, or declared and actual tables."""

    before: Drawing
    after: Drawing

    @property
    def shape(self) -> Diagram:
        """Return the diagram without the types and names that databases choose."""
        return Diagram(before=_untyped(self.before), after=_untyped(self.after))


def _untyped(drawing: Drawing) -> Drawing:
    return replace(
        drawing,
        tables=tuple(
            replace(
                table,
                columns=tuple(replace(each, detail="") for each in table.columns),
                constraints=tuple(
                    replace(each, detail="") if each.style == PLAIN else each
                    for each in table.constraints
                ),
            )
            for table in drawing.tables
        ),
    )


def _described(table: DrawnTable) -> str:
    """Return a drawn table as one sentence."""
    parts = [
        f"{each.text} {each.detail}".strip() + (f" ({each.note})" if each.note else "")
        for each in table.columns
    ]
    promises = [
        f"{each.text} {each.detail}".strip() + (f" ({each.note})" if each.note else "")
        for each in table.constraints
    ]
    note = f" ({table.note})" if table.note else ""
    text = f"Table {table.title}{note}"
    if parts:
        text += f" with the columns {', '.join(parts)}"
    if promises:
        text += f"; constraints: {_joined(promises)}"
    return f"{text}."


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)
