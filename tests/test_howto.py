"""Run the SQL of the how-to pages on the servers that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from fkguard.backends import backend_for
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.constraints import ForeignKey

HOWTO = Path(__file__).resolve().parent.parent / "docs" / "howto"
TABLES = ("award", "book", "author", "loan", "reader")

pytestmark = [pytest.mark.django_db(transaction=True)]


def run(page: str) -> None:
    """Run every SQL statement of a page, in order."""
    text = (HOWTO / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sql\n(.*?)^```$", text, re.M | re.S)
    assert blocks
    with connection.cursor() as cursor:
        for block in blocks:
            for statement in filter(str.strip, block.split(";\n")):
                cursor.execute(statement, None)


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")


def foreign_keys(catalogue: Catalogue) -> list[str]:
    return sorted(
        f"{table.name}.{foreign_key.name}"
        for table in catalogue
        for foreign_key in table.of(ForeignKey)
        if table.name in TABLES
    )


@pytest.mark.flavours("mysql", "mariadb")
def test_split_of_collations_ends() -> None:
    run("mysql-collations.md")

    catalogue = backend_for(connection).introspection.read(TABLES)
    assert foreign_keys(catalogue) == ["award.award_author_fk", "book.book_author_fk"]
    assert {
        column.collation
        for table in catalogue
        for column in table.columns
        if column.collation
    } == {"utf8mb4_unicode_ci"}


@pytest.mark.flavours("mariadb")
def test_uuid_columns_are_upgraded() -> None:
    run("mariadb-uuid.md")

    catalogue = backend_for(connection).introspection.read(TABLES)
    assert foreign_keys(catalogue) == ["loan.loan_reader_fk"]
    assert catalogue.tables["reader"].columns[0].type == "uuid"
    assert catalogue.tables["loan"].columns[1].type == "uuid"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM reader JOIN loan ON reader.id = reader_id")
        assert cursor.fetchall() == (("Ada",),)
        with pytest.raises(IntegrityError):
            cursor.execute("INSERT INTO loan (reader_id) VALUES (uuid())")
