"""A column changes its type under a view or a generated column."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AlterColumn, DropColumn
from tests.hazards.cases import POSTGRESQL, Words, a_case, column, judged, words

OLD = column("title", type="varchar(30)")
EVENT = AlterColumn(
    table="library_book", old=OLD, new=column("title", type="varchar(60)")
)
VIEW = Dependent(kind="view", name="recent", columns=frozenset({"title"}))
SHORT = Dependent(
    kind="generated column", name="short", columns=frozenset({"title"}), is_own=True
)
HELD = Constraint(name="recent")


def test_view_and_generated_column() -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        EVENT,
        HELD,
        error="cannot alter type of a column",
        dependents=(VIEW, SHORT),
    )

    assert words(case) == Words(
        id="E320",
        message=(
            "Altering library_book.title from varchar(30) to varchar(60) fails: it is "
            "used by view recent and generated column short."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("cannot alter type of a column"); only an atomic '
            "migration is rolled back."
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL('DROP VIEW \"recent\"'),",
            "# remove generated column short first",
            "# after it: create them again",
        ),
    )


def test_column_that_goes_is_another_hazard() -> None:
    event = DropColumn(table="library_book", old=replace(OLD, null=True))
    case = a_case(POSTGRESQL, FAILS, event, HELD, dependents=(VIEW,))

    assert judged(case) == "E106"
