"""Lay a drawing out: tables as boxes under each other, foreign keys as arrows.

All lengths are in SVG user units, of which one is a CSS pixel at full width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .drawings import (
    ADDED,
    CHANGED,
    CONCERNED,
    FAILED,
    MISSING,
    PLAIN,
    Drawing,
    DrawnTable,
    Element,
)

WIDTH = 336
#: To the right of the boxes, for arrows.
GUTTER = 26
BOX = WIDTH - GUTTER - 1
LINE = 18
HEADER = 30
PAD = 8
#: Between two boxes.
GAP = 26
#: Where the text of a row begins, after its glyph.
INDENT = 26
#: The advance of the monospaced fonts of the page at 12 pixels.
CHARACTER = 7.25
#: Characters to a line.
COLUMNS = int((BOX - INDENT - PAD) / CHARACTER)

#: A style is never shown by its color alone.
GLYPHS = {
    PLAIN: "",
    CONCERNED: "►",
    MISSING: "✕",
    CHANGED: "≠",
    ADDED: "+",
    FAILED: "!",
}


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    css: str
    radius: int = 0


@dataclass(frozen=True, kw_only=True)
class Text:
    x: float
    y: float
    text: str
    css: str
    anchor: str = "start"


@dataclass(frozen=True, kw_only=True)
class Path:
    d: str
    css: str


@dataclass(kw_only=True)
class Layout:
    """The shapes of a drawing, in the order in which they are painted."""

    title: str
    description: str
    width: int = WIDTH
    height: float = 0
    rectangles: list[Rectangle] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


def lay_out(drawing: Drawing) -> Layout:
    """Return the shapes of a drawing."""
    layout = Layout(title=drawing.title, description=drawing.description)
    headers: dict[str, float] = {}
    arrows: list[tuple[float, Element]] = []
    y = 1.0
    for number, table in enumerate(drawing.tables):
        y += GAP if number else 0
        headers[table.name] = y + HEADER / 2
        y = _box(layout, table, y, arrows)
    layout.height = y + 1
    known = [(start, each) for start, each in arrows if each.to_table in headers]
    for number, (start, element) in enumerate(known):
        _arrow(layout, start, headers[element.to_table], element.style, number)
    return layout


def _box(
    layout: Layout,
    table: DrawnTable,
    top: float,
    arrows: list[tuple[float, Element]],
) -> float:
    """Add a table; return where it ends."""
    y = top + HEADER
    title = _wrapped(table.title, COLUMNS + 1)
    y += (len(title) - 1) * LINE
    header_end = y
    rows: list[tuple[float, float, str]] = []
    for column in table.columns:
        start = y
        y = _column(layout, column, y)
        rows.append((start, y, column.style))
    if table.hidden_columns:
        y = _more(layout, table.hidden_columns, "column", y)
    rule = y + 1 if table.constraints else None
    y += 4 if table.constraints and table.columns else 0
    for constraint in table.constraints:
        start = y
        if constraint.to_table:
            arrows.append((y + LINE / 2 + 2, constraint))
        y = _constraint(layout, constraint, y)
        rows.append((start, y, constraint.style))
    if table.hidden_constraints:
        y = _more(layout, table.hidden_constraints, "constraint", y)
    end = y + (4 if y > header_end else 0)
    layout.rectangles.append(
        Rectangle(
            x=0.5,
            y=top,
            width=BOX,
            height=end - top,
            css=f"box {table.style}",
            radius=6,
        )
    )
    for start, stop, style in rows:
        if style != PLAIN:
            layout.rectangles.append(
                Rectangle(
                    x=1,
                    y=start + 1,
                    width=BOX - 1,
                    height=stop - start,
                    css=f"row {style}",
                )
            )
    glyph = GLYPHS[table.style]
    for number, line in enumerate(title):
        layout.texts.append(
            Text(
                x=PAD if not glyph else INDENT,
                y=top + 20 + number * LINE,
                text=line,
                css=f"name {table.style}",
            )
        )
    if glyph:
        layout.texts.append(Text(x=PAD, y=top + 20, text=glyph, css=table.style))
    if table.note:
        layout.texts.append(
            Text(
                x=BOX - PAD,
                y=top + 20 if len(table.title) + len(table.note) < COLUMNS else top - 3,
                text=table.note,
                css=f"note {table.style}",
                anchor="end",
            )
        )
    layout.paths.append(
        Path(d=f"M1 {header_end:g}H{BOX:g}", css="rule"),
    )
    if rule is not None and table.columns:
        layout.paths.append(Path(d=f"M1 {rule + 1:g}H{BOX:g}", css="rule"))
    return end


def _column(layout: Layout, element: Element, y: float) -> float:
    """Add the row of a column; return where it ends."""
    lines = _wrapped(element.text)
    _glyph(layout, element, y)
    for number, line in enumerate(lines):
        _text(layout, line, y + number * LINE, f"column {element.style}")
    right = " ".join(filter(None, (element.detail, element.note)))
    if len(lines[-1]) + len(right) + 1 > COLUMNS:
        lines += [""] * len(_wrapped(right))
        for number, line in enumerate(_wrapped(right)):
            at = y + (len(lines) - len(_wrapped(right)) + number) * LINE
            _right(layout, line, at, f"type {element.style}")
    else:
        at = y + (len(lines) - 1) * LINE
        width = len(element.note) * CHARACTER + (CHARACTER if element.note else 0)
        _right(layout, element.detail, at, "type", width)
        _right(layout, element.note, at, f"note {element.style}")
    return y + len(lines) * LINE


def _constraint(layout: Layout, element: Element, y: float) -> float:
    """Add the rows of a constraint; return where they end."""
    _glyph(layout, element, y)
    lines = [(each, f"constraint {element.style}") for each in _wrapped(element.text)]
    if element.detail:
        lines += [(each, "type") for each in _wrapped(element.detail)]
    for line, css in lines:
        _text(layout, line, y, css)
        y += LINE
    if element.note:
        if len(lines[-1][0]) + len(element.note) + 1 > COLUMNS:
            y += LINE
        _right(layout, element.note, y - LINE, f"note {element.style}")
    return y + 3


def _more(layout: Layout, number: int, noun: str, y: float) -> float:
    text = f"… {number} more {noun}{'' if number == 1 else 's'}"
    _text(layout, text, y, "type")
    return y + LINE


def _glyph(layout: Layout, element: Element, y: float) -> None:
    if glyph := GLYPHS[element.style]:
        layout.texts.append(
            Text(x=PAD, y=y + 14, text=glyph, css=f"glyph {element.style}")
        )


def _text(layout: Layout, text: str, y: float, css: str) -> None:
    layout.texts.append(Text(x=INDENT, y=y + 14, text=text, css=css))


def _right(layout: Layout, text: str, y: float, css: str, space: float = 0) -> None:
    if text:
        layout.texts.append(
            Text(x=BOX - PAD - space, y=y + 14, text=text, css=css, anchor="end")
        )


def _arrow(layout: Layout, start: float, end: float, style: str, number: int) -> None:
    """Add the arrow of a foreign key, to the right of the boxes."""
    x = BOX + 8 + 5 * (number % 3)
    css = f"arrow {style}"
    layout.paths.append(
        Path(d=f"M{BOX + 1:g} {start:g}H{x:g}V{end:g}H{BOX + 2:g}", css=css)
    )
    layout.paths.append(
        Path(
            d=f"M{BOX + 7:g} {end - 4:g}L{BOX + 1:g} {end:g}L{BOX + 7:g} {end + 4:g}",
            css=css.replace(MISSING, f"{MISSING} solid"),
        )
    )
    if style in {MISSING, FAILED}:
        middle = (start + end) / 2
        layout.paths.append(
            Path(
                d=f"M{x - 4:g} {middle - 4:g}l8 8m0 -8l-8 8",
                css=f"arrow {style} solid",
            )
        )


def _wrapped(text: str, width: int = COLUMNS) -> list[str]:
    """Break text at spaces, and a word that is too long at an underscore."""
    return list(_lines(text, width)) or [""]


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) <= width:
            line += f" {word}"
            continue
        if line:
            yield line
        while len(word) > width:
            end = word.rfind("_", width // 2, width) + 1 or width
            yield word[:end]
            word = word[end:]
        line = word
    if line:
        yield line
