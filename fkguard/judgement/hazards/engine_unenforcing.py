"""A table of an engine without foreign keys (H24, H25)."""

from __future__ import annotations

from ...schema import consequences as kinds
from . import drift
from .base import Case


class EngineUnenforcing(drift.Drift):
    id = "E707"
    slug = "engine_unenforcing"
    title = "The engine of a table has no foreign keys (MySQL, MariaDB)."
    kind = kinds.ENGINE

    def message(self, case: Case) -> str:
        return f"{drift.table(case)} has the engine {case.consequence.detail}."

    def why(self, case: Case) -> str:
        return (
            f"{case.server.describe()} accepts a FOREIGN KEY of such a table and "
            "ignores it, and no table can reference it. Its rows are not rolled back."
        )
