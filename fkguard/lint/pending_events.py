"""Tables that a migration alters while the check of a row of them is pending.

PostgreSQL checks a deferred foreign key at the end of the transaction, and until then
refuses to alter the table whose row it is to check.
https://www.postgresql.org/docs/current/sql-set-constraints.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations import AddField, CreateModel

from ..declared.states import Unrendered
from ..planning.planner import Step
from ..schema.catalogue import Catalogue
from ..schema.consequences import PENDING, Consequence
from ..schema.constraints import ForeignKey
from ..schema.events import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)

if TYPE_CHECKING:
    from .sql.parsed import RowsWritten

#: What the code of a data migration calls to insert, update and delete rows.
INSERTS = frozenset(
    {"create", "bulk_create", "get_or_create", "update_or_create", "acreate"}
)
UPDATES = frozenset({"save", "update", "bulk_update", "asave", "aupdate"})
DELETES = frozenset({"delete", "adelete"})
_CHECKED = re.compile(r"\bset\s+constraints\b[^;]*\bimmediate\b", re.IGNORECASE)
#: What of a column is in the table, and not only in its name or its type.
_DEFINITION = (
    *("null", "unique", "db_index", "primary_key", "db_default", "check"),
    *("references", "db_constraint"),
)

#: What PostgreSQL refuses to do to a table.
ALTERING = (
    *(AddColumn, AlterColumn, DropColumn, DropTable),
    *(AddConstraint, RemoveConstraint),
)

#: The key of a table, and the foreign key whose check is pending for its rows.
Pending = tuple[str, ForeignKey]


@dataclass(kw_only=True)
class PendingEvents:
    """The checks that the SQL and the code of one migration leave pending."""

    #: The checks, and what has changed the rows: "RunPython(fill)".
    pending: dict[Pending, str] = field(default_factory=dict)

    def run_sql(
        self,
        sql: str,
        written: list[RowsWritten],
        step: Step,
        catalogue: Catalogue,
        source: Unrendered,
    ) -> None:
        """Note what a statement does to rows."""
        known = _Known(step, catalogue, source)
        for each in written:
            if each.how == "Delete":
                self._note(known.referencing(each.table), "RunSQL")
            else:
                columns = each.columns if each.how == "Update" else None
                self._note(known.of(each.table, columns), "RunSQL")
        if _CHECKED.search(sql):
            self.pending.clear()

    def run_code(
        self,
        words: frozenset[str],
        name: str,
        step: Step,
        catalogue: Catalogue,
        source: Unrendered,
    ) -> None:
        """Note what code may do to rows, by the names and texts that are in it."""
        if any(map(_CHECKED.search, words)):
            self.pending.clear()
            return
        known = _Known(step, catalogue, source)
        lower = {each.lower() for each in words}
        for model in source.state.models.values():
            label = f"{model.app_label}.{model.name}".lower()
            if not ({model.name.lower(), label} & lower) or not source.is_migrated(
                model
            ):
                continue
            table = source.key(model)
            if words & INSERTS:
                self._note(known.of(table, None), name)
            elif words & UPDATES:
                fields = source.names_by_column(model).items()
                columns = {c for c, f in fields if words & {c, f, f"{f}_id"}}
                self._note(known.of(table, columns), name)
            if words & DELETES:
                self._note(known.referencing(table), name)

    def alter(self, event: Event) -> Iterator[Consequence]:
        """Yield the first pending check that an event fails by."""
        table = event.table
        if not isinstance(event, ALTERING) or (
            isinstance(event, AlterColumn) and not _alters(event)
        ):
            return
        for key, foreign_key in list(self.pending):
            # Django drops the foreign key of a field first, and has it checked.
            if key == table and _is_dropped(event, foreign_key):
                del self.pending[key, foreign_key]
        found = [each for each in self.pending if each[0] == table]
        if not found:
            return
        yield Consequence(
            kind=PENDING,
            event=event,
            table=table,
            constraint=found[0][1],
            detail=self.pending[found[0]],
        )
        for each in found:
            del self.pending[each]

    def _note(self, found: Iterator[Pending], name: str) -> None:
        for each in found:
            self.pending.setdefault(each, name)


class _Known:
    """The deferred foreign keys that were there before a migration.

    Django creates the others later, or has them checked at once.
    """

    def __init__(self, step: Step, catalogue: Catalogue, source: Unrendered) -> None:
        self.catalogue = catalogue
        self.tables: set[str] = set()
        self.columns: set[tuple[str, str]] = set()
        app_label = step.migration.app_label
        for each in _flat(step.migration.operations[: step.number - 1]):
            if not isinstance(each, (CreateModel, AddField)):
                continue
            name = each.name if isinstance(each, CreateModel) else each.model_name
            model = source.state.models.get((app_label, name.lower()))
            if model is None:
                continue
            table = source.key(model)
            if isinstance(each, CreateModel):
                self.tables.add(table)
            else:
                self.columns |= {
                    (table, column)
                    for column, field in source.names_by_column(model).items()
                    if field == each.name
                }

    def of(
        self, key: str, columns: set[str] | frozenset[str] | None
    ) -> Iterator[Pending]:
        """Yield those of a table, where rows are inserted or columns updated."""
        table = self.catalogue.get(key)
        for each in table.of(ForeignKey) if table is not None else ():
            if columns is None or columns & set(each.columns):
                yield from self._deferred(key, key, each)

    def referencing(self, key: str) -> Iterator[Pending]:
        """Yield those that reference a table whose rows are deleted."""
        for table, each in self.catalogue.incoming(key):
            yield from self._deferred(key, table.name, each)

    def _deferred(
        self, key: str, owner: str, foreign_key: ForeignKey
    ) -> Iterator[Pending]:
        if (
            foreign_key.deferrable == "deferred"
            and owner not in self.tables
            and not any((owner, c) in self.columns for c in foreign_key.columns)
        ):
            yield key, foreign_key


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    for each in operations:
        yield each
        yield from _flat(getattr(each, "database_operations", ()))


def _alters(event: AlterColumn) -> bool:
    """Say whether PostgreSQL alters the table for more than a name."""
    old, new = event.old, event.new
    return event.type_changes or any(
        getattr(old, name) != getattr(new, name) for name in _DEFINITION
    )


def _is_dropped(event: Event, foreign_key: ForeignKey) -> bool:
    if isinstance(event, DropColumn):
        return event.old.column in foreign_key.columns
    return isinstance(event, AlterColumn) and event.old.column in foreign_key.columns
