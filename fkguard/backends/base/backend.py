"""What fkguard knows of a database: its facts, and the parts that deal with it."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from ...schema.catalogue import Server
    from ...schema.identifiers import Name
    from .claims import Claims
    from .compatibility import Compatibility
    from .effects import Consequences
    from .identity import Identity
    from .introspection import Introspection
    from .offline import Offline
    from .repairs import Repairs
    from .statements import Statements
    from .transfer import Transfer


class Backend:
    """A database as fkguard sees it, by its facts and through its parts.

    A fact is an attribute of the class, so that nobody has to ask a server for it. The
    parts are modules of the backend's package, imported when they are first needed.
    """

    #: "postgresql", "mysql", "mariadb" or "sqlite"; the name of the package.
    flavour: ClassVar[str] = ""

    # Names

    quote_character: ClassVar[str] = '"'
    #: How the names of columns and constraints compare; None for letter by letter.
    names: ClassVar[type[Name] | None] = None
    #: Whether the names of tables compare as those of columns do.
    compares_tables_alike: ClassVar[bool] = False
    #: Whether a name that is too long is cut without a word.
    cuts_names: ClassVar[bool] = False
    #: Whether SQL's names that stand in no quotes are folded to lower case.
    folds_unquoted_names: ClassVar[bool] = False
    #: The schema of tables that SQL names without one; "" for the database's own.
    default_schema: ClassVar[str] = ""
    #: Whether a foreign key has a name by which it can be dropped.
    names_foreign_keys: ClassVar[bool] = True

    # What Django makes of a model

    #: Whether Django changes most tables by making a new one of their rows.
    rebuilds_tables: ClassVar[bool] = False
    #: Whether a foreign key may reference a table that is not there yet.
    finds_tables_late: ClassVar[bool] = False
    #: Whether a foreign key is checked at the end of the transaction.
    defers_foreign_keys: ClassVar[bool] = True
    #: Whether a foreign key needs an index, and the server makes one where none is.
    indexes_foreign_keys: ClassVar[bool] = False
    #: Whether Django makes a second index of a text column for LIKE.
    has_like_indexes: ClassVar[bool] = False
    #: Whether the check of a field's type belongs to the column.
    has_column_checks: ClassVar[bool] = True
    #: Whether Django makes a ``unique_together`` as a unique index.
    makes_unique_indexes: ClassVar[bool] = False
    #: Whether a ``UniqueConstraint`` stands inside CREATE TABLE.
    has_inline_uniques: ClassVar[bool] = False
    has_exclusion_constraints: ClassVar[bool] = False

    # What the server does

    #: Whether a unique index is told from a unique constraint.
    keeps_indexes_apart: ClassVar[bool] = True
    #: Whether rows that a session did not check leave no mark on the foreign key.
    forgets_unchecked_rows: ClassVar[bool] = False
    #: Whether a column under ON DELETE SET NULL can become NOT NULL.
    takes_set_null_on_not_null: ClassVar[bool] = True
    #: Whether DROP TABLE is refused while a foreign key references the table.
    keeps_referenced_tables: ClassVar[bool] = False
    #: Whether comments may hold statements that the server runs.
    runs_comments: ClassVar[bool] = False
    #: Whether an atomic migration is rolled back when it fails.
    can_rollback_ddl: ClassVar[bool] = True
    #: Whether a table that is created later has to fit the foreign keys to its name.
    checks_tables_created_later: ClassVar[bool] = True
    #: How the error about a referenced table that does not exist is numbered.
    missing_table_error: ClassVar[str] = ""
    #: Whether the two ends of a foreign key need an operator "=", not the same type.
    compares_types_by_operator: ClassVar[bool] = False
    #: Whether the referenced columns have to be those of one key, no more and no fewer.
    references_whole_keys: ClassVar[bool] = False
    #: Whether any index that begins with the referenced columns will do.
    references_any_index: ClassVar[bool] = False
    #: Whether a virtual generated column can be one of a foreign key.
    references_from_virtual_columns: ClassVar[bool] = False
    #: Whether partitioned tables can have foreign keys, and be referenced by them.
    partitions_have_foreign_keys: ClassVar[bool] = True
    #: What a session switches foreign keys off with, for messages.
    foreign_key_switch: ClassVar[str] = "foreign_key_checks is off"
    #: What switches them on again, and what finds the rows that came meanwhile.
    enforce_sql: ClassVar[str] = "SET foreign_key_checks = 1"
    find_violations_sql: ClassVar[str] = ""

    def __init__(self, connection: BaseDatabaseWrapper | None = None) -> None:
        self.connection: Any = connection

    def runs_comment(self, version: tuple[int, ...], number: int, mark: str) -> bool:
        """Say whether a server runs the comment ``/*!80402 ... */`` as a statement.

        The mark is "M" in ``/*M!100100 ... */``, and else empty.
        """
        return False

    # Parts of a connection

    @property
    def introspection(self) -> Introspection:
        """Return the reader of the connection's catalogue."""
        reader: Introspection = self._part("introspection", "Introspection")(
            self.connection
        )
        return reader

    @cached_property
    def statements(self) -> Statements:
        """Return the builder of DDL. It needs no connection to build."""
        builder: Statements = self._part("statements", "Statements")(self.connection)
        return builder

    @cached_property
    def repairs(self) -> Repairs:
        """Return the builder of what closes gaps on the connection."""
        repairs: Repairs = self._part("repairs", "Repairs")(self.statements)
        return repairs

    @cached_property
    def claims(self) -> Claims:
        """Return the SQL and the error codes of the claim on the connection."""
        claims: Claims = self._part("claims", "Claims")(self.connection)
        return claims

    @cached_property
    def transfer(self) -> Transfer:
        """Return the end of a copy that reads or writes the connection's rows."""
        transfer: Transfer = self._part("transfer", "Transfer")(
            self.connection, self.statements
        )
        return transfer

    def identity(self, transfer: Transfer) -> Identity:
        """Return what tells the database of one end of a copy from others."""
        identity: Identity = self._part("identity", "Identity")(transfer)
        return identity

    # Parts of a server, known or only supposed

    def effects(self, server: Server) -> Consequences:
        """Return what knows the effect of each event on a server."""
        effects: Consequences = self._part("effects", "Consequences")(server)
        return effects

    def compatibility(self, server: Server) -> Compatibility:
        """Return what knows which columns of a server can be ends of a foreign key."""
        rules: Compatibility = self._part("compatibility", "Compatibility")(server)
        return rules

    def offline(self, version: tuple[int, ...] = (), alias: str = "default") -> Offline:
        """Return a stand-in for a connection to a server that nobody asks."""
        offline: Offline = self._part("offline", "Offline")(version, alias)
        return offline

    def _part(self, module: str, name: str) -> Any:
        package = __package__.rpartition(".")[0]
        return getattr(import_module(f"{package}.{self.flavour}.{module}"), name)
