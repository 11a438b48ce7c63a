"""Prepare the next block while a server takes the last one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T]:
    """Yield items; each comes about in a thread while the one before is used.

    A server that loads rows leaves the interpreter to others. Nothing else may use
    what the iterator uses, such as its connection, until this one is closed.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="fkguard-copy") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
