"""SQL and error codes of the claim on MariaDB, which are those of MySQL."""

from __future__ import annotations

from ..mysql.claims import Claims as MySQLClaims


class Claims(MySQLClaims):
    """The claim on MariaDB."""
