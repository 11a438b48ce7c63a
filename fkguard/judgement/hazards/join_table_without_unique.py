"""A join table becomes a model, and its unique pair is not declared (H18)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import UNDECLARED
from .base import Case, Hazard
from .text import operations, wording


class JoinTableWithoutUnique(Hazard):
    id = "W208"
    slug = "join_table_without_unique"
    title = "A model takes over a join table without its unique constraint."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == UNDECLARED

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        _, model = operations.owner(case)
        by = f"the model {model}" if model else "the state"
        what = wording.label(case.constraint)
        return f"{table} has {what}, which {by} does not declare."

    def why(self, case: Case) -> str:
        if case.backend.rebuilds_tables:
            return (
                f"{case.server.describe()} loses it in the next operation that "
                "rebuilds the table, and a database that is created by a later "
                "CreateModel never has it."
            )
        return (
            f"{case.server.describe()} keeps it, but a database that is created by a "
            "later CreateModel never has it, and SQLite loses it in the next rebuild "
            "of the table."
        )

    def instead(self, case: Case) -> str:
        _, model = operations.owner(case)
        fields = operations.fields_of(case, case.constraint.columns)
        pair = f"({', '.join(map(operations.text, fields))})"
        return (
            "migrations.SeparateDatabaseAndState(\n"
            "    state_operations=[\n"
            "        migrations.AlterUniqueTogether(\n"
            f"            name={operations.text(model or '...')},\n"
            f"            unique_together={{{pair}}},\n"
            "        ),\n"
            "    ],\n"
            "),"
        )
