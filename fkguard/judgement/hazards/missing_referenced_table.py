"""A foreign key is made before the table that it references (H36)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import TABLE_MISSING
from ...schema.constraints import ForeignKey
from .base import Case, Hazard
from .text import operations, wording


class MissingReferencedTable(Hazard):
    id = "E311"
    slug = "missing_referenced_table"
    title = "A foreign key references a table that does not exist yet."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == TABLE_MISSING

    def message(self, case: Case) -> str:
        foreign_key, reference = case.constraint, case.reference
        assert isinstance(foreign_key, ForeignKey)
        table = wording.shown(case.consequence.table)
        text = (
            f"{table}.{foreign_key.columns[0]} references "
            f"{wording.shown(foreign_key.to_table)}, which "
        )
        if reference.elsewhere is not None:
            where = " and ".join(map(repr, reference.elsewhere))
            text += (
                f"the database router keeps on the database {where}"
                if where
                else "the database router keeps on no database"
            )
        elif reference.made_by is not None:
            text += f"{'.'.join(reference.made_by)} creates later"
        else:
            text += "nothing in this plan creates"
        if reference.elsewhere is not None:
            return f"{text}."
        return f"{text}: {reference.path}." if reference.path else f"{text}."

    def why(self, case: Case) -> str:
        server, error = case.server.describe(), case.backend.missing_table_error
        if case.backend.finds_tables_late:
            reaction = (
                f"{server} creates such a foreign key, and every INSERT fails until "
                "the table exists"
            )
        else:
            reaction = f"{server} refuses such a foreign key"
            reaction += f" with {error}" if error else ""
        if case.reference.elsewhere is not None:
            return (
                f"{reaction}. A foreign key cannot reference "
                "another database: only Django can follow such a relation."
            )
        return (
            f"{reaction}. A migration that does not depend on the "
            "one that creates the referenced model runs before it, and Django has no "
            "model from which it could derive the type of the column."
        )

    def instead(self, case: Case) -> str:
        reference, place = case.reference, case.place
        if not reference.label:
            return ""
        if reference.elsewhere is not None:
            return operations.lines(
                f"# In {place.label or 'the model'}, and in the model:",
                f"{reference.field} = {reference.source}",
            )
        app_label, _, _ = reference.to.partition(".")
        if reference.made_by is None:
            if reference.is_unmigrated:
                return operations.lines(
                    f"# python manage.py makemigrations {app_label}",
                    "# and depend on its first migration; without migrations:",
                    "# python manage.py migrate --run-syncdb",
                )
            return f"# python manage.py makemigrations {app_label}"
        if not place.migration:
            own, _, _ = reference.label.partition(".")
            return operations.lines(
                f"# python manage.py makemigrations {own}",
                "# Tables of apps without migrations are created before those of other "
                "apps.",
            )
        here = (place.app_label, place.migration)
        needed = [here] if reference.made_by == here else [here, reference.made_by]
        dependencies = ", ".join(
            f"({operations.text(app)}, {operations.text(name)})" for app, name in needed
        )
        name = f"{reference.model}_{reference.field}".lower()
        return operations.lines(
            (
                f"# In {place.app_label}.{place.migration}, leave the field "
                f"{reference.field} out; in a migration of its own,"
            ),
            f"# such as {place.app_label}/migrations/0000_{name}.py, add it:",
            "class Migration(migrations.Migration):",
            f"    dependencies = [{dependencies}]",
            "",
            "    operations = [",
            *(
                f"        {line}"
                for line in operations.operation(
                    "AddField",
                    model_name=operations.text(reference.model),
                    name=operations.text(reference.field),
                    field=reference.source,
                ).splitlines()
            ),
            "    ]",
        )
