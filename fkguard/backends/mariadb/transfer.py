"""Read rows from MariaDB, and write them there."""

from __future__ import annotations

from ...schema.catalogue import Column
from ..mysql import transfer as mysql

#: UUIDs that the type uuid rejects, as 10.11.18 and 11.8.9 do for all 65,536 pairs of
#: their seventh and ninth byte: the first of the two is 0x80 or more, which versions
#: from 8 on are, and the second one from 0x01 to 0x80.
REFUSED_UUIDS = "^.{12}[89a-f].{3}(?:80|[1-7]0|[0-7][1-9a-f])"


class Transfer(mysql.Transfer):
    """MariaDB, whose type uuid does not hold every UUID."""

    def refuses(self, column: Column) -> str | None:
        return REFUSED_UUIDS if column.type == "uuid" else super().refuses(column)
