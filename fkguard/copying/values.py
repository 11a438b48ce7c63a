"""Bring what a database returns into the plain form that ``transfer`` describes."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Context, Decimal
from functools import partial
from math import isfinite
from typing import Any
from uuid import UUID as PythonUUID

from django.conf import settings

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Carried
from .columns import Shortcut, datetimes, shortcut

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
#: Kinds whose plain form is a text.
PLAIN_TEXTS = frozenset(
    {
        *(kinds.DECIMAL, kinds.TEXT, kinds.ADDRESS, kinds.UUID, kinds.DATE),
        *(kinds.DATETIME, kinds.TIME, kinds.JSON, kinds.NATIVE),
    }
)
NONE = type(None)
#: As many digits as Django takes from a decimal of SQLite.
_FIFTEEN = Context(prec=15)
#: What may be a number that no double holds.
_HUGE = re.compile("[0-9]{309}|[0-9][eE][+]?[0-9]{3}")
#: Brackets, and the texts in which they are none.
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HEXADECIMAL = re.compile("[0-9a-f]{32}")

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Conversion:
    """What makes one value plain, and perhaps a whole column at once."""

    each: Convert
    shortcut: Shortcut | None = None

    def __call__(self, value: Any) -> Any:
        return self.each(value)

    def column(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values of a column; those that are plain already as they are."""
        if self.shortcut is not None:
            given = values
            if None in values:
                given = [value for value in values if value is not None]
            if not given:
                return values
            try:
                found = self.shortcut(given)
            except (ValueError, ArithmeticError, TypeError):
                found = None  # The conversion of each value says which.
            if found is given:
                return values
            if found is not None and given is values:
                return found
            if found is not None:
                rest: Iterator[Any] = iter(found)
                return [None if value is None else next(rest) for value in values]
        convert = self.each
        return [None if value is None else convert(value) for value in values]


def types_of(kind: str) -> frozenset[type]:
    """Return the types that a value of the kind may have."""
    return TYPES.get(kind, TEXTUAL)


def plain(column: Carried, zone: tzinfo | None) -> Conversion | None:
    """Return what makes one value plain, or None where it is already.

    It raises ValueError for what is no value of the kind.
    """
    if column.kind == kinds.DATETIME:
        return Conversion(partial(_datetime, zone), None if zone else datetimes)
    if column.kind == kinds.DECIMAL:
        return Conversion(partial(_decimal, column.places), shortcut(column))
    convert = CONVERSIONS.get(column.kind)
    return Conversion(convert, shortcut(column)) if convert else None


def stored(column: Carried, zone: tzinfo | None) -> Conversion | None:
    """Return what makes a plain value one of the target's, or None."""
    if column.kind == kinds.DATETIME and zone is not None:
        return Conversion(partial(_in_zone, zone))
    return None


def converted(conversion: Conversion | None, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column, converted; None stays None."""
    return values if conversion is None else conversion.column(values)


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
    if value >= "24":
        # PostgreSQL has 24:00, of which Python 3.14 makes midnight.
        raise ValueError("a time after the last one of a day")
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
        _DECODER.decode(value)
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


def comparable(column: Carried) -> Conversion | None:
    """Return what makes equal values of two databases the same, or None."""
    if column.kind == kinds.JSON:
        return Conversion(_canonical_json)
    if column.kind == kinds.FLOAT:
        return Conversion(_positive_zero, _positive_zeros)
    return None


def _positive_zero(value: float) -> float:
    return value + 0.0


def _positive_zeros(values: Sequence[Any]) -> Sequence[Any]:
    return [value + 0.0 for value in values] if 0.0 in values else values


def _canonical_json(value: str) -> str:
    """Return a JSON text without what databases change: order, spaces, numbers.

    PostgreSQL writes 1e2 as 100; MySQL makes a double of what 64 bits do not hold.
    """
    return _ENCODER.encode(_READER.decode(value))


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


#: One of each: to make them takes longer than to read a short document.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_READER = json.JSONDecoder(parse_int=_integer, parse_float=_real)
_ENCODER = json.JSONEncoder(sort_keys=True)
