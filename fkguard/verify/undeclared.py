"""Foreign keys into declared tables, from tables or columns that nothing declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.apps import apps as global_apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from .. import compat
from ..backends import facts_of
from ..declared.models import Rendered
from ..declared.states import Unrendered
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue
from ..schema.consequences import Consequence
from ..schema.constraints import ForeignKey
from ..schema.events import Event
from ..schema.identifiers import namer
from ..schema.names import is_named
from .expected import Expected, Promise


class Undeclared:
    """Looks for the rows that Django does not know when it deletes what they reference.

    A foreign key from a declared table over an undeclared column is told with the
    differences of that table.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        expected: Expected,
        catalogue: Catalogue,
        state: ProjectState,
        unapplied: list[Migration],
    ) -> None:
        self.connection = connection
        self.expected = expected
        self.catalogue = catalogue
        self.state = state
        self.unapplied = unapplied
        self.name = namer(facts_of(connection).names)

    def found(self) -> Iterator[tuple[Promise, Consequence]]:
        """Yield each foreign key with the promise of the table that it references."""
        promises = {self.name(p.table.name): p for p in self.expected.promises}
        candidates = [
            (promises[self.name(foreign_key.to_table)], table.name, foreign_key)
            for table in self.catalogue
            if self.name(table.name) not in promises
            for foreign_key in table.of(ForeignKey)
            if self.name(foreign_key.to_table) in promises
            and not foreign_key.is_inherited
        ]
        if not candidates:
            return
        known = self._known()
        for promise, table, foreign_key in candidates:
            columns = known.get(self.name(table))
            if columns is not None and columns.issuperset(
                map(self.name, foreign_key.columns)
            ):
                continue
            if self._is_made_by_sql(table, foreign_key.name):
                continue
            yield (
                promise,
                Consequence(
                    kind=kinds.EXTRA,
                    event=Event(table=table),
                    table=table,
                    constraint=foreign_key,
                ),
            )

    def _known(self) -> Mapping[str, set[str]]:
        """Return the columns of all models by table, whoever creates the tables.

        What an unapplied migration declares may be half there.
        """
        known: dict[str, set[str]] = {}
        later = self.state.clone()
        for migration in self.unapplied:
            for operation in migration.operations:
                compat.state_forwards(operation, migration.app_label, later)
        for state in (self.state, later):
            source = Unrendered(self.connection, state)
            for model in state.models.values():
                if model.options.get("proxy"):
                    continue
                columns = known.setdefault(self.name(source.key(model)), set())
                columns |= {self.name(each.column) for each in source.fields(model)}
                for field in source.joins(model):
                    join = source.join(model, field)
                    columns = known.setdefault(self.name(join.name), set())
                    columns |= {self.name(each.name) for each in join.columns}
        rendered = Rendered(self.connection)
        for each in global_apps.get_models(include_auto_created=True):
            key = self.name(rendered.key_of(each._meta.db_table))
            known.setdefault(key, set()).update(
                self.name(f.column) for f in each._meta.local_fields if f.column
            )
        return known

    def _is_made_by_sql(self, table: str, name: str) -> bool:
        """Say whether SQL or code of a migration makes the table or foreign key."""
        raw, bare = self.expected.raw, table.rpartition('"."')[2]
        if name and is_named(name, raw):
            return True
        return is_named(bare, raw) and bool(
            re.search(
                rf"\bCREATE\s[^;]*?\bTABLE\b[^;(]*?(?<!\w){re.escape(bare)}(?!\w)",
                raw,
                re.IGNORECASE,
            )
        )
