"""Statements that close a gap on MariaDB: where it differs from MySQL.

https://mariadb.com/kb/en/innodb-online-ddl-overview/
"""

from __future__ import annotations

from ...schema.catalogue import Table
from ...schema.constraints import Constraint
from ..mysql.repairs import Repairs as MySQLRepairs


class Repairs(MySQLRepairs):
    """MariaDB's statements."""

    def enforce(self, table: Table, constraint: Constraint) -> list[str]:
        return []  # It knows no NOT ENFORCED.
