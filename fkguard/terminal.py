"""Format findings for a terminal: one shape for every command.

The most severe findings come first and the summary is the last line. Text is wrapped
to the width of a terminal; code that is meant to be pasted, and output that is
redirected, is not. Colors are those of Django's commands, which follow NO_COLOR,
DJANGO_COLORS, ``--no-color`` and ``--force-color``.
"""

from __future__ import annotations

import io
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.checks import ERROR, WARNING, CheckMessage
from django.core.management.base import BaseCommand, OutputWrapper

from .errors import Refused

#: Takes text and a role, and returns the text in the color of the role. Roles are
#: "error", "warning" and "info", "place" for a heading, and "success".
Paint = Callable[[str, str], str]

#: The severities, the worst first.
LEVELS = ("error", "warning", "info")
#: How many findings a terminal shows without ``--verbosity 2``.
LIMIT = 20
#: Lines longer than this are hard to read.
WIDEST = 100
#: The first verbosity at which nothing is folded.
ALL = 2


def no_paint(words: str, role: str) -> str:
    """Leave the text as it is."""
    return words


@dataclass(frozen=True, kw_only=True)
class Block:
    """One finding as text."""

    #: The heading that consecutive blocks share: "library/migrations/0002.py:14".
    place: str
    level: str
    #: "fkguard.E101".
    code: str
    #: What follows the code: "unique_member_dropped, operation 2 [mysql]".
    about: str = ""
    #: Lines that are indented by four spaces or more are code, and are not wrapped.
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """How a stream shows text."""

    paint: Paint = no_paint
    #: In columns; None for a stream that is no terminal.
    width: int | None = None
    #: How many findings are shown; None for all of them.
    limit: int | None = None


#: A file or a pipe: neither colored, nor wrapped, nor folded.
PLAIN = Screen()


def screen(
    command: BaseCommand, stream: OutputWrapper, *, verbosity: int = 1
) -> Screen:
    """Return how a command's stream shows text."""
    style = command.style
    styles = {
        "error": style.ERROR,
        "warning": style.WARNING,
        "info": style.NOTICE,
        "success": style.SUCCESS,
        "place": style.MIGRATE_HEADING,
    }
    if not stream.isatty():
        # ``--force-color`` colors a pipe, too.
        return Screen(paint=lambda words, role: styles[role](words))
    return Screen(
        paint=lambda words, role: styles[role](words),
        width=min(shutil.get_terminal_size().columns, WIDEST),
        limit=LIMIT if verbosity < ALL else None,
    )


def blocks(found: Iterable[Block], screen: Screen = PLAIN) -> str:
    """Return the findings, the most severe first."""
    ordered = sorted(found, key=lambda each: LEVELS.index(each.level))
    shown = ordered[: screen.limit]
    parts = [
        "\n".join(_group(place, list(group), screen))
        for place, group in groupby(shown, key=lambda each: each.place)
    ]
    if left := ordered[len(shown) :]:
        parts.append(
            f"{counted(len(left), 'more finding')} "
            f"({counts(each.level for each in left)}). "
            f"--verbosity {ALL} shows them all."
        )
    return "\n\n".join(parts)


def counts(levels: Iterable[str]) -> str:
    """Return "2 errors, 1 warning"; "" for no finding."""
    found = list(levels)
    return ", ".join(
        counted(number, level)
        for level in LEVELS
        if (number := sum(each == level for each in found))
    )


def counted(number: int, noun: str) -> str:
    """Return "1 error", "2 errors" or "3 info"."""
    return f"{number:,} {noun}{'' if number == 1 or noun == 'info' else 's'}"


def refusal(
    headline: str,
    messages: Sequence[CheckMessage],
    ending: str,
    screen: Screen = PLAIN,
) -> str:
    """Return the text of a refusal; its last line has the counts and the ending."""
    found = list(map(of_message, messages))
    summary = f"fkguard found {counts(each.level for each in found)}; {ending}."
    return "\n\n".join(
        [
            screen.paint("\n".join(wrapped(headline, screen.width)), "error"),
            blocks(found, screen),
            "\n".join(wrapped(summary, screen.width)),
        ]
    )


