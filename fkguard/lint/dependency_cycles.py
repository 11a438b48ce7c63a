"""Foreign keys that close a circle of two apps (H36)."""

from __future__ import annotations

from collections.abc import Iterator

from ..declared.states import Unrendered
from ..schema.catalogue import Catalogue
from ..schema.consequences import CIRCULAR, Consequence
from ..schema.constraints import ForeignKey
from ..schema.events import AddColumn, AlterColumn, CreateTable, Event


class Circles:
    """Knows the app of each table, and which apps reference each other."""

    def __init__(self) -> None:
        self._apps: dict[str, str] = {}
        #: App -> the keys of its tables, all that another app references among them.
        self._tables: dict[str, set[str]] = {}

    def closed(
        self, event: Event, app_label: str, catalogue: Catalogue, source: Unrendered
    ) -> Iterator[Consequence]:
        """Yield the new foreign keys to an app that references this one already."""
        if isinstance(event, CreateTable) and self._apps:
            self._note(event.table, app_label)
        for foreign_key in _made(event):
            other = self._app(foreign_key.to_table, source)
            if other in {"", app_label}:
                continue
            if self._references(other, app_label, catalogue, source):
                yield Consequence(
                    kind=CIRCULAR,
                    event=event,
                    table=event.table,
                    constraint=foreign_key,
                )

    def _references(
        self, app_label: str, other: str, catalogue: Catalogue, source: Unrendered
    ) -> bool:
        return any(
            self._app(table.name, source) == app_label
            for key in sorted(self._tables.get(other, ()))
            for table, _ in catalogue.incoming(key)
        )

    def _app(self, key: str, source: Unrendered) -> str:
        """Return the app of a table's model, "" for one that no state knows."""
        if key not in self._apps:
            for model in source.state.models.values():
                if not model.options.get("proxy"):
                    self._note(source.key(model), model.app_label)
            if key not in self._apps:
                self._note(key, "")
        return self._apps[key]

    def _note(self, key: str, app_label: str) -> None:
        self._apps[key] = app_label
        self._tables.setdefault(app_label, set()).add(key)


def _made(event: Event) -> Iterator[ForeignKey]:
    """Yield the foreign keys that an event makes where there was none."""
    if isinstance(event, CreateTable):
        yield from event.after.of(ForeignKey)
    elif isinstance(event, AddColumn) or (
        isinstance(event, AlterColumn) and event.old.references != event.new.references
    ):
        yield from (c for c in event.constraints if isinstance(c, ForeignKey))
