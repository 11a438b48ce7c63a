"""
One process of `benchmarks.copying` that is not a plain command of Django's.

    python -m benchmarks.copied.child create|drop|fill ROWS|load FOLDER

`create` makes the target anew without a table, and lets its server take files; `drop`
deletes it. `fill` writes about
so many rows into the source. `load` empties the tables of the target and gives the
rows of the source, written to files before the clock starts, to the database's own
loader; it prints the seconds.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django
from django.db import connections, transaction

SENTENCES = (
    "A book that one reads twice.",
    "Nothing happens, and it's told well: “très bien”.",
    "The second half, 100% of it,\nwas written by somebody else.",
    "\U0001f4da",
)
#: Of each model, its share of the rows; the rest are tags of books.
CATEGORIES, AUTHORS, TAGS, BOOKS, REVIEWS = 0.03, 0.06, 0.01, 0.20, 0.15


def create() -> None:
    drop()
    target = connections["new"]
    name = target.ops.quote_name(str(target.settings_dict["NAME"]))
    with target._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"CREATE DATABASE {name}")
        if target.vendor == "mysql":
            cursor.execute("SET GLOBAL local_infile = 1")


def drop() -> None:
    target = connections["new"]
    name = target.ops.quote_name(str(target.settings_dict["NAME"]))
    with target._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def fill(rows: int) -> None:
    from benchmarks.copied import models as m

    def make(model: Any, made: Any) -> None:
        model.objects.bulk_create(made, batch_size=2_000)

    categories, authors, tags, books, reviews = (
        max(int(rows * share), 20)
        for share in (CATEGORIES, AUTHORS, TAGS, BOOKS, REVIEWS)
    )
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    with transaction.atomic():
        # Every seventh category stands before the one that it belongs to.
        make(
            m.Category,
            (
                m.Category(
                    id=i,
                    name=f"category {i}",
                    parent_id=None
                    if i % 10 == 1
                    else min(i + 5, categories)
                    if i % 7 == 0
                    else max(i // 2, 1),
                )
                for i in range(1, categories + 1)
            ),
        )
        make(
            m.Author,
            (
                m.Author(
                    id=i,
                    name=f"author {i}",
                    born=date(1900 + i % 100, 1 + i % 12, 1 + i % 28),
                    biography=" ".join(SENTENCES[: i % 4]),
                    masterpiece_id=(i * 3) % books + 1 if i % 2 else None,
                )
                for i in range(1, authors + 1)
            ),
        )
        make(m.Tag, (m.Tag(id=i, name=f"tag-{i}") for i in range(1, tags + 1)))
        make(
            m.Book,
            (
                m.Book(
                    id=i,
                    author_id=i % authors + 1,
                    category_id=i % categories + 1,
                    title=f"{SENTENCES[i % 4]} {i}",
                    isbn=f"{9_780_000_000_000 + i}",
                    price=Decimal(i % 100_000) / 100,
                    in_print=i % 3 > 0,
                    added=begin + timedelta(minutes=i, microseconds=i % 3),
                )
                for i in range(1, books + 1)
            ),
        )
        make(
            m.Review,
            (
                m.Review(
                    id=i,
                    book_id=(i * 7) % books + 1,
                    stars=i % 6,
                    text=" ".join(SENTENCES[k % 4] for k in range(i, i + 5)),
                    written=begin + timedelta(seconds=i),
                )
                for i in range(1, reviews + 1)
            ),
        )
        left = rows - categories - authors - tags - books - reviews
        through: Any = m.Book.tags.through
        make(
            through,
            (
                through(id=i + 1, book_id=i % books + 1, tag_id=(i // books * 7) + 1)
                for i in range(left)
            ),
        )


def load(folder: Path) -> None:
    """Time COPY or LOAD DATA, which gets the rows in the best order for it.

    On MySQL and MariaDB foreign key checks are off: the circle cannot go in as a
    whole otherwise.
    """
    from fkguard.backends import backend_for
    from fkguard.backends.base import text_format
    from fkguard.copying.reading import Reader
    from fkguard.copying.selection import select

    source, target = connections["default"], connections["new"]
    selection = select(source, target, ["copied"])
    reading, writing = backend_for(source).transfer, backend_for(target).transfer
    tables = selection.tables
    for name, table in tables.items():
        reader = Reader(reading, table.source, table.columns, table.key)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            for piece in reader.pieces():
                block = reader.plain(piece)
                file.write(
                    text_format.lines([text_format.cells(each) for each in block])
                )
    quote = target.ops.quote_name
    with writing.writing(), writing.unchecked():
        for name in tables:
            writing.execute(
                f"TRUNCATE {quote(name)} CASCADE"
                if target.vendor == "postgresql"
                else f"TRUNCATE TABLE {quote(name)}"
            )
        begin = time.perf_counter()
        with transaction.atomic(using="new"):
            writing.defer()
            for name, table in tables.items():
                columns = ", ".join(quote(each.name) for each in table.columns)
                with writing.cursor() as cursor:
                    if target.vendor == "postgresql":
                        _copy(cursor, f"{quote(name)} ({columns})", folder / name)
                    else:
                        cursor.execute(
                            "LOAD DATA LOCAL INFILE %s INTO TABLE "
                            f"{quote(name)} CHARACTER SET utf8mb4 ({columns})",
                            [str(folder / name)],
                        )
        seconds = time.perf_counter() - begin
    loaded = sum(writing.count(name) for name in tables)
    assert loaded == sum(reading.count(t.source) for t in tables.values())
    print(seconds)


def _copy(cursor: Any, table: str, path: Path) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy, path.open("rb") as file:
        while data := file.read(1 << 16):
            copy.write(data)


if __name__ == "__main__":
    django.setup()
    verb, *rest = sys.argv[1:]
    if verb == "fill":
        fill(int(rest[0]))
    elif verb == "load":
        load(Path(rest[0]))
    else:
        {"create": create, "drop": drop}[verb]()
