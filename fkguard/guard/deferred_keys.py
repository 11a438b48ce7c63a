"""The foreign keys that a migration makes: judged again before, looked for after.

Django makes most of them at the very end of a migration, when raw SQL and code of
the same migration may have changed what was judged; and a server may accept one
and make none. As long as nothing was sent but what events tell of, nothing can have
changed since the server was asked, and one look before such SQL, or at the end, is
enough for the keys of many migrations. Behind it each migration is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..backends import backend_for, backend_named
from ..judgement.foreign_keys.created import made_by
from ..judgement.judge import HEADLINE, REFUSE, Finding, announce, refusal
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.constraints import ForeignKey
from ..schema.events import AddConstraint, Event
from ..schema.location import Place
from ..schema.matching import find
from .session import Keys, Session


def note(session: Session, event: Event, place: Place) -> None:
    """Remember the foreign keys that an event makes."""
    for table, foreign_key, _ in made_by(session.judge.forecast.catalogue, event):
        session.keys[table.name, foreign_key.columns] = foreign_key, place


def judge_again(session: Session) -> None:
    """Judge what is deferred by what raw SQL has left; refuse before it is run."""
    if not (session.keys and session.has_looked_back):
        return
    catalogue = session.judge.forecast.catalogue
    findings = []
    for table, foreign_key, place in _pending(session, session.keys):
        if find(table, foreign_key) is None and (
            finding := _judged(session, catalogue, table, foreign_key, place)
        ):
            findings.append(finding)
    _tell(session, findings, "its foreign keys were not made")


def before(session: Session) -> None:
    """Begin a migration: no key of it is known, and nothing was read again."""
    session.keys.clear()
    session.has_looked_back = False


def before_code(session: Session) -> None:
    """Look for what is yet to be looked for, before SQL runs that no event tells of."""
    if not session.has_run_code:
        look_for(session, "the migrations before this one have run")
        session.has_run_code = True


def after(session: Session) -> None:
    """Look for the foreign keys of a migration that has run, where it is worth it."""
    if session.migration is not None:
        return  # Code of a migration has had an editor of its own.
    session.unseen |= session.keys
    session.keys.clear()
    if session.has_run_code:
        look_for(session, "the migration has run, and is not recorded as applied")


def look_for(session: Session, ending: str = "the migrations have run") -> None:
    """Say which foreign keys the server has not made, though it raised no error."""
    introspection = backend_for(session.connection).introspection
    pending = list(_pending(session, session.unseen))
    session.unseen.clear()
    if not pending or not introspection.may_ignore_foreign_keys:
        return
    there = introspection.referencing_columns({table.name for table, *_ in pending})
    missing = [
        (table, foreign_key, place)
        for table, foreign_key, place in pending
        if not {(table.name, column) for column in foreign_key.columns} <= there
    ]
    if not missing:
        return
    keys = {table.name for table, *_ in missing} | {f.to_table for _, f, _ in missing}
    actual = introspection.read(keys)
    findings = []
    for table, foreign_key, place in missing:
        now = actual.get(table.name) or Table(name=table.name)
        finding = _judged(session, actual, now, foreign_key, place)
        findings.append(finding or _lost(session, now, foreign_key, place))
    _tell(session, findings, ending)


def _pending(session: Session, keys: Keys) -> Iterator[tuple[Table, ForeignKey, Place]]:
    """Yield the keys that were not taken away or renamed since they were noted."""
    forecast = session.judge.forecast
    owed = {(each.table, each.constraint.columns) for each in forecast.owed}
    for (key, columns), (foreign_key, place) in keys.items():
        table = forecast.catalogue.get(key)
        if table is None or (key, columns) in owed:
            continue  # Gone, renamed, or made as soon as its referenced table is.
        there = find(table, foreign_key)
        if isinstance(there, ForeignKey):
            yield table, there, place
        elif session.has_looked_back and all(table.column(name) for name in columns):
            # The catalogue was read while the foreign key was yet to be made.
            yield table, foreign_key, place


def _judged(
    session: Session,
    catalogue: Catalogue,
    table: Table,
    foreign_key: ForeignKey,
    place: Place,
) -> Finding | None:
    rules = backend_named(catalogue.server.flavour).compatibility(catalogue.server)
    difference = rules.difference(catalogue, table, foreign_key)
    if difference is None:
        return None
    consequence = Consequence(
        kind=kinds.INCOMPATIBLE,
        event=AddConstraint(table=table.name, constraint=foreign_key),
        table=table.name,
        constraint=foreign_key,
        error=difference.error,
        difference=difference,
    )
    return session.judge.finding(consequence, table, place)


def _lost(
    session: Session, table: Table, foreign_key: ForeignKey, place: Place
) -> Finding:
    consequence = Consequence(
        kind=kinds.DROPPED,
        event=AddConstraint(table=table.name, constraint=foreign_key),
        table=table.name,
        constraint=foreign_key,
    )
    finding = session.judge.finding(consequence, table, place)
    assert finding is not None
    return finding


def _tell(session: Session, findings: list[Finding], ending: str) -> None:
    announce(findings)
    if any(each.action == REFUSE for each in findings):
        raise refusal(
            [each.as_message() for each in findings],
            HEADLINE.format(what="migration", alias=session.connection.alias),
            ending,
        )
