"""The facts of MariaDB."""

from __future__ import annotations

from ..mysql.backend import Backend as MySQLBackend
from ..mysql.backend import number_of

#: Versions in a comment that MariaDB takes for features of MySQL which it has not.
_MYSQL_ALONE = range(50700, 100000)


class Backend(MySQLBackend):
    """MariaDB."""

    flavour = "mariadb"
    checks_tables_created_later = False
    missing_table_error = "error 1005, errno 150"
    references_any_index = True
    references_from_virtual_columns = True

    def runs_comment(self, version: tuple[int, ...], number: int, mark: str) -> bool:
        return number <= number_of(version) and number not in _MYSQL_ALONE
