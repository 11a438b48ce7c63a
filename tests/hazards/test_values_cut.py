"""A column becomes too narrow for values that it holds."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from fkguard.backends.base.narrowing import Narrowing, narrowing
from fkguard.judgement.hazards.values_cut import ValuesCut
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import CUT
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, words

ISBN = Constraint(name="", columns=("isbn",))
SHORTER = AlterColumn(
    table="library_book",
    old=column("isbn", type="varchar(30)"),
    new=column("isbn", type="varchar(13)"),
)
SMALLER = AlterColumn(
    table="library_book",
    old=column("isbn", type="bigint"),
    new=column("isbn", type="integer UNSIGNED"),
)


def test_text_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        CUT,
        SHORTER,
        ISBN,
        detail="longer than 13 characters",
        rows=2,
        sample=("id 3", "id 4"),
    )

    found = words(case)
    assert found.id == "E319"
    assert found == snapshot


def test_integer_on_mysql() -> None:
    case = a_case(MYSQL, CUT, SMALLER, ISBN, detail="outside 0 to 4294967295", rows=1)

    found = words(case)

    assert found.message == (
        "Altering library_book.isbn from bigint to integer UNSIGNED makes it too "
        "narrow: 1 row has a value outside 0 to 4294967295."
    )
    assert found.instead[-1] == (
        "# SELECT * FROM `library_book` WHERE (`isbn` < 0 OR `isbn` > 4294967295)"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("bigint", "integer", Narrowing(integers=(-(2**31), 2**31 - 1))),
        ("integer AUTO_INCREMENT", "smallint", Narrowing(integers=(-32768, 32767))),
        ("integer", "integer UNSIGNED", Narrowing(integers=(0, 2**32 - 1))),
        ("smallint", "bigint", None),
        ("integer UNSIGNED", "bigint", None),
        ("text", "varchar(9)", Narrowing(length=9)),
        ("longtext", "varchar(9)", Narrowing(length=9)),
        ("varchar(10)", "varchar(9)", Narrowing(length=9)),
        ("varchar(9)", "varchar(9)", None),
        ("varchar(9)", "text", None),
        ("varchar", "varchar(9)", Narrowing(length=9)),
        ("integer", "varchar(9)", None),
        ("interval", "smallint", None),
        ("varchar(9)[]", "varchar(8)[]", None),
        ("numeric(9, 2)", "numeric(5, 2)", None),
    ],
)
def test_types(old: str, new: str, expected: Narrowing | None) -> None:
    assert narrowing(old, new) == expected


def test_no_row_is_no_hazard() -> None:
    case = a_case(MYSQL, CUT, SHORTER, ISBN, rows=0)

    assert not ValuesCut().applies(case, Catalogue(case.server))
