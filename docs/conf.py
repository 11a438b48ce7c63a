"""Build the documentation: `make docs`. Warnings are errors there.

The pages of the hazards are the package's own, and what follows a list in the
reference is generated from the code, so neither can tell of another version.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))
os.environ["FKGUARD_TEST_DATABASE"] = "sqlite"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# Help is wrapped to the width of the terminal.
os.environ["COLUMNS"] = "80"
os.environ["NO_COLOR"] = "1"

import django  # noqa: E402

django.setup()

import fkguard  # noqa: E402
from fkguard import conf as fkguard_conf  # noqa: E402
from fkguard.judgement import hazards  # noqa: E402

project = "fkguard"
author = "fkguard contributors"
copyright = author
version = release = fkguard.__version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
# A level may be left out in the changelog's own manner.
suppress_warnings = ["myst.header"]
html_theme = "furo"
html_title = f"fkguard {release}"
nitpicky = True

#: Where the pages of the hazards stand while the site is built.
PAGES = DOCS / "reference" / "hazards"


def copy_pages(app: Any) -> None:
    """Put each hazard's page where its URL in the messages says that it is."""
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir()
    for hazard in hazards.HAZARDS:
        text = hazards.page(hazard)
        (PAGES / f"{hazard.slug}.md").write_text(f"---\norphan: true\n---\n{text}")


def complete(app: Any, name: str, source: list[str]) -> None:
    """Point at the copies of the pages, and append what the code says itself."""
    depth = "../" * name.count("/")
    text = re.sub(
        r"\]\((?:\.\./)+fkguard/judgement/hazards/pages/(\w+)\.md",
        rf"]({depth}reference/hazards/\1.md",
        source[0],
    )
    text = re.sub(r"\]\((?:\.\./)+CHANGELOG\.md", rf"]({depth}changelog.md", text)
    if name in GENERATED:
        text += "\n" + GENERATED[name]()
    source[0] = text


def hazard_table() -> str:
    rows = [
        f"| [{h.id}](hazards/{h.slug}.md) | `{h.slug}` "
        f"| {', '.join(sorted(h.refused_in, reverse=True)) or 'no mode'} |"
        for h in sorted(hazards.HAZARDS, key=lambda each: each.id)
    ]
    return "\n".join(
        ["## By id", "", "| id | hazard | refused in |", "|---|---|---|", *rows, ""]
    )


def command_options() -> str:
    """Return the help of ``manage.py fkguard`` and of each of its subcommands."""
    from django.core.management import load_command_class

    command = load_command_class("fkguard", "fkguard")
    parser = command.create_parser("manage.py", "fkguard")
    parts = ["## Options", "", "As `--help` prints them.", ""]
    for action in parser._actions:
        for name, each in (
            action.choices.items() if isinstance(action.choices, dict) else ()
        ):
            output = io.StringIO()
            each.print_help(output)
            parts += [
                f"### `fkguard {name}`: options",
                "",
                "```text",
                output.getvalue().rstrip(),
                "```",
                "",
            ]
    return "\n".join(parts)


def setting_list() -> str:
    """Return the names and defaults that the code knows."""
    return "\n".join(
        [
            "## All names",
            "",
            "`FKGUARD` takes "
            + ", ".join(f"`{each}`" for each in fkguard_conf.SETTINGS)
            + "; a mode is one of "
            + ", ".join(f"`{each}`" for each in fkguard_conf.MODES)
            + f", by default `{fkguard_conf.DEFAULT_MODE}`. Any other name or value "
            "is an error.",
            "",
        ]
    )


GENERATED: dict[str, Callable[[], str]] = {
    "reference/hazards": hazard_table,
    "reference/commands": command_options,
    "reference/settings": setting_list,
}


def check_urls(app: Any, exception: Exception | None) -> None:
    """Fail where a message would point at a page that the site does not have."""
    if exception is not None or app.builder.name != "html":
        return
    for hazard in hazards.HAZARDS:
        path = hazard.url.partition("/latest/")[2]
        if not Path(app.outdir, path).exists():
            raise RuntimeError(f"The site has no page {path} of {hazard.id}.")


def setup(app: Any) -> None:
    app.connect("builder-inited", copy_pages)
    app.connect("source-read", complete)
    app.connect("build-finished", check_urls)
