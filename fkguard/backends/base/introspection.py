"""Read the catalogue of a database: what every vendor shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.utils import Error

from ...errors import CatalogueUnreadable, first_line
from ...schema.catalogue import Catalogue, Server, Table
from ...schema.constraints import ForeignKey
from ...schema.identifiers import namer
from ...schema.names import join_key, split_key

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper


class Introspection(ABC):
    """The reader of one connection's catalogue.

    It holds no state but the connection: every call asks the database again, in
    a number of queries that does not depend on the number of tables.
    """

    flavour: ClassVar[str]
    #: Whether the server may accept a foreign key and make none.
    may_ignore_foreign_keys: ClassVar[bool] = False
    #: The character that Django puts around a name on this database.
    quote_character: ClassVar[str] = '"'

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def read(self, tables: Collection[str] | None = None) -> Catalogue:
        """Return the catalogue, of all tables or of the named keys.

        The tables whose foreign keys reference a named one always come along, so
        that the incoming foreign keys of what was asked for are complete. A name
        that is no table is left out.
        """
        with self._cursor() as cursor:
            server = self._server(cursor)
            if tables is not None and not tables:
                return Catalogue(server)
            return Catalogue(
                server, map(self.comparable, self._tables(cursor, server, tables))
            )

    def comparable(self, table: Table) -> Table:
        """Return a table whose names compare as the server compares them."""
        from .. import facts_of

        facts = facts_of(self.connection)
        name = namer(facts.names)
        if name is str:
            return table
        key = name if facts.compares_tables_alike else str
        return table.renamed(name, key)

    def read_with(self, known: Iterable[str]) -> Catalogue:
        """Return the catalogue of all tables, and of known ones in other schemas."""
        catalogue = self.read()
        elsewhere = [k for k in known if split_key(k)[0] and k not in catalogue]
        for table in self.read(elsewhere) if elsewhere else ():
            if table.name not in catalogue:
                catalogue.put(table)
        return catalogue

    def with_foreign_keys(self, tables: Collection[str], server: Server) -> Catalogue:
        """Return tables with their foreign keys, and perhaps more, as they are now.

        The server's facts are taken as they were read before.
        """
        return self.read(tables)

    def referencing_columns(self, tables: Collection[str]) -> set[tuple[str, str]]:
        """Return table and column of each foreign key of some tables.

        Where the server may make none in silence, it is asked in one query.
        """
        return {
            (table.name, column)
            for table in self.read(tables)
            if table.name in tables
            for foreign_key in table.of(ForeignKey)
            for column in foreign_key.columns
        }

    def server(self) -> Server:
        """Return the facts of the server and of this session on it."""
        with self._cursor() as cursor:
            return self._server(cursor)

    def is_in_the_way(self, key: str) -> bool:
        """Say whether CREATE TABLE would meet a table that the catalogue has."""
        return True

    def tables_with_orphans(self) -> tuple[str, ...]:
        """Return the tables that fail whatever migration runs: SQLite alone has any."""
        return ()

    def key(self, db_table: str) -> str:
        """Return the table key of a model's ``db_table``."""
        schema, name = self._split_name(db_table)
        return self._key(schema, name)

    @abstractmethod
    def _server(self, cursor: CursorWrapper) -> Server: ...

    @abstractmethod
    def _tables(
        self, cursor: CursorWrapper, server: Server, tables: Collection[str] | None
    ) -> Iterable[Table]: ...

    def _key(self, schema: str, name: str) -> str:
        return join_key(schema, name)

    def _split_name(self, db_table: str) -> tuple[str, str]:
        """Take apart what Django's ``quote_name()`` makes of `db_table`.

        Django leaves a name alone that begins and ends with a quote, and puts
        quotes around any other without a look at what is inside, which is what
        makes ``schema"."name`` work.
        """
        quote = self.quote_character
        inner = db_table
        if len(inner) > 1 and inner.startswith(quote) and inner.endswith(quote):
            inner = inner[1:-1]
        schema, separator, name = inner.partition(f"{quote}.{quote}")
        if not separator:
            schema, name = split_key(inner)
        return schema.replace(quote * 2, quote), name.replace(quote * 2, quote)

    @contextmanager
    def _cursor(self) -> Iterator[CursorWrapper]:
        """Open the one cursor of a reading; name what the database objects to."""
        try:
            with self.connection.cursor() as cursor:
                yield cursor
        except Error as error:
            raise CatalogueUnreadable(
                f"The catalogue of the database {self.connection.alias!r} could not "
                f"be read: {self._cause(error)}"
            ) from error

    def _cause(self, error: Error) -> str:
        """Return the first line of an error, without the connection's password."""
        text = first_line(error)
        password = str(self.connection.settings_dict.get("PASSWORD") or "")
        return text.replace(password, "***") if password else text

    @staticmethod
    def fetch(
        cursor: CursorWrapper, sql: str, params: Sequence[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a query on the catalogue and return its rows."""
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
