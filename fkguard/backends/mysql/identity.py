"""Tell whether two connections lead to the same schema of MySQL or MariaDB.

https://dev.mysql.com/doc/refman/en/replication-options.html#sysvar_server_uuid
https://galeracluster.com/library/documentation/galera-status-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.utils import Error

from ..base import identity as base
from ..base.identity import Answer, Verdict

#: Storage engines whose tables show the rows of other tables, or of other servers.
BORROWING = ("CONNECT", "FEDERATED", "MRG_MYISAM", "SPIDER")
NO_SUCH_TABLE, TABLE_IS_NEWER = 1146, 1412
#: The server does not know the statement, or the account lacks the privilege.
SYNTAX_ERROR, ACCESS_DENIED = 1064, 1227
VARIABLES = (
    "server_uuid",
    "server_id",
    "log_bin",
    "lower_case_table_names",
    "group_replication_group_name",
    "wsrep_on",
    "gtid_mode",
    "gtid_executed",
)


@dataclass(frozen=True, kw_only=True)
class Facts(base.Facts):
    schema: str
    #: Whether names of schemas differ by more than their case.
    is_case_sensitive: bool
    #: "" on MariaDB, whose servers have none.
    server: str
    #: Unique in a replication topology; servers that do not replicate share 1.
    number: int
    #: The Galera cluster and the replication group that the server belongs to.
    clusters: frozenset[str] = frozenset()
    #: Whether a binary log is written, without which a server feeds no replica.
    has_log: bool = True
    #: The servers that this one replicates from; None where it may not ask.
    sources: frozenset[str] | None = None
    #: UUIDs of the servers whose transactions it has; None without GTIDs.
    origins: frozenset[str] | None = None

    def compare(self, target: Facts, *, sees_marker: bool | None) -> Verdict:
        if sees_marker:
            return Verdict(
                answer=Answer.SAME, reason="A table that is created in one is in both."
            )
        if not self._is_same_schema(target):
            return Verdict(
                answer=Answer.DIFFERENT, reason="The names of the schemas differ."
            )
        if self.clusters & target.clusters:
            return Verdict(
                answer=Answer.SAME, reason="Both are nodes of the same cluster."
            )
        if sees_marker is None:
            return self._compare_servers(target)
        return self._compare_replication(target)

    def _is_same_schema(self, target: Facts) -> bool:
        if self.is_case_sensitive and target.is_case_sensitive:
            return self.schema == target.schema
        return self.schema.casefold() == target.schema.casefold()

    def _compare_servers(self, target: Facts) -> Verdict:
        """Compare where no marker could be looked for."""
        if self.server and self.server == target.server:
            return Verdict(
                answer=Answer.UNKNOWN,
                reason="The server's UUID and the schema's name are the same.",
                advice="Grant SELECT on the whole schema to the account of the source.",
            )
        if self.server and target.server:
            return self._compare_replication(target)
        return Verdict(
            answer=Answer.UNKNOWN,
            reason="The account may not read tables that are created in its schema.",
            advice="Grant SELECT on the whole schema to the account of the source.",
        )

    def _compare_replication(self, target: Facts) -> Verdict:
        """Say whether the source may be a replica that has not caught up."""
        different = Verdict(
            answer=Answer.DIFFERENT,
            reason="A table that is created in the target is not in the source.",
        )
        if self.sources is not None and target.server in self.sources - {""}:
            return Verdict(
                answer=Answer.SAME,
                reason="The source is a replica of the target.",
                advice="If it no longer is, run RESET REPLICA ALL there.",
            )
        if self.sources is not None and not self.sources:
            return different
        # A server applies no transaction that carries its own number.
        if not target.clusters and (not target.has_log or self.number == target.number):
            return different
        has_gtids = self.origins is not None and target.origins is not None
        if has_gtids and target.server and target.server not in (self.origins or ()):
            return different
        if self.sources is None:
            return Verdict(
                answer=Answer.UNKNOWN,
                reason="The source may be a replica of the target that lags behind "
                "it: its account may not read the state of replication.",
                advice="GRANT REPLICATION CLIENT ON *.* (MySQL) or REPLICA MONITOR "
                "ON *.* (MariaDB) to the account of the source.",
            )
        return Verdict(
            answer=Answer.UNKNOWN,
            reason="The source is a replica, and the target may be the server that "
            "its rows come from.",
            advice="Copy from a server that is not a replica.",
        )


class Identity(base.Identity):
    """MySQL and MariaDB: servers, clusters, replication and the schema's name."""

    family: ClassVar[str] = "mysql"

    def facts(self, tables: Sequence[str]) -> Facts:
        has = self._pairs("SHOW GLOBAL VARIABLES", VARIABLES)
        status = self._pairs("SHOW GLOBAL STATUS", ("wsrep_cluster_state_uuid",))
        clusters = {has.get("group_replication_group_name", "")}
        if has.get("wsrep_on") == "ON":
            clusters.add(status.get("wsrep_cluster_state_uuid", ""))
        is_tagged = has.get("gtid_mode", "").startswith("ON")
        # A UUID, and the intervals or tags of its transactions.
        origins = re.findall(
            r"(?:^|,)\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
            has.get("gtid_executed", "").lower(),
        )
        return Facts(
            schema=str(self.transfer.fetch("SELECT DATABASE()")[0][0]),
            is_case_sensitive=has["lower_case_table_names"] == "0",
            server=has.get("server_uuid", "").lower(),
            number=int(has["server_id"]),
            clusters=frozenset(each.lower() for each in clusters if each),
            has_log=has.get("log_bin") == "ON",
            sources=self._sources(),
            origins=frozenset(origins) if is_tagged else None,
            borrowed=self._borrowed(tables),
        )

    def _pairs(self, show: str, names: Sequence[str]) -> dict[str, str]:
        marks = ", ".join(["%s"] * len(names))
        found = self.transfer.fetch(
            f"{show} WHERE VARIABLE_NAME IN ({marks})", list(names)
        )
        return {str(name).lower(): str(value) for name, value in found}

    def _sources(self) -> frozenset[str] | None:
        for statement in (
            "SHOW ALL SLAVES STATUS",
            "SHOW REPLICA STATUS",
            "SHOW SLAVE STATUS",
        ):
            try:
                with self.transfer.cursor() as cursor:
                    cursor.execute(statement)
                    names = [each[0].lower() for each in cursor.description or ()]
                    rows = [dict(zip(names, row, strict=True)) for row in cursor]
            except Error as error:
                if error.args[0] == SYNTAX_ERROR:
                    continue
                if error.args[0] == ACCESS_DENIED:
                    return None
                raise
            return frozenset(
                str(row.get("source_uuid") or row.get("master_uuid") or "?").lower()
                for row in rows
            )
        return None

    def _borrowed(self, tables: Sequence[str]) -> tuple[str, ...]:
        found = self.transfer.fetch(
            "SELECT TABLE_NAME FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = DATABASE() "
            "AND (TABLE_TYPE LIKE %s OR UPPER(ENGINE) IN (%s, %s, %s, %s))",
            ["%VIEW", *BORROWING],
        )
        names = {str(row[0]).casefold() for row in found}
        return tuple(each for each in tables if each.casefold() in names)

    def sees(self, marker: str) -> bool | None:
        try:
            self.transfer.fetch(f"SELECT 1 FROM {self.statements.name(marker)}")
        except Error as error:
            if error.args[0] == NO_SUCH_TABLE:
                return False
            # The transaction is older than the table.
            return True if error.args[0] == TABLE_IS_NEWER else None
        return True

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let a node of a Galera cluster wait for what the others have committed."""
        has = self._pairs("SHOW SESSION VARIABLES", ("wsrep_on", "wsrep_sync_wait"))
        if has.get("wsrep_on") != "ON":
            with super().asking():
                yield
            return
        self.transfer.execute("SET SESSION wsrep_sync_wait = 15")
        try:
            with super().asking():
                yield
        finally:
            before: Any = has.get("wsrep_sync_wait", "0")
            self.transfer.execute("SET SESSION wsrep_sync_wait = %s", [int(before)])