def of_message(message: CheckMessage) -> Block:
    """Return a message of Django's check framework as a block."""
    return Block(
        place=str(message.obj) if message.obj is not None else "The project",
        level=level_of(message.level),
        code=message.id or "",
        body="\n".join(
            filter(None, (str(message.msg), str(message.hint or "").strip()))
        ).replace("\n\nSee ", "\nSee "),
    )


def level_of(level: int) -> str:
    """Return the severity of a level of Django's check framework."""
    if level >= ERROR:
        return "error"
    return "warning" if level >= WARNING else "info"


def show(error: Refused, command: BaseCommand, *, verbosity: int = 1) -> None:
    """Give a refusal the text that the command's standard error shows."""
    to = screen(command, command.stderr, verbosity=verbosity)
    if error.headline:
        error.args = (refusal(error.headline, error.messages, error.ending, to),)
    else:
        lines = [
            line
            for paragraph in str(error).splitlines()
            for line in wrapped(paragraph, to.width)
        ]
        error.args = ("\n".join(lines),)


def rendered(markdown: str, screen: Screen) -> str:
    """Return a Markdown page for a terminal, with rich where it is installed."""
    try:
        from rich.console import Console
        from rich.markdown import Markdown
    except ImportError:
        return _rendered_plainly(markdown, screen)
    # What has no color is not styled, either.
    has_color = screen.paint("x", "error") != "x"
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=screen.width,
        force_terminal=has_color,
        no_color=not has_color,
        color_system="standard" if has_color else None,
        legacy_windows=False,
    )
    console.print(Markdown(markdown, hyperlinks=False))
    return stream.getvalue()


def _rendered_plainly(markdown: str, screen: Screen) -> str:
    """Return a Markdown page with wrapped paragraphs and indented code."""
    lines: list[str] = []
    paragraph: list[str] = []
    is_code = False

    def end_paragraph() -> None:
        if paragraph:
            first = paragraph[0]
            hanging = "  " if re.match(r"[-*] ", first) else ""
            text = _without_marks(" ".join(paragraph))
            lines.extend(wrapped(text, screen.width, hanging=hanging))
            paragraph.clear()

    for line in markdown.splitlines():
        if line.startswith("```"):
            end_paragraph()
            is_code = not is_code
        elif is_code:
            lines.append(f"    {line}".rstrip())
        elif line.startswith("#"):
            end_paragraph()
            lines.append(screen.paint(_without_marks(line.lstrip("# ")), "place"))
        elif line.startswith("|"):
            end_paragraph()
            lines.append(line)
        else:
            if not line.strip() or re.match(r"[-*] ", line):
                end_paragraph()
            if line.strip():
                paragraph.append(line.strip())
            else:
                lines.append("")
    end_paragraph()
    return "\n".join(lines)


def _without_marks(text: str) -> str:
    """Return a line of Markdown with the addresses of its links in parentheses."""
    text = re.sub(r"\[([^\]]+)\]\((https?:[^)]+)\)", r"\1 (\2)", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", text)


def wrapped(
    text: str, width: int | None, indent: str = "", *, hanging: str = ""
) -> list[str]:
    """Return a paragraph as lines; code and output without a width stay as they are."""
    if width is None or text.startswith(("    ", "\t")) or not text.strip():
        return [f"{indent}{text}".rstrip()]
    return textwrap.wrap(
        text,
        width=max(width, 40),
        initial_indent=indent,
        subsequent_indent=f"{indent}{hanging}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _group(place: str, found: Sequence[Block], screen: Screen) -> Iterator[str]:
    yield screen.paint(place, "place")
    for each in found:
        head = screen.paint(f"{each.level}  {each.code}", each.level)
        yield f"  {head}  {each.about}".rstrip()
        for paragraph in each.body.splitlines():
            yield from wrapped(paragraph, screen.width, "    ")
