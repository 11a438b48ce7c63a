"""An operation runs code."""

from __future__ import annotations

from fkguard.schema.consequences import NOT_SEEN, UNREAD
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement, Unseen
from tests.hazards.cases import POSTGRESQL, Words, a_case, judged, words

NOTHING = Constraint(name="")
CODE = Unseen(table="", reason="RunPython")


def test_code() -> None:
    case = a_case(POSTGRESQL, NOT_SEEN, CODE, NOTHING, error="RunPython")

    assert words(case) == Words(
        id="I233",
        message="RunPython runs code that was not analyzed.",
        why=(
            "The linter does not run code. While `migrate` runs it, fkguard checks "
            "each call of the schema editor, and afterwards the tables."
        ),
    )


def test_sql_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, UNREAD, RunStatement(table="", sql="DO 1"), NOTHING)

    assert judged(case) == "W232"
