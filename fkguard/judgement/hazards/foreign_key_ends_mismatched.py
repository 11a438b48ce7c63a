"""Two columns of a foreign key that do not go together (H26-H28)."""

from __future__ import annotations

from ...schema import consequences as kinds
from ...schema.constraints import ForeignKey
from . import drift
from .base import Case
from .text import wording


class ForeignKeyEndsMismatched(drift.Drift):
    id = "E708"
    slug = "foreign_key_ends_mismatched"
    title = "The column types of a foreign key do not match."
    kind = kinds.ENDS

    def message(self, case: Case) -> str:
        key = case.constraint
        assert isinstance(key, ForeignKey)
        if case.consequence.becomes is not None:
            return (
                f"{drift.table(case)}.{', '.join(key.columns)} holds fewer values than "
                f"{wording.shown(key.to_table)}.{', '.join(key.to_columns)}, which it "
                f"references: {case.consequence.detail}."
            )
        return (
            f"{drift.table(case)}.{', '.join(key.columns)} and "
            f"{wording.shown(key.to_table)}.{', '.join(key.to_columns)} are "
            f"incompatible: {case.consequence.detail}."
        )

    def why(self, case: Case) -> str:
        if case.consequence.becomes is not None:
            return (
                "PostgreSQL enforces the foreign key, but a row cannot reference a key "
                "that does not fit into its column."
            )
        return f"{case.server.describe()} refuses a foreign key between them."
