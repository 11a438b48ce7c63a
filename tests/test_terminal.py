"""Findings on a terminal: one shape for every command."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, OutputWrapper
from django.core.management.color import color_style, no_style

from fkguard import terminal
from fkguard.errors import Refused
from fkguard.judgement.judge import refusal
from fkguard.terminal import Block, Screen

ROOT = Path(__file__).resolve().parent.parent
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
LONG = "A sentence that goes on, and on, and on, until the line is full of words. " * 3


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def block(level: str, number: int = 1, **values: Any) -> Block:
    return Block(
        **{
            "place": f"app.{number:04}",
            "level": level,
            "code": f"fkguard.{level[0].upper()}{number:03}",
            "body": "It happens.",
            **values,
        }
    )


def screen_of(stream: io.StringIO, style: Any = None, verbosity: int = 1) -> Screen:
    command = BaseCommand()
    command.style = style or no_style()
    return terminal.screen(command, OutputWrapper(stream), verbosity=verbosity)


def message(level: int = checks.ERROR, **values: Any) -> checks.CheckMessage:
    return checks.CheckMessage(
        level,
        values.pop("msg", "Removing a column drops UNIQUE book_place."),
        hint="PostgreSQL drops it.\nWrite instead:\n\n    RemoveConstraint(),\n"
        "\nSee https://fkguard.readthedocs.io/",
        obj="library.0002, operation 1",
        id="fkguard.E101",
        **values,
    )


def test_most_severe_findings_come_first() -> None:
    text = terminal.blocks([block("info"), block("error"), block("warning")])

    assert [line.split()[0] for line in text.splitlines() if "fkguard." in line] == [
        "error",
        "warning",
        "info",
    ]


def test_place_is_written_once_for_its_findings() -> None:
    text = terminal.blocks([block("error"), block("error"), block("error", 2)])

    assert text.count("app.0001") == 1
    assert text.count("app.0002") == 1


def test_text_is_wrapped_and_code_is_not() -> None:
    code = f"    call({', '.join(['argument'] * 20)})"
    text = terminal.blocks([block("error", body=f"{LONG}\n\n{code}")], Screen(width=60))

    lines = text.splitlines()
    assert f"    {code}" in lines
    assert max(map(len, (each for each in lines if "call(" not in each))) <= 60


def test_redirected_output_is_not_wrapped() -> None:
    screen = screen_of(io.StringIO())

    assert (screen.width, screen.limit) == (None, None)
    assert LONG.strip() in terminal.blocks([block("error", body=LONG)], screen)


def test_long_list_is_folded_on_a_terminal() -> None:
    many = [block("error", n) for n in range(3)] + [
        block("warning", n) for n in range(30)
    ]
    folded = terminal.blocks(many, screen_of(Terminal()))
    whole = terminal.blocks(many, screen_of(Terminal(), verbosity=2))

    assert folded.count("It happens.") == terminal.LIMIT
    assert folded.splitlines()[-1] == (
        "13 more findings (13 warnings). --verbosity 2 shows them all."
    )
    assert whole.count("It happens.") == 33
    assert "shows them all" not in whole


def test_short_list_is_not_folded() -> None:
    few = [block("error", n) for n in range(terminal.LIMIT)]

    assert "shows them all" not in terminal.blocks(few, screen_of(Terminal()))


def test_color_is_the_style_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    colored = terminal.blocks(
        [block("error")], screen_of(Terminal(), color_style(force_color=True))
    )
    plain = terminal.blocks([block("error")], screen_of(Terminal()))

    assert "\x1b[31;1merror  fkguard.E001\x1b[0m" in colored
    assert ESCAPE.sub("", colored) == plain
    assert "\x1b" not in plain


def test_refusal_has_the_shape_of_lint() -> None:
    error = refusal([message(), message(checks.WARNING)], "Refused.", "nothing was run")

    assert str(error) == (
        "Refused.\n"
        "\n"
        "library.0002, operation 1\n"
        "  error  fkguard.E101\n"
        "    Removing a column drops UNIQUE book_place.\n"
        "    PostgreSQL drops it.\n"
        "    Write instead:\n"
        "\n"
        "        RemoveConstraint(),\n"
        "    See https://fkguard.readthedocs.io/\n"
        "  warning  fkguard.E101\n"
        "    Removing a column drops UNIQUE book_place.\n"
        "    PostgreSQL drops it.\n"
        "    Write instead:\n"
        "\n"
        "        RemoveConstraint(),\n"
        "    See https://fkguard.readthedocs.io/\n"
        "\n"
        "fkguard found 1 error, 1 warning; nothing was run."
    )


def test_refusal_is_shown_for_the_terminal_of_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    error = refusal([message(msg=LONG)], "Refused.", "nothing was run")
    plain = str(error)
    command = BaseCommand(stderr=Terminal(), force_color=True)
    terminal.show(error, command)

    shown = ESCAPE.sub("", str(error))
    assert "\x1b[" in str(error)
    assert max(len(e) for e in shown.splitlines() if "https" not in e) <= 50
    assert " ".join(shown.split()) == " ".join(plain.split())


def test_refusal_without_findings_is_wrapped() -> None:
    error = Refused(f"SystemCheckError: {LONG}")
    command = BaseCommand(stderr=Terminal(), no_color=True)
    terminal.show(error, command)

    assert max(map(len, str(error).splitlines())) <= terminal.WIDEST


def test_program_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that ``call_command()`` raises has no color, and no line is wrapped."""
    error = refusal([message(msg=LONG)], "Refused.", "nothing was run")
    plain = str(error)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", fail)
    with pytest.raises(Refused) as caught:
        call_command("migrate", stderr=Terminal(), force_color=True, skip_checks=True)
    assert caught.value is error
    assert str(error) == plain


