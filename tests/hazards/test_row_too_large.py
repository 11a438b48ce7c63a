"""The rows of a table are larger than the server allows."""

from __future__ import annotations

from fkguard.backends import backend_named
from fkguard.judgement.recipes import recipe_for
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AddColumn
from tests.hazards.cases import MYSQL, a_case, column, words

EVENT = AddColumn(table="library_book", new=column("notes", type="varchar(20000)"))


def test_words() -> None:
    case = a_case(
        MYSQL, FAILS, EVENT, Constraint(name=""), error="1118", detail="80,000 bytes"
    )

    found = words(case)

    assert found.id == "E323"
    assert "library_book.notes" in found.message
    assert "80,000 bytes" in found.message
    assert "error 1118" in found.why
    assert "TextField" in found.instead[-1]
    assert recipe_for(case.consequence, backend_named("mysql"), True) is None
