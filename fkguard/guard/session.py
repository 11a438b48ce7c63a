"""What is known while one plan runs."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

from ..acknowledgements import Acknowledgement
from ..backends import backend_for
from ..judgement.forecast import Forecast
from ..judgement.judge import Judge
from ..judgement.recipes import Owed
from ..judgement.rows import Prober
from ..planning.files import is_third_party
from ..planning.placeholder_models import Graph
from ..planning.plan import acknowledgements_of, event_key
from ..recovery.ledger import Progress
from ..recovery.progress import MigrationJournal
from ..recovery.state import run_of
from ..schema.catalogue import Catalogue
from ..schema.constraints import ForeignKey
from ..schema.events import Event, RemoveConstraint
from ..schema.location import Place
from .preflight import Preflight

#: Table and columns of foreign keys, and what makes them.
Keys = dict[tuple[str, tuple[str, ...]], tuple[ForeignKey, Place]]


class Session:
    """What is known while one plan runs."""

    def __init__(
        self, connection: BaseDatabaseWrapper, mode: str, found: Preflight
    ) -> None:
        self.connection = connection
        self.mode = mode
        self.preflight = found
        self.migration: Migration | None = None
        #: How far that one came, until its editor has run what it deferred.
        self.journal: MigrationJournal | None = None
        #: Tables to read back at the end of the migration that runs.
        self.touched: set[str] = set()
        #: Tables that the plan itself has made.
        self.made: set[str] = set()
        #: Table and columns of each foreign key of the migration that runs.
        self.keys: Keys = {}
        #: Those of earlier migrations that nobody has looked for yet.
        self.unseen: Keys = {}
        #: Whether SQL has run that no event tells of, and that is not about rows.
        self.has_run_code = False
        #: Whether the catalogue was read again since the migration began.
        self.has_looked_back = False
        #: Migration -> the events that the plan has there and that have not come yet.
        self._places: dict[tuple[str, str], list[tuple[tuple[str, ...], Place]]] = {}
        for key, place in found.places:
            pair = place.app_label, place.migration
            self._places.setdefault(pair, []).append((key, place))
        #: Whether raw SQL or code may have changed what the forecast says.
        self.is_stale = False
        #: Whether another run, inside this one, may have changed it.
        self.is_outdated = False
        self.raw: list[str] = []
        self.before_raw: Catalogue | None = None
        self.judge = Judge(
            Forecast(found.catalogue.copy(), is_actual=True),
            mode,
            acknowledgements=self.acknowledgements,
            probe=Prober(connection, found.catalogue, is_live=True),
            returns=lambda table, column: (table, column) in found.returns,
            resolves=lambda owed: owed.key in found.resolved,
            passes=lambda constraint, place: (constraint.name, place) in found.passing,
            has_table=self.has_table,
            is_third_party=self.is_third_party,
        )
        #: The migrations on disk, by app label and name.
        self.graph: Graph = {}
        #: Where the call stands that was judged last.
        self.current = Place()
        #: What an interrupted operation had taken away, and comes back with it.
        self.adopted: list[Owed] = []
        #: Migrations that have ended, and that the ledger tells of.
        self.ended: list[Progress] = []

    def has_table(self, key: str) -> bool:
        """Say whether a table is there; SQL may have made what no event tells of."""
        catalogue = self.judge.forecast.catalogue
        if key not in catalogue:
            found = backend_for(self.connection).introspection.read([key]).get(key)
            if found is None:
                return False
            catalogue.put(found)
        return True

    def acknowledgements(self, place: Place) -> tuple[Acknowledgement, ...]:
        """Return what the migration of a place acknowledges."""
        migration = self.migration_of(place)
        return acknowledgements_of(migration) if migration else ()

    def is_third_party(self, place: Place) -> bool:
        """Return whether the migration of a place belongs to an installed package."""
        migration = self.migration_of(place)
        return migration is not None and is_third_party(migration)

    def migration_of(self, place: Place) -> Migration | None:
        """Return the migration of a place, which may have ended; else what runs."""
        if place.migration and self.migration is None:
            # Foreign keys of several migrations are looked for together, at the end.
            return self.graph.get((place.app_label, place.migration))
        return self.migration

    def lookup(self, event: RemoveConstraint, place: Place) -> str:
        """Return how an operation of the plan looks up what it removes, or "".

        An interrupted operation that runs again may have removed it.
        """
        if self.journal is not None and self.journal.is_tolerant:
            return ""
        return self.preflight.removals.get((event_key(event), place), "")

    def place(self, event: Event) -> Place:
        """Return where the plan has the event; the migration's own name otherwise."""
        self.current = self._place(event)
        return self.current

    def _place(self, event: Event) -> Place:
        if self.migration is None:
            return Place()
        app_label, name = self.migration.app_label, self.migration.name
        key = event_key(event)
        left = self._places.get((app_label, name), [])
        # Not the next one alone: Django alters the relations to a renamed model in
        # an order of its own.
        for number, (each, place) in enumerate(left):
            if each == key:
                del left[number]
                return place
        return Place(app_label=app_label, migration=name)


def session_of(connection: BaseDatabaseWrapper) -> Session | None:
    """Return the session that runs on a connection, or None."""
    run = run_of(connection)
    session: Session | None = run.session if run is not None else None
    return session


def journal_of(editor: Any) -> MigrationJournal | None:
    """Return how far the migration came that an editor is at work for, or None."""
    session = session_of(editor.connection)
    journal = session.journal if session is not None else None
    return journal if journal is not None and journal.editor is editor else None