def test_page_of_a_hazard_is_rendered_without_rich(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    text = terminal.rendered(
        "# Title\n\nSee [the page](https://docs.djangoproject.com/) and\n**this**.\n\n"
        "- one\n- two, which is long\n\n```python\ncode(  1)\n```\n",
        Screen(width=40),
    )

    assert text.splitlines() == [
        "Title",
        "",
        "See the page",
        "(https://docs.djangoproject.com/) and",
        "this.",
        "",
        "- one",
        "- two, which is long",
        "",
        "    code(  1)",
    ]


def test_page_of_a_hazard_is_rendered_with_rich() -> None:
    style = color_style(force_color=True)
    text = terminal.rendered("# Title\n\n**Bold** text.", Screen(width=40))
    colored = terminal.rendered(
        "# Title\n\n**Bold** text.", screen_of(Terminal(), style)
    )

    assert "\x1b" not in text
    assert "Bold text." in text
    assert "\x1b[1mBold\x1b[0m" in colored


def test_redirected_page_is_markdown() -> None:
    output = io.StringIO()
    call_command("fkguard", "explain", "E101", stdout=output)

    assert output.getvalue().startswith("# ")


@pytest.mark.kind("project")
def test_command_line_wraps_and_colors(tmp_path: Any) -> None:
    """On a pseudo terminal of 60 columns, as a user sees it."""
    library = ROOT / "examples" / "library"
    main, child = pty.openpty()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("DJANGO")},
        "COLUMNS": "60",
        "TERM": "xterm-256color",
        "LIBRARY_NAME": str(tmp_path / "library.sqlite3"),
        "LIBRARY_DATABASE": "sqlite",
        "FKGUARD_MODE": "strict",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("NO_COLOR", None)
    run = subprocess.Popen(
        [sys.executable, "-W", "ignore", "manage.py", "migrate"],
        cwd=library,
        env=environment,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    output = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # The terminal's other end is closed.
            break
        if not piece:
            break
        output += piece
    assert run.wait() == 1
    text = output.decode().replace("\r\n", "\n")

    assert re.search(r"\x1b\[[0-9;]+merror  fkguard\.E\d+\x1b\[0m", text)
    plain = ESCAPE.sub("", text).rstrip()
    assert plain.splitlines()[-1].endswith("; nothing was run.")
    prose = [each for each in plain.splitlines() if re.match("    [A-Z]", each)]
    assert prose
    assert max(len(e) for e in prose if "https" not in e and " " in e.strip()) <= 60
