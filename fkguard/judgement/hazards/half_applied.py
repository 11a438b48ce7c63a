"""A migration is not recorded, and some of what it makes is there (H22)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue, Located
from ...schema.consequences import LEFT_OVER
from .base import Case, Hazard
from .text import operations, sql, wording


class HalfApplied(Hazard):
    id = "E314"
    slug = "half_applied"
    title = "A migration is partly applied but not recorded."
    remedy = "Next:"

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == LEFT_OVER

    def message(self, case: Case) -> str:
        left, place = case.leftover, case.place
        there = [
            *(f"table {wording.shown(each)}" for each in left.tables),
            *(f"column {wording.shown(t)}.{c}" for t, c in left.columns),
            *(each.describe() for each in left.constraints),
        ]
        lacks = [*map(_described, left.missing), *map(wording.shown, left.absent)]
        text = (
            f"{place.app_label}.{place.migration} is not recorded as applied, but it "
            f"has created: {', '.join(there)}."
        )
        if lacks:
            return f"{text} Missing: {', '.join(lacks)}."
        return f"{text} Nothing is missing."

    def why(self, case: Case) -> str:
        if not case.backend.can_rollback_ddl:
            return (
                f"{case.server.describe()} cannot roll back: after a failed run, "
                "the tables remain, but the foreign keys, indexes and unique "
                "constraints that Django creates at the end of a migration are "
                'missing. Running it again fails with "already exists".'
            )
        return (
            "A migration that is not atomic has failed, a table was created "
            "manually, or the record was lost. Running it again fails with "
            '"already exists".'
        )

    def instead(self, case: Case) -> str:
        left, place = case.leftover, case.place
        parts = ["# Either drop it, if its rows are not needed:"]
        parts += [f"DROP TABLE {sql.quoted(case, each)};" for each in left.tables[::-1]]
        parts += [
            f"ALTER TABLE {sql.quoted(case, table)} DROP COLUMN "
            f"{sql.quoted(case, column)};"
            for table, column in left.columns
        ]
        parts += [f"# drop {each.describe()}" for each in left.constraints]
        parts.append("# and run migrate again. Or create what is missing:")
        for each in left.missing:
            parts += [
                f"{statement};"
                for statement in sql.to_make(case, each.table, each.constraint)
            ] or [f"# {_described(each)}"]
        parts += [f"# {wording.shown(each)}" for each in left.absent]
        label, name = place.app_label, place.migration
        parts += [
            f"# (python manage.py sqlmigrate {label} {name} shows everything)",
            "# and record the migration:",
            f"# python manage.py migrate --fake {label} {name}",
        ]
        return operations.lines(*parts)


def _described(located: Located) -> str:
    return f"{located.constraint.describe()} of {wording.shown(located.table)}"
