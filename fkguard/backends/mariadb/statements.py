"""Build MariaDB's DDL from structure: where it differs from MySQL's."""

from __future__ import annotations

from django.db.utils import Error

from ...schema.constraints import Check
from ..mysql.statements import Statements as MySQLStatements


class Statements(MySQLStatements):
    """MariaDB's statements.

    https://mariadb.com/kb/en/alter-table/
    """

    display_name = "MariaDB"
    drop_check = "DROP CONSTRAINT"
    has_expressions = False

    def is_done_already(self, error: Error, sql: str) -> bool:
        # A foreign key's name that is taken: no number of its own.
        if error.args[:1] == (1005,) and "errno: 121" in str(error):
            return True
        return super().is_done_already(error, sql)

    def _reason_against_level(self, check: Check) -> str:
        # DROP CONSTRAINT does not find it: 1091.
        if check.is_column_level:
            return "it is a part of its column, which needs a MODIFY"
        if not check.is_enforced:
            return "it has no NOT ENFORCED"
        return ""
