"""SQL and error codes of the claim on MySQL."""

from __future__ import annotations

from django.db.utils import Error

from ..base.claims import TABLE, Reason
from ..base.claims import Claims as BaseClaims

#: https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html
REASONS: dict[int, Reason] = {
    1146: Reason.MISSING,
    1050: Reason.CONFLICT,
    1062: Reason.CONFLICT,
    # Record has changed since last read (MariaDB with innodb_snapshot_isolation).
    1020: Reason.CONFLICT,
    1180: Reason.CONFLICT,
    # Lock wait timeout and deadlock; Galera reports a failed certification as 1213.
    1205: Reason.CONFLICT,
    1213: Reason.CONFLICT,
    # Group Replication: the transaction was rolled back by certification.
    3100: Reason.CONFLICT,
    3101: Reason.CONFLICT,
    1044: Reason.FORBIDDEN,
    1142: Reason.FORBIDDEN,
    1143: Reason.FORBIDDEN,
    1227: Reason.FORBIDDEN,
    1290: Reason.READ_ONLY,
    1792: Reason.READ_ONLY,
    1836: Reason.READ_ONLY,
}


class Claims(BaseClaims):
    """The claim on MySQL and MariaDB, also with Galera and Group Replication.

    An INSERT of the same primary key on two nodes is certified by the cluster, and
    one of the two fails: https://galeracluster.com/library/documentation/certification-based-replication.html
    """

    quote_character = "`"
    clock = "UTC_TIMESTAMP(6)"
    clock_type = "datetime(6)"
    # The default engine may have no transactions.
    table_options = " ENGINE = InnoDB"
    look = (
        "SELECT DATABASE(), EXISTS (SELECT 1 FROM information_schema.tables "
        f"WHERE table_schema = DATABASE() AND table_name = '{TABLE}')"
    )

    def reason(self, error: Error) -> Reason:
        number = error.args[0] if error.args else None
        if not isinstance(number, int):
            return Reason.OTHER
        return REASONS.get(number, Reason.OTHER)
