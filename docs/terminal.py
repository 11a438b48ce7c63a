"""Take the terminal screenshots of the documentation: `make docs` runs this.

The commands are run in a copy of examples/library/ on a terminal of their own, and rich
turns what they print into SVG. Nothing is made up, and nothing is loaded from a network
when a reader opens a file.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

DOCS = Path(__file__).resolve().parent
LIBRARY = DOCS.parent / "examples" / "library"
IMAGES = DOCS / "images"
WIDTH = 98

#: What has to be done before the first screenshot.
BEFORE = ["migrate catalog 0002", "migrate stock 0001", "migrate lending 0001"]

#: The name of each file, the mode, and the command.
SCREENSHOTS = {
    "terminal-migrate": ("strict", "migrate catalog"),
    "terminal-lint": ("strict", "fkguard lint lending --database-vendor postgresql:15"),
}

#: Like rich's own, without the fonts that it would load.
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>{title_text}</title>
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 16px; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})"
    clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def run(folder: Path, mode: str, command: str) -> str:
    """Run one command of manage.py on a terminal, and return what it prints."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FKGUARD_", "DJANGO_", "LIBRARY_"))
        and name not in ("COLUMNS", "NO_COLOR")
    }
    environment |= {
        "FKGUARD_MODE": mode,
        "PYTHONPATH": str(DOCS.parent),
        "TERM": "xterm-256color",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command.split()],
        cwd=folder,
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    parts = []
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # Linux: the other end was closed.
            break
        if not part:
            break
        parts.append(part)
    os.close(leader)
    if process.wait() not in (0, 1):
        raise RuntimeError(b"".join(parts).decode())
    return b"".join(parts).decode().replace("\r\n", "\n")


def screenshot(title: str, command: str, output: str) -> str:
    """Return the SVG of a command and its output."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=WIDTH, file=nowhere, force_terminal=True, _environ={}
        )
        console.print(Text(f"$ python manage.py {command}", style="bold"))
        console.print(Text.from_ansi(output.rstrip()))
        text = FORMAT.replace("{title_text}", f"The output of: {command}")
        return console.export_svg(
            title=title, theme=MONOKAI, code_format=text, unique_id="terminal"
        )


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "library"
        shutil.copytree(
            LIBRARY, folder, ignore=shutil.ignore_patterns("*.sqlite3", "__pycache__")
        )
        for command in BEFORE:
            run(folder, "auto", command)
        for file, (mode, command) in SCREENSHOTS.items():
            output = run(folder, mode, command)
            content = screenshot(f"FKGUARD_MODE={mode}", command, output)
            (IMAGES / f"{file}.svg").write_text(
                "\n".join(line.rstrip() for line in content.splitlines()) + "\n",
                encoding="utf-8",
            )


if __name__ == "__main__":
    main()
