"""Write a report as one HTML file that loads nothing from anywhere.

The file needs no script: severities are filtered and the theme is chosen in CSS.
Its Content-Security-Policy allows its own style and its own script, by their hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .. import __version__
from .documents import AppFindings, Document, Grid, Item, Section
from .drawings import Diagram, Drawing
from .entries import BACKWARDS, ERROR, INFO, LEVELS, WARNING, Details, Entry
from .layout import lay_out
from .plain import where_of

TEMPLATES = Path(__file__).with_name("templates")
LABELS = {ERROR: "Error", WARNING: "Warning", INFO: "Info"}
PLURALS = {ERROR: "Errors", WARNING: "Warnings", INFO: "Info"}
GLYPHS = {ERROR: "✕", WARNING: "!", INFO: "i"}


@cache
def engine() -> Engine:
    """Return the engine of fkguard's own templates, whatever the project's are."""
    return Engine(dirs=[str(TEMPLATES)], autoescape=True)


def render(name: str, values: dict[str, Any]) -> SafeString:
    """Render a template; numbers are written as CSS and SVG read them."""
    context = Context(values, use_l10n=False, use_tz=False)
    return engine().get_template(name).render(context)


def write(document: Document) -> str:
    """Return the file."""
    return _Writer().write(document)


def sections_of(document: Document) -> list[dict[str, Any]]:
    """Return the sections for a template of another page, such as the admin's."""
    writer = _Writer()
    return [writer.section(each) for each in document.sections]


class _Writer:
    """Turns a document into the values of the templates, with ids of their own."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def write(self, document: Document) -> str:
        style, script = _asset("report.css"), _asset("report.js")
        sections = [self.section(each) for each in document.sections]
        return render(
            "report.html",
            {
                "document": document,
                "sections": sections,
                "toc": sections if _is_long(document) else (),
                "facts": (*document.facts, ("fkguard", __version__)),
                "levels": [
                    {
                        "name": level,
                        "label": PLURALS[level],
                        "glyph": GLYPHS[level],
                        "count": document.count(level),
                    }
                    for level in LEVELS
                ],
                "style": style,
                "script": script,
                "style_hash": _hash(style),
                "script_hash": _hash(script),
                "version": __version__,
                "created": f"{timezone.now():%Y-%m-%d %H:%M %Z}",
            },
        )

    def section(self, section: Section) -> dict[str, Any]:
        return {
            "id": self.id("database"),
            "title": section.title,
            "summary": section.summary,
            "notes": section.notes,
            "groups": [self.group(each) for each in section.groups],
            "grids": [self.grid(each) for each in section.grids],
        }

    def group(self, group: AppFindings) -> dict[str, Any]:
        return {
            "id": self.id("app"),
            "title": group.title or "The project",
            "count": len(group.entries),
            "holds": _holds(group.entries),
            "items": [self.item(each) for each in group.items],
        }

    def item(self, item: Item) -> dict[str, Any]:
        return {
            "title": item.title,
            "holds": _holds(item.entries),
            "diagrams": self.diagrams(item.diagrams),
            "findings": [self.finding(each, item) for each in item.entries],
            "shared": item.shared and self.fix(item.shared),
        }

    def fix(self, details: Details) -> dict[str, str]:
        return {"id": self.id("fix"), "remedy": details.remedy, "fix": details.fix}

    def finding(self, entry: Entry, item: Item) -> dict[str, Any]:
        details = entry.details
        reasons = details.reasons or tuple(filter(None, entry.hint.splitlines()))
        return {
            "id": self.id("finding"),
            "level": entry.level,
            "label": LABELS[entry.level],
            "glyph": GLYPHS[entry.level],
            "code": entry.code,
            "url": entry.url if entry.url.startswith("https://") else "",
            "slug": entry.slug.replace("_", " "),
            "message": prose(entry.message),
            "where": where_of(entry) if entry.file or entry.migration else "",
            "operation": entry.operation,
            "is_backwards": entry.direction == BACKWARDS,
            "reasons": [prose(each) for each in reasons],
            "fix": self.fix(details) if details.fix and not item.shared else None,
            "diagrams": () if item.diagrams else self.diagrams(details.diagrams),
        }

    def diagrams(self, diagrams: tuple[tuple[str, Diagram], ...]) -> list[Any]:
        return [
            {
                "title": title if len(diagrams) > 1 else "",
                "before": self.drawing(each.before),
                "after": self.drawing(each.after),
            }
            for title, each in diagrams
        ]

    def drawing(self, drawing: Drawing) -> dict[str, Any]:
        values = {"layout": lay_out(drawing), "id": self.id("drawing")}
        return {"title": drawing.title, "svg": render("diagram.svg", values)}

    def grid(self, grid: Grid) -> dict[str, Any]:
        def cells(row: tuple[str, ...]) -> list[dict[str, Any]]:
            return [
                {"text": text, "is_number": number in grid.numbers}
                for number, text in enumerate(row)
            ]

        return {
            "title": grid.title,
            "header": cells(grid.header),
            "rows": [
                {"cells": cells(row), "is_wrong": number in grid.wrong}
                for number, row in enumerate(grid.rows)
            ],
        }

    def id(self, prefix: str) -> str:
        """Return an id that no other element of the file has."""
        self.ids[prefix] = self.ids.get(prefix, 0) + 1
        return f"{prefix}-{self.ids[prefix]}"


def _holds(entries: tuple[Entry, ...]) -> str:
    """Return the CSS classes of the severities among entries."""
    levels = {each.level for each in entries}
    return "".join(f" has-{level}" for level in LEVELS if level in levels)


def _is_long(document: Document) -> bool:
    return sum(len(each.groups) + 1 for each in document.sections) > 2


def _asset(name: str) -> SafeString:
    """Return a file of the package, which is not escaped."""
    text = (TEMPLATES / name).read_text(encoding="utf-8").strip()
    return mark_safe(text)


def prose(text: str) -> SafeString:
    """Return text with the parts between backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", part) if number % 2 else part,)
            for number, part in enumerate(parts)
        ),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
