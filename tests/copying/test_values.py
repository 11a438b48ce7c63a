"""What a database returns, in the plain form of a copy."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test.utils import override_settings

import fkguard.copying
from fkguard.backends import backend_for
from fkguard.backends.base import text_format
from fkguard.backends.base import transfer as kinds
from fkguard.backends.base.transfer import Carried
from fkguard.copying.digests import digest
from fkguard.copying.values import comparable, plain, stored
from tests.copying.stage import Stage

VIENNA = ZoneInfo("Europe/Vienna")


def made_plain(kind: str, value: object, zone: ZoneInfo | None = None) -> object:
    convert = plain(Carried(name="c", kind=kind, places=2), zone)
    return value if convert is None else convert(value)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (kinds.DECIMAL, 1.5, "1.50"),
        (kinds.DECIMAL, -0.0, "0.00"),
        (kinds.DECIMAL, 1.1 * 3, "3.30"),
        (kinds.DECIMAL, 12345678901234567, "12345678901234567.00"),
        (kinds.DECIMAL, "12.50", "12.50"),
        (kinds.DATETIME, "2024-03-31 01:30:00", "2024-03-31 01:30:00.000000"),
        (kinds.DATETIME, "2024-03-31T01:30:00+02:00", "2024-03-30 23:30:00.000000"),
        (kinds.TIME, "01:30:00", "01:30:00.000000"),
        (kinds.UUID, "00000000-0000-0000-0000-00000000000A", "0" * 31 + "a"),
        (kinds.FLOAT, 1, 1.0),
        (kinds.ADDRESS, "2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_value_is_made_plain(kind: str, value: object, wanted: object) -> None:
    assert made_plain(kind, value) == wanted


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (kinds.DECIMAL, 1.005),
        (kinds.DECIMAL, "NaN"),
        (kinds.DECIMAL, float("inf")),
        (kinds.DATE, "2024-02-30"),
        (kinds.DATE, "0000-00-00"),
        (kinds.DATETIME, "2024-02-03"),
        (kinds.TIME, "24:30:00"),
        (kinds.BOOLEAN, 2),
        (kinds.UUID, "xyz"),
        (kinds.JSON, "{"),
        (kinds.JSON, "[NaN]"),
        (kinds.JSON, f"[1{'0' * 400}]"),
        (kinds.JSON, "[1e400]"),
        (kinds.JSON, "[" * 100_000 + "]" * 100_000),
    ],
)
def test_what_is_no_value_of_the_kind_is_an_error(kind: str, value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each parser has its own words
        made_plain(kind, value)


def test_moment_in_a_zone_is_brought_to_utc_and_back() -> None:
    value = made_plain(kinds.DATETIME, "2024-07-01 12:00:00", VIENNA)
    back = stored(Carried(name="c", kind=kinds.DATETIME), VIENNA)

    assert value == "2024-07-01 10:00:00.000000"
    assert back is not None
    assert back(value) == "2024-07-01 12:00:00.000000"


@override_settings(USE_TZ=False)
def test_zone_is_an_error_where_none_is_used() -> None:
    with pytest.raises(ValueError, match="a time zone where none is used"):
        made_plain(kinds.DATETIME, "2024-03-31T01:30:00+02:00")


def test_same_documents_are_the_same() -> None:
    same = comparable(Carried(name="c", kind=kinds.JSON))
    assert same is not None

    assert same('{"b": 1e2, "a": 1.0}') == same('{"a":1,"b":100}')
    assert same("[1e20]") == same("[100000000000000000000]")
    assert same("[1.5]") != same("[1]")


def test_order_of_rows_does_not_change_their_digest() -> None:
    assert digest([(1, "a"), (2, None)]) == digest([(2, None), (1, "a")])
    assert digest([(1, "a"), (2, None)]) != digest([(1, None), (2, "a")])


def test_cells_are_escaped() -> None:
    assert text_format.lines(
        [text_format.cells(["a\tb", None, "\\N"]), ["1", "2", "3"]]
    ) == ("a\\tb\t1\n\\N\t2\n\\\\N\t3\n")


def test_findings_are_documented() -> None:
    used = set()
    for path in Path(fkguard.copying.__file__).parent.glob("*.py"):
        used.update(re.findall(r'"([EW]6\d\d)"', path.read_text("utf-8")))
    page = Path(__file__).parent.parent.parent / "docs/reference/commands.md"

    assert used == set(
        re.findall(r"^\| `fkguard\.(\w+)`", page.read_text("utf-8"), re.M)
    )


@pytest.mark.flavours("mysql")
def test_temporary_table_has_the_primary_key_that_a_server_requires(
    fresh: Stage,
) -> None:
    transfer = backend_for(fresh.connection).transfer
    author = backend_for(fresh.connection).introspection.read().tables["stacks_author"]
    fresh.tell("SET SESSION sql_require_primary_key = ON")
    try:
        transfer.scratch("stacks_author", author.columns)
        names = [row[0] for row in fresh.ask(f"DESCRIBE {kinds.SCRATCH}")]
    finally:
        transfer.drop_scratch()
        fresh.close()

    assert names == ["fkguard_row", *(each.name for each in author.columns)]
