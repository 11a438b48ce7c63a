"""The facts of MariaDB."""

from __future__ import annotations

from ..mysql.backend import Backend as MySQLBackend


class Backend(MySQLBackend):
    """MariaDB."""

    flavour = "mariadb"
