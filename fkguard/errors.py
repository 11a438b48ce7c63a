"""What fkguard raises: one base, few subclasses."""

from __future__ import annotations

from django.core.checks import CheckMessage
from django.core.management.base import SystemCheckError
from django.db import DatabaseError


class FkguardError(Exception):
    """The base of every exception that fkguard raises by itself."""


class Refused(FkguardError, SystemCheckError):
    """A plan or an operation was refused before it ran.

    A ``SystemCheckError``, so that ``manage.py`` prints it without a traceback.
    The findings, as Django check messages, are in `messages`.
    """

    def __init__(
        self,
        text: str,
        messages: tuple[CheckMessage, ...] = (),
        *,
        headline: str = "",
        ending: str = "",
    ) -> None:
        super().__init__(text)
        self.messages = messages
        #: The first line of the text, and the end of its last line.
        self.headline = headline
        self.ending = ending


class RefusedRerun(Refused, DatabaseError):
    """A migration was refused that the database would refuse: what it makes is there.

    Code that runs migrations and expects the database's error gets it, only before
    the first statement and with what is missing.
    """


class CatalogueUnreadable(FkguardError):
    """The catalogue of the database could not be read."""


class LedgerUnreadable(FkguardError):
    """The ledger of a database contains data that fkguard did not write."""


class UnknownVendor(FkguardError):
    """The database is of a vendor that fkguard cannot judge."""


class BadSetting(FkguardError):
    """A setting of fkguard has a value that it cannot have."""


class NotConnected(FkguardError):
    """Something asked for a connection where a database is judged without one."""


class CannotLint(FkguardError):
    """The linter was asked for something that it cannot find or read."""


class CannotClaim(FkguardError):
    """A run could not claim the database.

    `reason` says why, as far as the server's error does.
    """

    def __init__(self, text: str, reason: object = None) -> None:
        super().__init__(text)
        self.reason = reason


class ClaimLost(FkguardError):
    """The claim of a run was taken over or ended while the run was active."""


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or the name of its class."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
