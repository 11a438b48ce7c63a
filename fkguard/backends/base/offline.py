"""A database that nobody connects to, for questions that need no server.

A declaration asks a connection for its features, the types of its columns and the
longest name it allows. Django answers these from a ``DatabaseWrapper``, whose module
cannot be imported without the driver; a linter is often run where there is none.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.client import BaseDatabaseClient
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.base.features import BaseDatabaseFeatures
from django.db.backends.base.introspection import BaseDatabaseIntrospection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.base.validation import BaseDatabaseValidation

from ...errors import NotConnected
from ...schema.catalogue import Server

Version = tuple[int, ...]


class Introspection(BaseDatabaseIntrospection):
    def get_table_list(self, cursor: Any) -> list[Any]:
        """Return nothing: there is no server to ask."""
        return []


class Offline(BaseDatabaseWrapper):
    """The base of each vendor's description; asking its server is an error."""

    #: The flavour, which ``vendor`` does not tell for MariaDB.
    flavour: str
    #: The oldest version that every Django since 5.2 works with.
    oldest: Version
    #: For the code that declares from many states of one history.
    memory: Any = None

    SchemaEditorClass = BaseDatabaseSchemaEditor
    client_class = BaseDatabaseClient
    creation_class = BaseDatabaseCreation
    features_class = BaseDatabaseFeatures
    introspection_class = Introspection
    ops_class = BaseDatabaseOperations
    validation_class = BaseDatabaseValidation

    def __init__(self, version: Version = (), alias: str = DEFAULT_DB_ALIAS) -> None:
        self.version = version or self.oldest
        super().__init__({"NAME": "", "OPTIONS": {}, "TIME_ZONE": None}, alias)

    @property
    def server(self) -> Server:
        """Return the facts that a server of this version would tell."""
        return Server(flavour=self.flavour, version=self.version)

    def connect(self) -> NoReturn:
        raise NotConnected(f"{self.server.describe()} is checked without a connection.")

    def ensure_connection(self) -> NoReturn:
        self.connect()


def borrowing(offline: Offline, configured: BaseDatabaseWrapper) -> Offline:
    """Let a database of the same vendor give its name, and answer for fields.

    Fields of PostGIS and the like ask its operations for their type, where they are
    not Django's own.
    """
    backend: Any = type(configured)
    own = backend.__module__.startswith(f"django.db.backends.{offline.vendor}")
    if configured.vendor == offline.vendor:
        offline.settings_dict["NAME"] = str(configured.settings_dict["NAME"] or "")
        if not own:
            offline.ops = backend.ops_class(offline)
    return offline
