"""Show how far a copy is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO


class Bar(Protocol):
    def update(self, rows: int) -> Any: ...


class Quiet:
    """Shows nothing: the output is no terminal."""

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Bar]:
        yield self

    def update(self, rows: int) -> None:
        pass


class Lines(Quiet):
    """Writes a line for each table, where tqdm is not installed."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Bar]:
        self.stream.write(f"{what}: {total:,} rows\n")
        yield self


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


def progress(stream: TextIO | None = None) -> Quiet:
    """Return what shows progress on a stream, standard error unless told."""
    stream = stream or sys.stderr
    if not stream.isatty():
        return Quiet()
    try:
        return Bars(stream)
    except ImportError:
        return Lines(stream)
