"""SQL and error codes of the row with which a run claims a database."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from django.db.utils import Error

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

#: The table of the claim. It holds one row while a run is active, and none otherwise.
TABLE = "fkguard_claim"


class Reason(Enum):
    """Why a statement about the claim failed."""

    #: The table does not exist.
    MISSING = "missing"
    #: Another session was faster. Read the row again.
    CONFLICT = "conflict"
    #: The account lacks a privilege.
    FORBIDDEN = "forbidden"
    #: The server, or the session, accepts no writes.
    READ_ONLY = "read-only"
    #: The connection was lost, or anything else.
    OTHER = "other"


class Claims:
    """What a claim needs to know about a server."""

    #: Whether a lock file next to the database serves instead of a row.
    uses_file: ClassVar[bool] = False
    quote_character: ClassVar[str] = '"'
    #: The server's time, and the type of the column that holds it.
    clock: ClassVar[str] = ""
    clock_type: ClassVar[str] = ""
    #: The end of CREATE TABLE.
    table_options: ClassVar[str] = ""
    #: Returns the schema that new tables are created in, and whether it has the table.
    look: ClassVar[str] = ""
    #: The condition under which the row may be taken from its holder: its three
    #: parameters are the token, the beat and the challenger that were read.
    is_unchanged: ClassVar[str] = (
        "id = 1 AND token = %s AND beat = %s AND challenger = %s"
    )
    #: Locks the row of a token until the end of a transaction, so that no other run
    #: can take the claim before that transaction ends. Empty where DDL commits.
    hold: ClassVar[str] = ""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def path(self) -> str:
        """Return the path of the database's file, or "" for one in memory."""
        return ""

    def reason(self, error: Error) -> Reason:
        """Return why a statement failed."""
        return Reason.OTHER
