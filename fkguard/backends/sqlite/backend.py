"""The facts of SQLite."""

from __future__ import annotations

from ...schema.identifiers import AsciiName
from ..base.backend import Backend as BaseBackend


class Backend(BaseBackend):
    """SQLite."""

    flavour = "sqlite"
    names = AsciiName
    compares_tables_alike = True
    names_foreign_keys = False
    default_schema = "main"
    foreign_key_switch = "PRAGMA foreign_keys is off"
    enforce_sql = "PRAGMA foreign_keys = ON"
    find_violations_sql = "PRAGMA foreign_key_check"
    rebuilds_tables = True
    finds_tables_late = True
    makes_unique_indexes = True
    has_inline_uniques = True
