"""What the SQL and the code of operations say, as text to look a name up in."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Any

from django.db.migrations.operations import RunPython, RunSQL


def texts(operation: Any) -> Iterator[str]:
    """Yield the SQL of an operation, and the strings in its code."""
    if isinstance(operation, RunSQL):
        statements = operation.sql
        if isinstance(statements, str):
            statements = [statements]
        for each in statements:
            yield each if isinstance(each, str) else str(each[0])
    elif isinstance(operation, RunPython):
        code = getattr(operation.code, "__code__", None)
        if code is not None:
            yield from _strings(code)
    for inner in getattr(operation, "database_operations", ()):
        yield from texts(inner)


def _strings(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings(constant)
