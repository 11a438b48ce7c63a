"""
One process of `benchmarks.copying` that is not a plain command of Django's.

    python -m benchmarks.copied.child create|drop ALIAS
    python -m benchmarks.copied.child fill ROWS
    python -m benchmarks.copied.child load ALIAS FOLDER

`create` makes a database anew without a table, and lets its server take files; `drop`
deletes it. `fill` writes about so many rows into the source. `load` reads the rows of
a database, writes them to files, and gives these to the own loader of the target. It
imports nothing of fkguard: this is what a script of a page would do that knows the
tables.
"""

from __future__ import annotations

import csv
import json
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
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
PAGES, VISITS = 0.05, 0.15
#: What each vendor's driver returns otherwise than the other databases take it.
READ = {
    ("postgresql", "BooleanField"): "{}::int",
    ("postgresql", "DateTimeField"): "{}::timestamp",
    ("postgresql", "JSONField"): "{}::text",
    ("postgresql", "UUIDField"): "replace({}::text, '-', '')",
    ("postgresql", "GenericIPAddressField"): "host({})",
}


def create(alias: str) -> None:
    drop(alias)
    target = connections[alias]
    name = target.ops.quote_name(str(target.settings_dict["NAME"]))
    with target._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"CREATE DATABASE {name}")
        if target.vendor == "mysql":
            cursor.execute("SET GLOBAL local_infile = 1")


def drop(alias: str) -> None:
    target = connections[alias]
    name = target.ops.quote_name(str(target.settings_dict["NAME"]))
    with target._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def fill(rows: int) -> None:
    from benchmarks.copied import models as m

    def make(model: Any, made: Any) -> None:
        model.objects.bulk_create(made, batch_size=2_000)

    categories, authors, tags, books, reviews, pages, visits = (
        max(int(rows * share), 20)
        for share in (CATEGORIES, AUTHORS, TAGS, BOOKS, REVIEWS, PAGES, VISITS)
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
        make(
            m.Page,
            (
                m.Page(
                    id=i,
                    book_id=(i * 3) % books + 1,
                    number=i,
                    body="\n".join(SENTENCES[k % 4] for k in range(i, i + 50)),
                )
                for i in range(1, pages + 1)
            ),
        )
        make(
            m.Visit,
            (
                m.Visit(
                    id=uuid.UUID(
                        int=i * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128),
                        version=4,
                    ),
                    book_id=(i * 7) % books + 1 if i % 3 else None,
                    address=f"10.{i % 200}.{i // 256 % 256}.{i % 256}",
                    data={"page": i, "tags": ["a", "b"], "ratio": i / 8},
                    seconds=i / 7,
                    size=i * 1_000_003,
                    price=Decimal(i % 10_000_000) / 10_000,
                    is_mobile=i % 3 > 0,
                    day=date(1990 + i % 30, 1 + i % 12, 1 + i % 28),
                    wakes=time(i % 24, i % 60, i % 59, i % 2),
                    begun=begin + timedelta(seconds=i, microseconds=i % 2),
                    path=f"/books/{i}/pages/{i % 97}?from=search",
                )
                for i in range(1, visits + 1)
            ),
        )
        left = rows - categories - authors - tags - books - reviews - pages - visits
        through: Any = m.Book.tags.through
        make(
            through,
            (
                through(id=i + 1, book_id=i % books + 1, tag_id=(i // books * 7) + 1)
                for i in range(left)
            ),
        )


def load(alias: str, folder: Path) -> None:
    """Read the rows, write them to files, and load these, the keys of tables on.

    The checks are off for the tables of the cycle and for the one that references
    itself, as no order of rows passes them on MySQL and MariaDB. PostgreSQL checks
    at the end of the transaction.
    """
    from benchmarks.copied import models as m

    open_tables = {m.Category, m.Author}
    through: Any = m.Book.tags.through
    source, target = connections[alias], connections["new"]
    with (
        transaction.atomic(using=alias),
        transaction.atomic(using="new"),
        target.cursor() as cursor,
    ):
        if target.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in (
            *(m.Category, m.Tag, m.Author, m.Book, m.Review, m.Page, m.Visit),
            through,
        ):
            path = folder / model._meta.db_table
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(read(source, model))
            if target.vendor == "postgresql":
                _copy(cursor, model, path)
            else:
                if model in open_tables:
                    cursor.execute("SET foreign_key_checks = 0")
                _load_data(cursor, model, path)
                cursor.execute("SET foreign_key_checks = 1")
            path.unlink()


def read(source: Any, model: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table through a cursor that holds few of them."""
    quote = source.ops.quote_name
    columns = ", ".join(
        READ.get((source.vendor, field.get_internal_type()), "{}").format(
            quote(field.column)
        )
        # SQLite's driver would look at the declared type, and make an object of it.
        if source.vendor != "sqlite"
        else f"+{quote(field.column)}"
        for field in model._meta.local_fields
    )
    sql = f"SELECT {columns} FROM {quote(model._meta.db_table)}"
    source.ensure_connection()
    raw: Any = source.connection
    if source.vendor == "mysql":
        from MySQLdb.cursors import SSCursor

        cursor = raw.cursor(SSCursor)
    elif source.vendor == "postgresql":
        cursor = raw.cursor("bench")
        cursor.itersize = 5_000
    else:
        cursor = raw.cursor()
    cursor.execute(sql)
    yield from cursor
    cursor.close()


def _names(model: Any, quote: Any) -> str:
    return ", ".join(quote(field.column) for field in model._meta.local_fields)


def _copy(cursor: Any, model: Any, path: Path) -> None:
    quote = connections["new"].ops.quote_name
    kept = ", ".join(
        quote(field.column) for field in model._meta.local_fields if not field.null
    )
    sql = (
        f"COPY {quote(model._meta.db_table)} ({_names(model, quote)}) FROM STDIN "
        f"WITH (FORMAT csv, FORCE_NOT_NULL ({kept}))"
    )
    with cursor.copy(sql) as copy, path.open("rb") as file:
        while data := file.read(1 << 16):
            copy.write(data)


def _load_data(cursor: Any, model: Any, path: Path) -> None:
    quote = connections["new"].ops.quote_name
    names, sets = [], []
    for field in model._meta.local_fields:
        if field.null:
            names.append(f"@{field.attname}")
            sets.append(f"{quote(field.column)} = NULLIF(@{field.attname}, '')")
        else:
            names.append(quote(field.column))
    cursor.execute(
        f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {quote(model._meta.db_table)} "
        "CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' "
        "OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n' "
        f"({', '.join(names)})" + (f" SET {', '.join(sets)}" if sets else "")
    )


def count() -> None:
    """Print how many rows the target has, as JSON."""
    from benchmarks.copied import models as m

    models = (m.Category, m.Tag, m.Author, m.Book, m.Review, m.Page, m.Visit)
    every: list[Any] = [*models, m.Book.tags.through]
    found = {e._meta.db_table: e.objects.using("new").count() for e in every}
    print(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    verb, *rest = sys.argv[1:]
    if verb == "fill":
        fill(int(rest[0]))
    elif verb == "load":
        load(rest[0], Path(rest[1]))
    elif verb == "count":
        count()
    else:
        {"create": create, "drop": drop}[verb](rest[0])
