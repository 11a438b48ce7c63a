"""Bring what a database returns into the plain form that ``transfer`` describes."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Context, Decimal
from functools import partial
from hashlib import blake2b
from math import isfinite
from typing import Any
from uuid import UUID as PythonUUID

from django.conf import settings

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Carried

#: Kind -> the types that a database may return for it.
TYPES: dict[str, frozenset[type]] = {
    kinds.INTEGER: frozenset({int}),
    kinds.BOOLEAN: frozenset({int}),
    kinds.FLOAT: frozenset({float, int}),
    kinds.DECIMAL: frozenset({str, float, int}),
    kinds.DURATION: frozenset({int}),
    kinds.BINARY: frozenset({bytes}),
}
TEXTUAL = frozenset({str})
NONE = type(None)
#: Sums of row digests are taken modulo this.
MODULUS = 1 << 128
#: As many digits as Django takes from a decimal of SQLite.
_FIFTEEN = Context(prec=15)
#: What may be a number that no double holds.
_HUGE = re.compile("[0-9]{309}|[0-9][eE][+]?[0-9]{3}")
#: Brackets, and the texts in which they are none.
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HEXADECIMAL = re.compile("[0-9a-f]{32}")

Convert = Callable[[Any], Any]


def types_of(kind: str) -> frozenset[type]:
    """Return the types that a value of the kind may have."""
    return TYPES.get(kind, TEXTUAL)


def plain(column: Carried, zone: tzinfo | None) -> Convert | None:
    """Return what makes one value plain, or None where it is already.

    It raises ValueError for what is no value of the kind.
    """
    if column.kind == kinds.DECIMAL:
        return partial(_decimal, column.places)
    if column.kind == kinds.DATETIME:
        return partial(_datetime, zone)
    return CONVERSIONS.get(column.kind)


def stored(column: Carried, zone: tzinfo | None) -> Convert | None:
    """Return what makes a plain value one of the target's, or None."""
    if column.kind == kinds.DATETIME and zone is not None:
        return partial(_in_zone, zone)
    return None


def converted(convert: Convert | None, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column, converted; None stays None."""
    if convert is None:
        return values
    return [None if value is None else convert(value) for value in values]


def _decimal(places: int, value: Any) -> str:
    if type(value) is float:
        # SQLite keeps decimals as floating point, good for 15 digits: what is
        # behind them Django leaves out, too. Zero is added because of the negative
        # one.
        text = f"{value + 0.0:.{places}f}"
        if float(text) == value and isfinite(value):
            return text
        value = _FIFTEEN.create_decimal_from_float(value)
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError("no number")
    text = f"{exact + 0:.{places}f}" if abs(exact) < Decimal("1e27") else f"{exact:f}"
    if Decimal(text) != exact:
        raise ValueError("more decimals than the column has")
    return text


def _datetime(zone: tzinfo | None, value: str) -> str:
    moment = datetime.fromisoformat(value)
    if zone is None and moment.tzinfo is None and value[10:11] == " ":
        if len(value) == 26:
            return value
        if len(value) == 19:
            return f"{value}.000000"
    if len(value) < 16:
        raise ValueError("a date without a time")
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    if moment.tzinfo is not None:
        if not settings.USE_TZ:
            raise ValueError("a time zone where none is used")
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(" ", "microseconds")


def _in_zone(zone: tzinfo, value: str) -> str:
    moment = datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(zone)
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _date(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _time(value: str) -> str:
    moment = time.fromisoformat(value)
    if moment.tzinfo is not None:
        raise ValueError("a time with a zone")
    return moment.isoformat("microseconds")


def _uuid(value: str) -> str:
    return value if _HEXADECIMAL.fullmatch(value) else PythonUUID(value).hex


def _boolean(value: int) -> int:
    if value not in (0, 1):
        raise ValueError("neither 0 nor 1")
    return value


def _address(value: str) -> str:
    return str(ipaddress.ip_address(value))


def _json(value: str) -> str:
    if _HUGE.search(value):
        _canonical_json(value)  # It raises, unless it stands in a text.
    try:
        json.loads(value, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("too many levels") from error
    return value


def levels(document: str) -> int:
    """Return how many arrays and objects of a JSON document are in each other."""
    most = depth = 0
    for mark in _MARKS.findall(document):
        if mark in "[{":
            depth += 1
            most = max(most, depth)
        elif mark in "]}":
            depth -= 1
    return most


def has_lone_surrogate(document: str) -> bool:
    """Say whether a JSON document writes half a letter as a number."""
    if not _SURROGATE.search(document):
        return False
    try:
        json.dumps(json.loads(document), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


CONVERSIONS: dict[str, Convert] = {
    kinds.BOOLEAN: _boolean,
    kinds.FLOAT: float,
    kinds.UUID: _uuid,
    kinds.DATE: _date,
    kinds.TIME: _time,
    kinds.ADDRESS: _address,
    kinds.JSON: _json,
}


# Digests


def comparable(column: Carried) -> Convert | None:
    """Return what makes equal values of two databases the same, or None."""
    if column.kind == kinds.JSON:
        return _canonical_json
    if column.kind == kinds.FLOAT:
        return _positive_zero
    return None


def _positive_zero(value: float) -> float:
    return value + 0.0


def _canonical_json(value: str) -> str:
    """Return a JSON text without what databases change: order, spaces, numbers.

    PostgreSQL writes 1e2 as 100; MySQL makes a double of what 64 bits do not hold.
    """
    return json.dumps(
        json.loads(value, parse_int=_integer, parse_float=_real), sort_keys=True
    )


def _integer(text: str) -> int | float:
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 64 else _real(text)


def _real(text: str) -> int | float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number that no double holds")
    if number.is_integer() and -(1 << 63) <= number < 1 << 64:
        return int(number)
    return number


def digest(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return the sum of the rows' digests, whatever their order."""
    total = 0
    for row in rows:
        mark = blake2b(repr(row).encode(), digest_size=16).digest()
        total += int.from_bytes(mark, "big")
    return total % MODULUS
