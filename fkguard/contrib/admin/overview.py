"""Read the state of each database for the page, and write nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections
from django.db.utils import Error

from ... import conf
from ...backends import backend_for
from ...errors import FkguardError
from ...guard import patches
from ...recovery.ledger import Ledger
from ...recovery.messages import owed_message


@dataclass(frozen=True, kw_only=True)
class Patches:
    """The patches of this process."""

    installed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Database:
    """The state of one database."""

    alias: str
    mode: str = ""
    server: str = ""
    #: Sentences about constraints that are not restored yet.
    owed: tuple[str, ...] = ()
    #: Migrations that a run left unfinished.
    unfinished: tuple[str, ...] = ()
    #: Why the database could not be read.
    error: str = ""


def patches_of_process() -> Patches:
    """Return the patches that are installed, and those that were removed since."""
    missing = tuple(patches.missing())
    return Patches(installed=tuple(patches.installed()), missing=missing)


def databases() -> Iterator[Database]:
    """Yield the state of every database in DATABASES."""
    for alias in connections:
        yield database(alias)


def database(alias: str) -> Database:
    """Return the state of a database; an error is a part of it."""
    mode = ""
    try:
        mode = conf.mode(alias)
        connection = connections[alias]
        server = backend_for(connection).introspection.server()
        outstanding = Ledger(connection).outstanding()
    except (FkguardError, Error) as error:
        return Database(alias=alias, mode=mode, error=first_line(error, alias))
    return Database(
        alias=alias,
        mode=mode,
        server=server.describe(),
        owed=tuple(str(owed_message(each, alias).msg) for each in outstanding.owed),
        unfinished=tuple(
            f"{each.label}: {each.done} of {len(each.operations)} operations are done"
            for each in outstanding.progress.values()
        ),
    )


def first_line(error: Exception, alias: str) -> str:
    """Return the first line of an error, without the database's password."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    password = str(connections[alias].settings_dict.get("PASSWORD") or "")
    return lines[0].replace(password, "***") if password else lines[0]
