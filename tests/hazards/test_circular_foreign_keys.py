"""Two apps reference each other."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import CIRCULAR, FAILS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AddColumn
from tests.hazards.cases import POSTGRESQL, a_case, column, judged, words

KEY = ForeignKey(
    name="library_author_loan_id_1a2b3c4d_fk_lending_loan_id",
    columns=("loan_id",),
    to_table="lending_loan",
    to_columns=("id",),
)
ADDED = AddColumn(table="library_author", new=column("loan", "loan_id"))


def test_circle_is_closed(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, CIRCULAR, ADDED, KEY, table="library_author")

    found = words(case)
    assert found.id == "W227"
    assert found == snapshot


def test_foreign_key_that_fails_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, FAILS, ADDED, KEY, table="library_author", becomes=KEY)

    assert judged(case) == "E209"
