"""What was declared before, so that it need not be worked out again."""

from __future__ import annotations

from typing import Any

from ..schema.catalogue import Table
from ..schema.constraints import Constraint
from .schema import Part

#: (app label, lower-case model name)
ModelKey = tuple[str, str]


class Memory:
    """What was declared before, for a walk over many states of the same models."""

    def __init__(self) -> None:
        #: Model -> the marks by which it is known again, and what it declares.
        self.models: dict[
            ModelKey, tuple[Any, tuple[Table, tuple[Constraint, ...]]]
        ] = {}
        #: Model and field -> the marks, and what the field adds to the table.
        self.parts: dict[tuple[ModelKey, str], tuple[Any, Part]] = {}
        #: Key of a table -> the model that was found to have it.
        self.keys: dict[str, ModelKey] = {}


class Same:
    """Compares by identity, and keeps what it compares alive."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    __hash__ = None  # type: ignore[assignment]
