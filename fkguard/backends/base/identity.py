"""Tell whether two connections lead to the same database.

Host, port, name and user prove nothing: a server has many names, a pooler shares its
sessions, and a row that is deleted in one node of a cluster, or in the source of a
replica, is deleted in the others. What proves it is a marker: a table that is created
in the target and looked for through the other connection. Where it does not turn up,
the identity of the servers tells whether it could turn up later.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction

if TYPE_CHECKING:
    from .transfer import Transfer

#: How the name of every marker begins.
MARKER = "fkguard_marker_"


class Answer(Enum):
    """Whether two connections lead to the same database."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An answer, with its reason and with what would make it certain."""

    answer: Answer
    reason: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts(ABC):
    """What one connection reports about its server and its database."""

    #: Tables of the copy whose rows may be stored elsewhere: views, foreign tables.
    borrowed: tuple[str, ...] = ()

    @abstractmethod
    def compare(self, target: Any, *, sees_marker: bool | None) -> Verdict:
        """Compare the source, which these facts describe, with the target.

        `sees_marker` is None where the marker could not be looked for.
        """


class Identity(ABC):
    """What one end of a copy tells about its database."""

    #: Only databases of one family replicate from each other.
    family: ClassVar[str]

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        self.connection = transfer.connection
        self.statements = transfer.statements

    @abstractmethod
    def facts(self, tables: Sequence[str]) -> Facts:
        """Read the facts; `tables` are the keys of the tables of the copy."""

    @abstractmethod
    def sees(self, marker: str) -> bool | None:
        """Return whether the marker is visible; None where nothing can be said."""

    @contextmanager
    def marker(self) -> Iterator[str]:
        """Create a marker in this database, yield its name, and drop it."""
        name = f"{MARKER}{secrets.token_hex(8)}"
        table = self.statements.name(name)
        self.transfer.execute(
            f"CREATE TABLE {table} (id integer NOT NULL PRIMARY KEY)"
            f"{self.statements.ledger_options}"
        )
        try:
            self.transfer.execute(f"INSERT INTO {table} VALUES (1)")
            self.commit()
            yield name
        finally:
            self._drop(name)

    def clean(self) -> None:
        """Drop the markers of processes that were killed."""
        with self.connection.cursor() as cursor:
            names = self.connection.introspection.table_names(cursor)
        for name in names:
            if name.startswith(MARKER):
                self._drop(name)

    def _drop(self, name: str) -> None:
        # Not IF EXISTS: a marker that another copy has dropped proves nothing.
        self.transfer.execute(f"DROP TABLE {self.statements.name(name)}")
        self.commit()

    def commit(self) -> None:
        """Commit where the settings have switched autocommit off."""
        if not self.connection.get_autocommit():
            self.connection.commit()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask in one transaction, as a pooler may change the server between two."""
        with transaction.atomic(using=self.connection.alias):
            yield
        self.commit()
