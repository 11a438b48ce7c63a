"""Read the defaults of ``fkguard lint`` from ``[tool.fkguard]`` in pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CannotLint
from ..reports import LEVELS

FILE = "pyproject.toml"
TABLE = "tool.fkguard"

#: The keys, and the type of each value.
KEYS: Mapping[str, type] = {
    "database-vendor": list,
    "fail-level": str,
    "baseline": str,
    "reverse": bool,
    "third-party": bool,
}


def read(folder: Path) -> dict[str, Any]:
    """Return the options that a folder's pyproject.toml sets, by option name.

    Returns an empty dictionary without the file or the table. Raises ``CannotLint``
    for a file that cannot be read, an unknown key or a value of another type.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotLint(f"{FILE} cannot be read: {error}") from error
    table = content.get("tool", {}).get("fkguard", {})
    return {key.replace("-", "_"): _checked(key, table[key]) for key in table}


def _checked(key: str, value: Any) -> Any:
    wanted = KEYS.get(key)
    if wanted is None:
        raise CannotLint(
            f"[{TABLE}] in {FILE} has no key {key!r}. Valid keys: {', '.join(KEYS)}."
        )
    if not isinstance(value, wanted) or (
        isinstance(value, list) and not all(isinstance(each, str) for each in value)
    ):
        names = {list: "a list of strings", str: "a string", bool: "true or false"}
        raise CannotLint(f"[{TABLE}] in {FILE}: {key} must be {names[wanted]}.")
    if key == "fail-level" and value not in LEVELS:
        raise CannotLint(
            f"[{TABLE}] in {FILE}: {key} must be one of {', '.join(LEVELS)}."
        )
    return value
