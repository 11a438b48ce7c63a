"""The key of an index is longer than InnoDB allows."""

from __future__ import annotations

import pytest

from fkguard.backends.mysql.key_length import key_bytes
from fkguard.judgement.forecast import recipe_for
from fkguard.schema.catalogue import Column, Table
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddConstraint
from tests.hazards.cases import MYSQL, Words, a_case, judged, words

TITLE = Unique(name="book_title", columns=("title", "series"))
EVENT = AddConstraint(table="library_book", constraint=TITLE)


def test_unique_on_mysql() -> None:
    case = a_case(MYSQL, FAILS, EVENT, TITLE, error="1071", detail="4000 bytes")

    assert words(case) == Words(
        id="E321",
        message=(
            "Adding UNIQUE book_title (title, series) to library_book fails: the key "
            "of UNIQUE book_title (title, series) has 4000 bytes."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1071, and cannot roll back the "
            "earlier operations of the migration. A key has at most 3072 bytes, and "
            "767 in the row formats REDUNDANT and COMPACT; a character in utf8mb4 "
            "counts as 4."
        ),
        instead=(
            "# A smaller max_length: at most 768 characters in utf8mb4 for all text",
            "# columns of the key. Or a unique constraint on a hash of the text.",
        ),
    )
    assert recipe_for(case.consequence, "mysql", True) is None


def test_name_that_is_too_long_is_another_hazard() -> None:
    assert judged(a_case(MYSQL, FAILS, EVENT, TITLE, error="1059")) == "E315"


@pytest.mark.parametrize(
    ("type_", "collation", "expected"),
    [
        ("varchar(500)", "utf8mb4_0900_ai_ci", 2000),
        ("varchar(500)", "latin1_swedish_ci", 500),
        ("varchar(500)", "", 0),
        ("varchar(500)", "big5_bin", 0),
        ("char(32)", "utf8mb3_bin", 96),
        ("int", "", 0),
        ("longtext", "utf8mb4_bin", 0),
    ],
)
def test_bytes_of_a_key(type_: str, collation: str, expected: int) -> None:
    column = Column(name="title", type=type_, collation=collation)

    assert key_bytes(Table(name="book", columns=(column,)), ("title",), MYSQL) == (
        expected
    )
