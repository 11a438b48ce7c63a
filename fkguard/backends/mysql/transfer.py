"""Read rows from MySQL and MariaDB, and write them there.

With ``local_infile`` on both sides, blocks go through LOAD DATA LOCAL; otherwise
through INSERTs of many rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.utils import DataError

from ...schema.catalogue import Column
from ..base import text_format
from ..base import transfer as base
from ..base.transfer import SCRATCH, Block, Carried, insert

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from ..base.statements import Statements

#: The backslash first, as the others bring more of them.
_ESCAPES = (
    ("\\", "\\\\"),
    ("\0", "\\0"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("'", "\\'"),
    ('"', '\\"'),
    ("\x1a", "\\Z"),
)
#: STRICT: nothing is cut to fit. NO_AUTO_VALUE_ON_ZERO: a key of 0 stays 0.
SQL_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"
#: MySQL's latin1 is the cp1252 of others.
_CP1252 = bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore")
#: Charset -> the characters that it has, as a regular expression of the others.
REFUSED = {
    "utf8mb3": "[^\0-\uffff]",
    "utf8": "[^\0-\uffff]",
    "ascii": "[^\0-\x7f]",
    "latin1": f"[^\0-\x7f\xa0-\xff{_CP1252}]",
}


class Transfer(base.Transfer):
    """MySQL, and what MariaDB has in common with it."""

    text_bytes = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215}
    takes_infinity = False
    # A replicated server may have sql_require_primary_key, for temporary tables, too.
    scratch_key = " (fkguard_row bigint AUTO_INCREMENT PRIMARY KEY)"

    def __init__(self, connection: BaseDatabaseWrapper, statements: Statements) -> None:
        super().__init__(connection, statements)
        is_mariadb = getattr(connection, "mysql_is_mariadb", False)
        # MySQL error 3157; MariaDB's JSON_DEPTH_LIMIT, and its check JSON_VALID().
        self.deepest_document = 32 if is_mariadb else 100
        self.is_native_uuid = connection.features.has_native_uuid_field
        packet, is_allowed = self.fetch(
            "SELECT @@max_allowed_packet, @@GLOBAL.local_infile"
        )[0]
        self.packet = int(packet)
        options = connection.settings_dict.get("OPTIONS") or {}
        self.loads_files = bool(is_allowed and options.get("local_infile"))
        self.way_in = "LOAD DATA LOCAL" if self.loads_files else "INSERT of many rows"

    @property
    def largest_row(self) -> int | None:  # type: ignore[override]
        """Return what a packet holds, less the names around the values."""
        return self.packet - 8192

    @contextmanager
    def reading(self) -> Iterator[None]:
        if not self.connection.in_atomic_block:
            # Django asks for READ COMMITTED; this is for the next transaction only.
            self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with transaction.atomic(using=self.connection.alias):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        names = ("sql_mode", "foreign_key_checks", "unique_checks")
        before = self.fetch("SELECT " + ", ".join(f"@@SESSION.{n}" for n in names))[0]
        self._set(names, (SQL_MODE, 1, 1))
        try:
            yield
        finally:
            self._set(names, before)

    def _set(self, names: Sequence[str], values: Sequence[Any]) -> None:
        sets = ", ".join(f"SESSION {name} = %s" for name in names)
        self.execute(f"SET {sets}", list(values))

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        self._set(["foreign_key_checks"], [0])
        try:
            yield
        finally:
            self._set(["foreign_key_checks"], [1])

    def expression(self, column: Carried) -> str:
        name = self.statements.name(column.name)
        if column.kind in (base.DECIMAL, base.DATE, base.DATETIME, base.TIME):
            return f"CAST({name} AS CHAR)"
        if column.kind in (base.JSON, base.NATIVE):
            return f"CAST({name} AS CHAR CHARACTER SET utf8mb4)"
        if column.kind == base.UUID and self.is_native_uuid:
            return f"REPLACE(CAST({name} AS CHAR), '-', '')"
        return name

    # Writing

    def encode(self, columns: Sequence[Carried], block: Block) -> Any:
        if not self.loads_files:
            cells = [literals(c.kind, v) for c, v in zip(columns, block, strict=True)]
            return list(map(",".join, zip(*cells, strict=True)))
        cells = []
        for column, values in zip(columns, block, strict=True):
            if column.kind == base.BINARY:
                values = [v if v is None else v.hex() for v in values]
            cells.append(text_format.cells(values))
        text = text_format.lines(cells).replace("\0", "\\0")
        return text.encode(), len(block[0])

    def load(self, table: str, columns: Sequence[Carried], encoded: Any) -> None:
        if self.loads_files:
            self._load(table, columns, *encoded)
        else:
            head = f"{insert(self.statements, table, columns)} VALUES ("
            self._insert(head, encoded)

    def _insert(self, head: str, rows: list[str]) -> None:
        sql = f"{head}{'),('.join(rows)})"
        # Four bytes are the most that a letter takes.
        if len(sql) * 4 > self.packet and len(sql.encode()) > self.packet - 1024:
            if len(rows) == 1:
                raise DataError("A row is larger than max_allowed_packet.")
            half = len(rows) // 2
            self._insert(head, rows[:half])
            self._insert(head, rows[half:])
        else:
            self.execute(sql)

    def _load(
        self, table: str, columns: Sequence[Carried], text: bytes, rows: int
    ) -> None:
        """Load a block as a file; what the server only warns of is an error here.

        LOCAL means IGNORE to the server: a row that a key refuses is left out, and
        a text that is too long is cut.
        """
        names, sets = [], []
        for place, column in enumerate(columns):
            name = self.statements.name(column.name)
            if column.kind == base.BINARY:
                sets.append(f"{name} = UNHEX(@fkguard_{place})")
                name = f"@fkguard_{place}"
            names.append(name)
        with tempfile.NamedTemporaryFile(prefix="fkguard-") as file:
            file.write(text)
            file.flush()
            with self.cursor() as cursor:
                cursor.execute(
                    f"LOAD DATA LOCAL INFILE {literal(str(Path(file.name)))} "
                    f"INTO TABLE {self.statements.quote(table)} "
                    f"CHARACTER SET utf8mb4 ({', '.join(names)})"
                    + (f" SET {', '.join(sets)}" if sets else "")
                )
                taken = cursor.rowcount
                warnings: Any = ()
                if taken != rows or self.connection.connection.warning_count():
                    cursor.execute("SHOW WARNINGS LIMIT 1")
                    warnings = cursor.fetchall()
        if warnings or taken != rows:
            cause = warnings[0][2] if warnings else "no warning says why"
            raise DataError(f"{taken} of {rows} rows went in: {cause}")

    def fill(
        self, table: str, key: Sequence[Carried], column: Carried, block: Block
    ) -> None:
        name = self.statements.name
        columns = [Column(name=each.name, type="") for each in (*key, column)]
        self.scratch(table, columns)
        self.write(SCRATCH, (*key, column), block)
        pairs = " AND ".join(
            f"filled.{name(each.name)} = given.{name(each.name)}" for each in key
        )
        self.execute(
            f"UPDATE {name(SCRATCH)} given "
            f"STRAIGHT_JOIN {self.statements.quote(table)} filled ON {pairs} "
            f"SET filled.{name(column.name)} = given.{name(column.name)}"
        )
        self.drop_scratch()

    def drop_scratch(self) -> None:
        # DROP TABLE without TEMPORARY would commit the transaction.
        self.execute(f"DROP TEMPORARY TABLE IF EXISTS {self.statements.name(SCRATCH)}")

    def refuses(self, column: Column) -> str | None:
        return REFUSED.get(column.charset)

    def compares_loosely(self, column: Column) -> bool:
        # Even utf8mb4_bin pads with spaces; 0900_bin and nopad_bin alone do not.
        return bool(column.collation) and not column.collation.endswith(
            ("0900_bin", "nopad_bin")
        )


def literals(kind: str, values: Sequence[Any]) -> list[str]:
    """Return the values of a column as SQL."""
    if kind == base.BINARY:
        return ["NULL" if v is None else f"x'{v.hex()}'" for v in values]
    if kind in (base.INTEGER, base.BOOLEAN, base.FLOAT, base.DURATION):
        return ["NULL" if v is None else repr(v) for v in values]
    texts = text_format.escaped(["" if v is None else v for v in values], _ESCAPES)
    return [
        "NULL" if v is None else f"'{text}'"
        for v, text in zip(values, texts, strict=True)
    ]


def literal(text: str) -> str:
    return literals(base.TEXT, [text])[0]
