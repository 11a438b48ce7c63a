"""A whole column becomes what each of its values would become."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fkguard.backends.base import transfer as kinds
from fkguard.backends.base.transfer import Carried
from fkguard.copying.ahead import ahead
from fkguard.copying.digests import Ordered, Summed
from fkguard.copying.values import Conversion, converted, plain

COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "booleans": (kinds.BOOLEAN, [0, 1, 1]),
    "a boolean of 2": (kinds.BOOLEAN, [0, 2]),
    "floats": (kinds.FLOAT, [0.1, -0.0, 1e300]),
    "floats and whole numbers": (kinds.FLOAT, [0.5, 3]),
    "UUIDs": (kinds.UUID, ["0" * 32, "0123456789abcdef" * 2]),
    "a UUID with hyphens": (
        kinds.UUID,
        ["0" * 32, "01234567-89AB-cdef-0123-456789abcdef"],
    ),
    "days": (kinds.DATE, ["0001-01-01", "2024-02-29"]),
    "a day that is none": (kinds.DATE, ["2024-01-01", "2023-02-29"]),
    "a day of a week": (kinds.DATE, ["2024-W01-1", "20240101"]),
    "times": (kinds.TIME, ["10:00:00", "23:59:59.999999", "10:30"]),
    "a time with a zone": (kinds.TIME, ["10:00:00", "10:00:00+02:00"]),
    "moments": (kinds.DATETIME, ["2024-01-01 10:00:00", "2024-01-01T10:00:00.1"]),
    "a moment with a zone": (
        kinds.DATETIME,
        ["2024-01-01 10:00:00.000000", "2024-07-01 12:00:00+02:00"],
    ),
    "a moment of a week": (
        kinds.DATETIME,
        ["2024-W01-1 10:00:00.000001", "2024-01-01 10:00:00,500000"],
    ),
    "a moment without a time": (kinds.DATETIME, ["2024-01-01"]),
    "decimals": (kinds.DECIMAL, ["0.00", "-1.50", "12345678.90"]),
    "decimals in another spelling": (kinds.DECIMAL, ["1.5", "+1.50", "007.00", "1e1"]),
    "a decimal below zero that is zero": (kinds.DECIMAL, ["-0.00", "1.00"]),
    "decimals as numbers": (kinds.DECIMAL, [0.1, 7, -2.5, 1234567.89]),
    "a negative zero": (kinds.DECIMAL, [-0.0, 1.5]),
    "a sum that is almost a decimal": (kinds.DECIMAL, [0.1 + 0.2, 1.0]),
    "too many decimals": (kinds.DECIMAL, [0.125]),
    "a large number": (kinds.DECIMAL, [(1 << 63) - 1, 0.5]),
    "infinity": (kinds.DECIMAL, [float("inf")]),
    "no number": (kinds.DECIMAL, [float("nan")]),
    "addresses": (kinds.ADDRESS, ["10.0.0.1", "255.255.255.255"]),
    "addresses of both versions": (kinds.ADDRESS, ["10.0.0.1", "2001:DB8:0::1"]),
    "an address with zeros": (kinds.ADDRESS, ["10.0.0.1", "010.0.0.1"]),
}


@pytest.mark.parametrize("null", [False, True], ids=["given", "with NULL"])
@pytest.mark.parametrize("name", COLUMNS)
def test_column_is_as_each_value(name: str, null: bool) -> None:
    kind, values = COLUMNS[name]
    values = [None, *values, None] if null else values
    conversion = plain(Carried(name="c", kind=kind, places=2), None)
    assert conversion is not None
    slow = Conversion(conversion.each)

    def result(of: Conversion) -> Any:
        try:
            return [*map(repr, converted(of, values))]
        except (ValueError, ArithmeticError) as error:
            return type(error)

    assert conversion.shortcut is not None
    assert result(conversion) == result(slow)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (kinds.BOOLEAN, [0, None, 1]),
        (kinds.FLOAT, [0.5]),
        (kinds.UUID, ["0" * 32, None]),
        (kinds.DECIMAL, ["1.50"]),
        (kinds.DATE, [None]),
    ],
)
def test_plain_column_comes_back_itself(kind: str, values: list[Any]) -> None:
    conversion = plain(Carried(name="c", kind=kind, places=2), None)

    assert converted(conversion, values) is values


TEXTS = [False, True, False]
BLOCK: list[list[Any]] = [[1, 2, 3], ["a", None, "c, 'd'"], [0.5, 1.5, None]]


def test_blocks_of_any_size_have_the_same_digest() -> None:
    whole, parts = Ordered(TEXTS), Ordered(TEXTS)
    whole.add(BLOCK)
    parts.add([values[:1] for values in BLOCK])
    parts.add([[], [], []])
    parts.add([values[1:] for values in BLOCK])

    assert whole.value == parts.value


@pytest.mark.parametrize(
    "other",
    [
        [[1, 2, 3], ["a", None, "c, 'd'"], [0.5, None, 1.5]],
        [[1, 2, 3], ["a", "", "c, 'd'"], [0.5, 1.5, None]],
        [[1, 2, 3], ["ac", None, ", 'd'"], [0.5, 1.5, None]],
        [[0.5, 1.5, None], ["a", None, "c, 'd'"], [1, 2, 3]],
        [[1, 2], ["a", None], [0.5, 1.5]],
        [[1, 2, "3"], ["a", None, "c, 'd'"], [0.5, 1.5, None]],
    ],
    ids=["a value", "NULL", "where a text ends", "columns", "a row less", "a type"],
)
def test_other_values_have_another_digest(other: list[list[Any]]) -> None:
    whole, changed = Ordered(TEXTS), Ordered(TEXTS)
    whole.add(BLOCK)
    changed.add(other)

    assert whole.value != changed.value


def test_sum_depends_on_no_order() -> None:
    there, back = Summed(), Summed()
    there.add(BLOCK)
    back.add([values[::-1] for values in BLOCK])

    assert there.value == back.value


def test_next_item_is_prepared_while_one_is_used() -> None:
    prepared = [threading.Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(prepared):
            event.set()
            yield number

    for number in ahead(items()):
        assert all(each.wait(5) for each in prepared[: number + 2])


def test_error_of_an_item_is_raised_where_it_is_used() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second one")

    found = ahead(items())

    assert next(found) == 1
    with pytest.raises(ValueError, match="the second one"):
        next(found)


def test_closing_waits_for_the_item_that_is_prepared() -> None:
    is_begun, may_end, ended = (threading.Event() for _ in range(3))

    def items() -> Iterator[int]:
        yield 1
        is_begun.set()
        may_end.wait(5)
        ended.set()
        yield 2

    found = ahead(items())
    assert next(found) == 1
    assert is_begun.wait(5)
    threading.Timer(0.05, may_end.set).start()
    found.close()

    assert ended.is_set()
