"""A column gets a type that its values cannot be converted to."""

from __future__ import annotations

import pytest

from fkguard.judgement.hazards.type_not_converted import TypeNotConverted
from fkguard.schema.catalogue import Catalogue, Server
from fkguard.schema.consequences import NOT_CAST, NOT_UUID
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, SQLITE, a_case, column, words

EVENT = AlterColumn(
    table="library_book",
    old=column("number", type="integer"),
    new=column("number", type="uuid"),
)
NUMBER = Constraint(name="", columns=("number",))


def test_types_that_are_not_cast() -> None:
    found = words(a_case(POSTGRESQL, NOT_CAST, EVENT, NUMBER, error="cannot cast type"))

    assert found.id == "E322"
    assert "from integer to uuid" in found.message
    assert "cannot cast type" in found.why
    assert [line.split(":")[0] for line in found.instead] == [
        "# AddField",
        "# RunPython",
        "# RemoveField",
        "# RenameField",
    ]


@pytest.mark.parametrize("server", [MYSQL, SQLITE])
def test_values_that_are_not_uuids(server: Server) -> None:
    case = a_case(server, NOT_UUID, EVENT, NUMBER, rows=2, sample=("id 1", "id 2"))

    found = words(case)

    assert found.id == "E322"
    assert "2 rows have one: id 1, id 2" in found.message
    assert "ValueError" in found.why
    assert found.instead[-1].startswith("# The rows: SELECT * FROM ")


def test_no_row_is_no_hazard() -> None:
    case = a_case(MYSQL, NOT_UUID, EVENT, NUMBER, rows=0)

    assert not TypeNotConverted().applies(case, Catalogue(case.server))
