"""Show how far a copy is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from .problems import rows as number


class Bar(Protocol):
    def update(self, rows: int) -> Any: ...


class Quiet:
    """Shows nothing."""

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Bar]:
        yield self

    def update(self, rows: int) -> None:
        pass

    def copied(self, table: str, rows: int, seconds: float) -> None:
        """Tell that the rows of a table are written."""


class Lines(Quiet):
    """Writes a line for each table that is copied, as a log can have it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def copied(self, table: str, rows: int, seconds: float) -> None:
        speed = f"{rate(rows, seconds):,} rows/s"
        self.stream.write(f"{table}: {number(rows)} in {seconds:.1f} s, {speed}\n")
        self.stream.flush()


class Bars(Quiet):
    """Draws bars with rows, rate and time left."""

    def __init__(self, stream: TextIO) -> None:
        from tqdm import tqdm

        self.stream = stream
        self.tqdm = tqdm

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Bar]:
        with self.tqdm(
            desc=what,
            total=total,
            unit=" rows",
            unit_scale=True,
            leave=False,
            file=self.stream,
        ) as bar:
            yield bar


def rate(rows: int, seconds: float) -> int:
    """Return the rows per second."""
    return round(rows / max(seconds, 0.001))


def progress(stream: TextIO | None = None) -> Quiet:
    """Return what shows progress on a stream, standard error unless told."""
    stream = stream or sys.stderr
    if not stream.isatty():
        return Lines(stream)
    try:
        return Bars(stream)
    except ImportError:
        return Lines(stream)
