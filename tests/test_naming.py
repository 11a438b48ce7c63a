"""Names that fkguard makes up for constraints to paste."""

from __future__ import annotations

import pytest

from fkguard.schema import identifiers

pytestmark = pytest.mark.flavours("sqlite")


def test_uniques_of_two_tables_have_two_names() -> None:
    of_author = identifiers.of_unique("library_author", ("code",))

    assert of_author == "library_author_code_uniq"
    assert of_author != identifiers.of_unique("library_book", ("code",))


@pytest.mark.parametrize("table", ["a" * 63, "ä" * 40])
def test_name_fits_every_database(table: str) -> None:
    name = identifiers.of_unique(table, ("first", "second"))

    assert len(name.encode()) <= 63
    assert name.endswith("_uniq")
