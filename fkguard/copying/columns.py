"""Make the values of a whole column plain at once.

A call of a Python function for each value takes most of the time of a copy. What is
here goes through a column with functions of C, and answers None if a value needs the
conversion of :mod:`values`, which knows every spelling and every error. Where a
column is plain already, the very sequence comes back.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from itertools import repeat
from typing import Any

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Carried

#: It gets the values that are not NULL, and may raise ValueError instead of None.
Shortcut = Callable[[Sequence[Any]], Sequence[Any] | None]

_HEXADECIMAL = re.compile("[0-9a-f]{32}")
_BITS = {0, 1}


def shortcut(column: Carried) -> Shortcut | None:
    """Return what makes a column plain at once, or None."""
    if column.kind == kinds.DECIMAL:
        return partial(_decimals, column.places)
    return SHORTCUTS.get(column.kind)


def _booleans(values: Sequence[Any]) -> Sequence[Any] | None:
    return values if _BITS.issuperset(values) else None


def _floats(values: Sequence[Any]) -> Sequence[Any]:
    return values if {*map(type, values)} == {float} else list(map(float, values))


def _uuids(values: Sequence[Any]) -> Sequence[Any] | None:
    return values if all(map(_HEXADECIMAL.fullmatch, values)) else None


def _dates(values: Sequence[Any]) -> Sequence[Any]:
    return list(map(str, map(date.fromisoformat, values)))


def _times(values: Sequence[Any]) -> Sequence[Any] | None:
    if max(values) >= "24":
        return None
    read = map(time.fromisoformat, values)
    texts = list(map(time.isoformat, read, repeat("microseconds")))
    return texts if _are_as_long(texts, "00:00:00.000000") else None


def _datetimes(values: Sequence[Any]) -> Sequence[Any] | None:
    if min(map(len, values)) < len("0000-00-00 00:00"):
        return None
    read = map(datetime.fromisoformat, values)
    texts = list(map(datetime.isoformat, read, repeat(" "), repeat("microseconds")))
    return texts if _are_as_long(texts, "0000-00-00 00:00:00.000000") else None


def _are_as_long(texts: list[str], like: str) -> bool:
    """Say whether all texts are of one length; those with a zone are longer."""
    return {*map(len, texts)} == {len(like)}


def _decimals(places: int, values: Sequence[Any]) -> Sequence[Any] | None:
    if {*map(type, values)} == {str}:
        fraction = rf"\.[0-9]{{{places}}}" if places else ""
        canonical = re.compile(rf"(?!-[0.]*$)-?(?:0|[1-9][0-9]*){fraction}")
        return values if all(map(canonical.fullmatch, values)) else None
    texts = list(map(f"%.{places}f".__mod__, values))
    if list(map(float, texts)) != list(values):
        return None
    # Infinity is none, and zero has no sign.
    wrong = ("inf", "-inf", f"{-0.0:.{places}f}")
    return None if any(each in texts for each in wrong) else texts


def _addresses(values: Sequence[Any]) -> Sequence[Any] | None:
    try:
        packed = map(socket.inet_pton, repeat(socket.AF_INET), values)
        texts = list(map(socket.inet_ntop, repeat(socket.AF_INET), packed))
    except OSError:
        return None  # Of the sixth version, or no address.
    return texts if texts == list(values) else None


SHORTCUTS: dict[str, Shortcut] = {
    kinds.BOOLEAN: _booleans,
    kinds.FLOAT: _floats,
    kinds.UUID: _uuids,
    kinds.DATE: _dates,
    kinds.TIME: _times,
    kinds.ADDRESS: _addresses,
}
#: For date-times without a zone, in databases that store UTC.
datetimes: Shortcut = _datetimes
