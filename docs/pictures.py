"""Draw the pictures of the documentation: `make docs` runs this before Sphinx.

They are SVG files with a background of their own, so that they can be read in a light
and in a dark page, and with a description for screen readers. The files are kept in
the repository, since README.md shows them too.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterable
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"

STYLE = """
  .page { fill: #fdfdfc; stroke: #d4d4d0; }
  .box { fill: #eef3fb; stroke: #5b7db1; }
  .good { fill: #e6f4ea; stroke: #3b8550; }
  .bad { fill: #fcebea; stroke: #b3403a; }
  .note { fill: #fbf5e2; stroke: #a9852c; }
  .plain { fill: none; stroke: #8a8a86; stroke-dasharray: 4 4; }
  .line { stroke: #55554f; fill: none; }
  .head { fill: #55554f; }
  text { fill: #1f1f1d; font: 15px system-ui, "Segoe UI", Roboto, sans-serif; }
  .title { font-weight: 600; }
  .small { font-size: 13px; fill: #55554f; }
  .over { paint-order: stroke; stroke: #fdfdfc; stroke-width: 5px; }
  .code { font: 13px ui-monospace, Menlo, Consolas, monospace; }
  .gone { fill: #b3403a; text-decoration: line-through; }
  .lost { fill: #b3403a; font-weight: 600; }
  .kept { fill: #2c6b3e; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #1b1c1e; stroke: #3d3f43; }
    .box { fill: #22304a; stroke: #7f9fd4; }
    .good { fill: #1d3626; stroke: #6bb683; }
    .bad { fill: #432322; stroke: #e08a84; }
    .note { fill: #3a321b; stroke: #d3b155; }
    .plain { stroke: #85868a; }
    .line { stroke: #b9babd; }
    .head { fill: #b9babd; }
    text { fill: #ececea; }
    .small { fill: #b9babd; }
    .over { stroke: #1b1c1e; }
    .gone, .lost { fill: #f0a09a; }
    .kept { fill: #8fd3a4; }
  }
"""


class Picture:
    """Collect the shapes of one picture."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self.width, self.height = width, height
        self.title, self.description = title, description
        self.shapes: list[str] = []

    def box(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        lines: Iterable[tuple[str, str]],
        kind: str = "box",
    ) -> None:
        """Draw a box with (class, text) lines, centred."""
        lines = list(lines)
        self.shapes.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" '
            f'height="{height}" rx="6"/>'
        )
        top = y + height / 2 - (len(lines) - 1) * 10 + 5
        for number, (style, text) in enumerate(lines):
            self.text(x + width // 2, int(top + number * 20), text, style)

    def text(
        self, x: int, y: int, text: str, style: str = "", anchor: str = "middle"
    ) -> None:
        self.shapes.append(
            f'<text class="{style}" x="{x}" y="{y}" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )

    def arrow(self, *points: tuple[int, int], dashed: bool = False) -> None:
        """Draw a line through the points, with a head at the last one."""
        path = " ".join(f"{x},{y}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.shapes.append(
            f'<polyline class="line" points="{path}"{dash} marker-end="url(#head)"/>'
        )

    def line(self, x1: int, y1: int, x2: int, y2: int, kind: str = "line") -> None:
        self.shapes.append(
            f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
        )

    def svg(self) -> str:
        head = (
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            'aria-labelledby="title desc" '
            f'width="{self.width}" viewBox="0 0 {self.width} {self.height}">'
        )
        arrow_head = (
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" '
            'markerWidth="8" markerHeight="8" orient="auto">'
            '<path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>'
        )
        page = (
            f'<rect class="page" x="0.5" y="0.5" width="{self.width - 1}" '
            f'height="{self.height - 1}" rx="8"/>'
        )
        return "\n".join(
            [
                head,
                f'<title id="title">{escape(self.title)}</title>',
                f'<desc id="desc">{escape(self.description)}</desc>',
                f"<style>{STYLE}</style>",
                arrow_head,
                page,
                *self.shapes,
                "</svg>\n",
            ]
        )


def operation() -> Picture:
    steps = [
        ("box", "Operation", "RemoveField, AlterField, RunPython, RunSQL ..."),
        ("box", "Schema events", "calls of the schema editor, planned or live"),
        ("box", "Consequences", "what this server does to each constraint"),
        ("note", "Losses", "what existed, is missing, and was not asked for"),
        ("box", "Verdict", "mode and acknowledgements decide"),
    ]
    picture = Picture(
        560,
        len(steps) * 84 + 40,
        "The way of an operation",
        "An operation becomes schema events. Events have consequences for the "
        "catalogue of the database. Lost constraints lead to a verdict.",
    )
    for number, (kind, title, text) in enumerate(steps):
        y = 20 + number * 84
        picture.box(90, y, 380, 56, [("title", title), ("small", text)], kind)
        if number + 1 < len(steps):
            picture.arrow((280, y + 56), (280, y + 83))
    y = len(steps) * 84 + 4
    picture.text(280, y + 14, "allow   ·   warn   ·   wrap   ·   refuse", "title")
    picture.box(478, 188, 74, 56, [("title", "server"), ("small", "catalogue")])
    picture.arrow((478, 216), (471, 216))
    return picture


def modes() -> Picture:
    picture = Picture(
        560,
        520,
        "The modes as a decision",
        "In off nothing is checked. Without a loss, or if the loss is acknowledged, "
        "the operation runs. Otherwise warn logs it, strict refuses, and auto "
        "preserves the constraint if there is a proven way and refuses otherwise.",
    )
    picture.box(150, 20, 260, 44, [("title", "Would a constraint be lost?")])
    picture.box(150, 116, 260, 44, [("title", "Is the loss acknowledged?")])
    picture.box(150, 212, 260, 44, [("title", "Which mode?")], "note")
    picture.box(436, 116, 104, 44, [("title", "It runs.")], "good")
    for top in (42, 138):
        picture.text(423, top - 8, "no" if top == 42 else "yes", "small")
    picture.arrow((410, 42), (488, 42), (488, 115))
    picture.arrow((410, 138), (435, 138))
    picture.arrow((280, 64), (280, 115))
    picture.text(300, 94, "yes", "small")
    picture.arrow((280, 160), (280, 211))
    picture.text(298, 190, "no", "small")
    for x, mode in ((20, "warn"), (213, "auto"), (406, "strict")):
        picture.box(x, 300, 134, 38, [("title", mode)])
        picture.arrow((280, 256), (280, 278), (x + 67, 278), (x + 67, 299))
    picture.box(20, 440, 134, 60, [("title", "It runs;"), ("small", "logged")], "good")
    picture.box(188, 376, 184, 38, [("small", "Is there a proven way?")], "note")
    picture.box(
        168,
        440,
        224,
        60,
        [("title", "It runs;"), ("small", "the constraint is preserved")],
        "good",
    )
    picture.box(
        406,
        440,
        134,
        60,
        [("title", "Refused"), ("small", "nothing is run")],
        "bad",
    )
    picture.arrow((87, 338), (87, 439))
    picture.arrow((280, 338), (280, 375))
    picture.arrow((280, 414), (280, 439))
    picture.text(300, 432, "yes", "small")
    picture.arrow((473, 338), (473, 439))
    picture.arrow((372, 395), (440, 395), (440, 439))
    picture.text(400, 388, "no", "small")
    picture.text(16, 40, "In off, nothing", "small", "start")
    picture.text(16, 56, "is checked.", "small", "start")
    return picture


#: What a server does when the column `number` of the constraint is dropped.
SERVERS = {
    "postgresql": (
        "PostgreSQL",
        False,
        [("lost", "no UNIQUE: dropped silently")],
        "migrate prints OK",
        "The column and the unique constraint are dropped.",
    ),
    "mysql": (
        "MySQL",
        False,
        [("lost", "UNIQUE copy_once (book_id)")],
        "one copy of each book, or error 1062",
        "The column is dropped, and the unique constraint covers book_id alone.",
    ),
    "mariadb": (
        "MariaDB",
        True,
        [("kept", "UNIQUE copy_once (book_id, number)")],
        "error 1072, in the middle of the migration",
        "The server refuses. What the migration did before stays.",
    ),
    "sqlite": (
        "SQLite",
        True,
        [("kept", "UNIQUE copy_once (book_id, number)")],
        "error: no such column; rolled back",
        "SQLite refuses, and the migration is rolled back.",
    ),
}


def drop_column(key: str) -> Picture:
    name, column_stays, constraint, result, description = SERVERS[key]
    picture = Picture(
        620,
        216,
        f"Dropping a column of a unique constraint on {name}",
        f"Before: UNIQUE copy_once (book_id, number). {description}",
    )
    for x, when in ((16, "before"), (322, f"after, on {name}")):
        picture.text(x, 28, when, "small", "start")
        picture.shapes.append(
            f'<rect class="box" x="{x}" y="38" width="276" height="116" rx="6"/>'
        )
        picture.text(x + 12, 60, "stock_copy", "title", "start")
        picture.line(x, 70, x + 276, 70)
    for number, column in enumerate(("id", "book_id", "number")):
        y = 90 + number * 20
        picture.text(28, y, column, "code", "start")
        gone = column == "number" and not column_stays
        picture.text(334, y, column, "code gone" if gone else "code", "start")
    picture.text(16, 176, "UNIQUE copy_once (book_id, number)", "code", "start")
    for style, text in constraint:
        picture.text(322, 176, text, f"code {style}", "start")
    picture.text(322, 200, result, "small", "start")
    picture.arrow((294, 96), (320, 96))
    return picture


def crash() -> Picture:
    lanes = {"run 1": 78, "database": 236, "ledger": 412, "run 2": 562}
    picture = Picture(
        640,
        560,
        "A crash, and what the ledger is for",
        "Run 1 records a constraint in the ledger, drops it and is killed while it "
        "alters the table. Run 2 reads the ledger, runs the interrupted operation "
        "again, restores the constraint and deletes the record.",
    )
    for name, x in lanes.items():
        picture.box(x - 62, 18, 124, 34, [("title", name)])
        bottom = 300 if name == "run 1" else 540
        picture.line(x, 52, x, bottom, "plain")
    run, base, ledger, second = lanes.values()
    calls = [
        (80, run, ledger, "1. record: drops FOREIGN KEY loan_book"),
        (122, run, base, "2. DROP FOREIGN KEY"),
        (164, run, ledger, "3. progress: operation 2 of 5"),
        (206, run, base, "4. ALTER TABLE ..."),
    ]
    for y, start, end, text in calls:
        picture.arrow((start, y + 18), (end - 2, y + 18))
        picture.text(start + 8, y + 10, text, "small over", "start")
    picture.box(16, 244, 124, 50, [("lost", "killed"), ("small", "no ROLLBACK")], "bad")
    picture.text(
        156,
        274,
        "The foreign key is missing, and the ledger lists it.",
        "small over",
        "start",
    )
    returns = [
        (300, ledger, "5. read what is owed, and the progress"),
        (342, base, "6. skip operation 1, run operation 2 again"),
        (384, base, "7. ADD FOREIGN KEY"),
        (426, base, "8. read the catalogue: it exists"),
        (468, ledger, "9. delete the record"),
    ]
    for y, end, text in returns:
        picture.arrow((second, y + 18), (end + 2, y + 18))
        picture.text(second - 8, y + 10, text, "small over", "end")
    picture.box(500, 504, 124, 36, [("kept", "continues")], "good")
    return picture


def packages() -> Picture:
    """Draw the layers that lint-imports checks: they are read from its settings."""
    settings = configparser.ConfigParser()
    settings.read(DOCS.parent / ".importlinter", encoding="utf-8")
    layers = [
        [name.strip().removeprefix("fkguard.") for name in layer.split("|")]
        for layer in settings["importlinter:contract:wings"]["layers"].split("\n")
        if layer.strip()
    ]
    about = {
        "apps": "installs the patches",
        "management": "the commands",
        "guard": "watches migrate",
        "lint": "checks files",
        "repair": "creates what is missing",
        "copying": "copies rows",
        "verify": "declared and actual",
        "recovery": "ledger and claim",
        "reports": "text, HTML, SARIF",
        "judgement": "forecast, hazards",
        "planning": "operations to events",
        "declared": "models and state",
        "backends": "one package per database",
        "schema": "values: catalogue, events",
        "compat": "versions of Django",
        "conf": "settings",
    }
    picture = Picture(
        700,
        len(layers) * 58 + 50,
        "The packages of fkguard in layers",
        "A package imports only packages in lower layers. From the top: "
        + "; ".join(", ".join(layer) for layer in layers)
        + ".",
    )
    for row, layer in enumerate(layers):
        y = 20 + row * 58
        width = (660 - 10 * (len(layer) - 1)) // len(layer)
        for column, name in enumerate(layer):
            lines = [("title", name)]
            if name in about:
                lines.append(("small", about[name]))
            kind = "note" if name == "backends" else "box"
            picture.box(20 + column * (width + 10), y, width, 48, lines, kind)
    y = len(layers) * 58 + 34
    picture.text(
        350, y, "Imports lead downwards. Only backends knows the databases.", "small"
    )
    return picture


def pictures() -> dict[str, str]:
    """Return the content of each file, by its name."""
    drawn = {
        "operation": operation(),
        "modes": modes(),
        "crash": crash(),
        "packages": packages(),
        **{f"drop-column-{key}": drop_column(key) for key in SERVERS},
    }
    return {f"{name}.svg": picture.svg() for name, picture in drawn.items()}


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    for name, content in pictures().items():
        (IMAGES / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
