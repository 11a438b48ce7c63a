"""A foreign key references what no unique key covers (H29, H43)."""

from __future__ import annotations

from ...schema.constraints import ForeignKey, PrimaryKey
from .base import Case
from .text import wording
from .text.foreign_keys import Incompatible


class ReferencedKeyMissing(Incompatible):
    id = "E305"
    slug = "referenced_key_missing"
    title = "A foreign key references columns without a complete unique key."

    def because(self, case: Case) -> str:
        if case.backend.finds_tables_late:
            return (
                "The key must not be partial, and must compare by the collation of its "
                "column."
            )
        if case.backend.references_whole_keys:
            return (
                "A referenced key is a primary key, a unique constraint or a unique "
                "index of exactly these columns, neither partial nor deferrable."
            )
        if case.backend.references_any_index:
            return "An index has to begin with the whole referenced columns."
        return (
            "While restrict_fk_on_non_standard_key is on, a referenced key is unique, "
            "of exactly these columns, and of their whole length."
        )

    def outcome(self, case: Case) -> str:
        if case.backend.finds_tables_late:
            return (
                f"{case.server.describe()} creates the foreign key, and every "
                f'statement that has to check it fails: "{case.consequence.error}".'
            )
        return super().outcome(case)

    def instead(self, case: Case) -> str:
        key = case.constraint
        assert isinstance(key, ForeignKey)
        declared = case.event.declared(key.to_table)
        if declared is not None and any(
            each.columns == key.to_columns for each in declared.of(PrimaryKey)
        ):
            # A unique constraint beside it would stay when the key is restored.
            return (
                f"# {wording.shown(key.to_table)} lacks its declared primary key "
                "(fkguard.E702):\n# python manage.py fkguard repair"
            )
        return super().instead(case)
