"""A constraint is to be made under a name that is too long."""

from __future__ import annotations

from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddConstraint
from tests.hazards.cases import MYSQL, Words, a_case, judged, words

LONG = Unique(name="n" * 65, columns=("series", "number"))


def test_unique_on_mysql() -> None:
    event = AddConstraint(table="library_book", constraint=LONG)

    assert words(a_case(MYSQL, FAILS, event, LONG, error="1059")) == Words(
        id="E315",
        message=(
            f"Adding UNIQUE {LONG.name} (series, number) to library_book fails: the "
            f"name of UNIQUE (series, number) has 65 characters, {LONG.name}."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1059, and cannot roll back what the "
            "migration did before. Names have at most 64 characters there; Django "
            "shortens the names that it makes up, and no other."
        ),
        instead=(
            (
                "# Give it a name of at most 64 characters, in the model, too: "
                f'name="{"n" * 64}"'
            ),
        ),
    )


def test_name_that_is_taken_is_another_hazard() -> None:
    event = AddConstraint(table="library_book", constraint=LONG)
    case = a_case(MYSQL, FAILS, event, LONG, becomes=LONG, error="1826")

    assert judged(case) == "E209"
