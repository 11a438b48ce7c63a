"""Two apps reference each other."""

from __future__ import annotations

from fkguard.schema.consequences import CIRCULAR, FAILS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AddColumn
from tests.hazards.cases import POSTGRESQL, Words, a_case, column, judged, words

KEY = ForeignKey(
    name="library_author_loan_id_1a2b3c4d_fk_lending_loan_id",
    columns=("loan_id",),
    to_table="lending_loan",
    to_columns=("id",),
)
ADDED = AddColumn(table="library_author", new=column("loan", "loan_id"))


def test_circle_is_closed() -> None:
    case = a_case(POSTGRESQL, CIRCULAR, ADDED, KEY, table="library_author")

    assert words(case) == Words(
        id="W227",
        message=(
            "FOREIGN KEY library_author_loan_id_1a2b3c4d_fk_lending_loan_id (loan_id)"
            " references lending_loan, whose app references this one."
        ),
        why=(
            "The migrations of the two apps depend on each other: `migrate` for one of "
            "the apps, `sqlmigrate` for a squashed history and the squash itself need "
            "a table that does not exist yet."
        ),
        instead=(
            "# Keep this field in a separate migration, after the CreateModel of",
            "# both apps, and do not squash the two migrations into one.",
        ),
    )


def test_foreign_key_that_fails_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, FAILS, ADDED, KEY, table="library_author", becomes=KEY)

    assert judged(case) == "E209"
