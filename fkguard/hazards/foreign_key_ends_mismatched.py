"""Two columns of a foreign key that do not go together (H26-H28)."""

from __future__ import annotations

from .. import consequences as kinds
from ..constraints import ForeignKey
from . import drift, wording
from .base import Case


class ForeignKeyEndsMismatched(drift.Drift):
    id = "E708"
    slug = "foreign_key_ends_mismatched"
    title = "The two columns of a foreign key are of types that do not go together."
    kind = kinds.ENDS

    def message(self, case: Case) -> str:
        key = case.constraint
        assert isinstance(key, ForeignKey)
        return (
            f"{drift.table(case)}.{', '.join(key.columns)} and "
            f"{wording.shown(key.to_table)}.{', '.join(key.to_columns)} do not go "
            f"together: {case.consequence.detail}."
        )

    def why(self, case: Case) -> str:
        if case.server.flavour == "postgresql":
            return "A key that the referenced column takes may not fit into the other."
        return f"{case.server.describe()} refuses a foreign key between them."
