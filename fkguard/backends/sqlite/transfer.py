"""Read rows from SQLite and write them there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.utils import OperationalError

from ...schema.catalogue import Column
from ..base import transfer as base
from ..base.transfer import Block, Carried, Row, insert


class Transfer(base.Transfer):
    """SQLite, which stores what it is given whatever the column's type says."""

    mark: ClassVar[str] = "?"
    can_defer: ClassVar[bool] = True
    takes_nan: ClassVar[bool] = False
    way_in = "executemany()"
    ignores_lengths = True
    takes_lone_surrogates = True

    def expression(self, column: Carried) -> str:
        # The plus hides the declared type, by which Django's converters go: they
        # raise on a value that is no date, and the copy has to report it.
        return f"+{self.statements.name(column.name)}"

    def page(
        self,
        table: str,
        columns: Sequence[Carried],
        key: Sequence[str],
        after: Sequence[Any] | None,
        limit: int,
    ) -> list[Row]:
        try:
            return super().page(table, columns, key, after, limit)
        except OperationalError as error:
            if "decode" not in str(error):
                raise
        raw: Any = self.connection.connection
        factory = raw.text_factory
        # What is no UTF-8 comes as lone surrogates, which no database takes.
        raw.text_factory = lambda text: text.decode(errors="surrogateescape")
        try:
            return super().page(table, columns, key, after, limit)
        finally:
            raw.text_factory = factory

    def behind(
        self, key: Sequence[str], after: Sequence[Any] | None
    ) -> tuple[str, list[Any]]:
        sql, params = super().behind(key, after)
        if not any(map(_is_no_unicode, params)):
            return sql, params
        # The driver takes no lone surrogate; SQLite takes the bytes that it was.
        parts = sql.split(self.mark)
        marks = [
            f"CAST({self.mark} AS TEXT)" if _is_no_unicode(each) else self.mark
            for each in params
        ]
        sql = "".join(
            part + mark for part, mark in zip(parts, [*marks, ""], strict=True)
        )
        return sql, [
            each.encode(errors="surrogateescape") if _is_no_unicode(each) else each
            for each in params
        ]

    def encode(self, columns: Sequence[Carried], block: Block) -> list[Row]:
        stored = [self._stored(c, v) for c, v in zip(columns, block, strict=True)]
        return list(zip(*stored, strict=True))

    def load(self, table: str, columns: Sequence[Carried], encoded: list[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        with self.cursor() as cursor:
            cursor.executemany(
                f"{insert(self.statements, table, columns)} VALUES ({marks})", encoded
            )

    def _stored(self, column: Carried, values: Sequence[Any]) -> Sequence[Any]:
        if column.kind in (base.DATETIME, base.TIME):
            # As Django writes them: without a fraction that is zero.
            return [v and v.removesuffix(".000000") for v in values]
        return values

    def fill(
        self, table: str, key: Sequence[Carried], column: Carried, block: Block
    ) -> None:
        where = " AND ".join(f"{self.statements.name(each.name)} = ?" for each in key)
        stored = [
            self._stored(c, v) for c, v in zip([*key, column], block, strict=True)
        ]
        with self.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {self.statements.quote(table)} "
                f"SET {self.statements.name(column.name)} = ? WHERE {where}",
                zip(stored[-1], *stored[:-1], strict=True),
            )

    def scratch(self, table: str, columns: Sequence[Column]) -> None:
        # CREATE TABLE AS forgets collations.
        parts = [
            self.statements.name(each.name)
            + (
                f" COLLATE {self.statements.name(each.collation)}"
                * bool(each.collation)
            )
            for each in columns
        ]
        self.execute(
            f"CREATE TEMPORARY TABLE {self.statements.name(base.SCRATCH)} "
            f"({', '.join(parts)})"
        )

    def compares_loosely(self, column: Column) -> bool:
        return column.collation.upper() not in ("", "BINARY")


def _is_no_unicode(value: Any) -> bool:
    return isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value)
