"""MariaDB without a connection or a driver."""

from __future__ import annotations

from ..mysql.offline import Offline as MySQL


class Offline(MySQL):
    flavour = "mariadb"
    oldest = (10, 11)
    suffix = "-MariaDB"
