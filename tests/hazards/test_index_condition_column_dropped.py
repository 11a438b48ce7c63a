"""A column is removed that a unique index reads beside its key."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("lent"))
CONDITIONAL = Unique(
    name="number_of_present",
    columns=("number",),
    reads=frozenset({"lent"}),
    condition="(lent = 0)",
    is_index=True,
)
INCLUDING = Unique(
    name="numbers",
    columns=("number",),
    reads=frozenset({"lent"}),
    include=("lent",),
    is_index=True,
)
EXPRESSION = Unique(
    name="by_hand", reads=frozenset({"lent"}), expressions=("lower(`lent`)",)
)


def test_condition_reads_the_column() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, CONDITIONAL, is_known=True)

    assert words(case) == Words(
        id="E103",
        message=(
            "Removing library_book.lent drops UNIQUE "
            "number_of_present (number), whose condition uses it."
        ),
        why=(
            "PostgreSQL 15.8 silently drops an index together with any column that it "
            "uses, also in its condition, its expressions and INCLUDE."
        ),
        instead=(
            (
                'migrations.RemoveConstraint(model_name="Book", '
                'name="number_of_present"),'
            ),
            'migrations.RemoveField(model_name="Book", name="lent"),',
        ),
    )


def test_index_includes_the_column() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, INCLUDING)

    assert words(case) == Words(
        id="E103",
        message=(
            "Removing library_book.lent drops UNIQUE numbers "
            "(number), which includes it."
        ),
        why=(
            "PostgreSQL 15.8 silently drops an index together with any column that it "
            "uses, also in its condition, its expressions and INCLUDE."
        ),
        instead=(
            "migrations.RunSQL(",
            "    'DROP INDEX \"numbers\"',",
            (
                '    \'CREATE UNIQUE INDEX "numbers" ON "library_book" '
                '("number") INCLUDE ("lent")\','
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="lent"),',
        ),
    )


def test_expression_reads_the_column() -> None:
    case = a_case(MYSQL, FAILS, REMOVED, EXPRESSION, error="3837")

    assert words(case) == Words(
        id="E103",
        message=(
            "Removing library_book.lent fails because of UNIQUE "
            "by_hand (lent), whose expression uses it."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3837, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP INDEX `by_hand`",',
            (
                '    "ALTER TABLE `library_book` ADD UNIQUE INDEX `by_hand` '
                '((lower(`lent`)))",'
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="lent"),',
        ),
    )


def test_column_of_the_key_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        CONDITIONAL,
        is_known=True,
    )

    assert judged(case) == "E101"


def test_column_that_the_index_does_not_read_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        DropColumn(table="library_book", old=column("title")),
        CONDITIONAL,
    )

    assert judged(case) == "E401"
