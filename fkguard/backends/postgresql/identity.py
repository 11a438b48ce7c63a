"""Tell whether two connections lead to the same PostgreSQL database.

https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..base import identity as base
from ..base.identity import Answer, Verdict


@dataclass(frozen=True, kw_only=True)
class Facts(base.Facts):
    #: Of the cluster, its standbys and its clones; None where the role may not ask.
    system: int | None
    #: The oid of the database.
    database: int
    is_standby: bool
    #: Table -> oid. Two schemas of one database hold different tables.
    tables: Mapping[str, int] = field(default_factory=dict)
    #: Tables that a logical subscription fills, and those that are published.
    subscribed: frozenset[str] = frozenset()
    published: frozenset[str] = frozenset()

    def compare(self, target: Facts, *, sees_marker: bool | None) -> Verdict:
        is_one = self.system is not None and (self.system, self.database) == (
            target.system,
            target.database,
        )
        if sees_marker:
            return self._compare_tables(target)
        if replicated := sorted(self.subscribed & target.published):
            return Verdict(
                answer=Answer.UNKNOWN,
                reason=f"The target publishes {', '.join(replicated)}, and the source "
                "has a subscription that fills them.",
                advice="Drop the subscription in the source.",
            )
        if not self.is_standby and not (is_one and sees_marker is None):
            # What is committed on a server is visible to all of its sessions. A
            # clone has the system identifier, and other rows.
            return Verdict(
                answer=Answer.DIFFERENT,
                reason="A table that is created in the target is not in the source.",
            )
        if not is_one and None not in (self.system, target.system):
            return Verdict(
                answer=Answer.DIFFERENT,
                reason="The system identifier or the oid of the database differs.",
            )
        if is_one:
            return Verdict(
                answer=Answer.UNKNOWN,
                reason="The system identifier and the oid of the database are the "
                "same, as they are on a standby, which may lag behind.",
                advice="Copy from a server that is not a standby of the target.",
            )
        return Verdict(
            answer=Answer.UNKNOWN,
            reason="The source is a standby, and the role may not execute "
            "pg_control_system(), which identifies its primary.",
            advice="GRANT EXECUTE ON FUNCTION pg_control_system() to the roles of "
            "both connections, or copy from the primary.",
        )

    def _compare_tables(self, target: Facts) -> Verdict:
        shared = {*self.tables.values()} & {*target.tables.values()}
        if self.tables and target.tables and not shared:
            return Verdict(
                answer=Answer.DIFFERENT, reason="They are two schemas of one database."
            )
        return Verdict(
            answer=Answer.SAME,
            reason="The source is a standby of the target."
            if self.is_standby
            else "A table that is created in one is in both.",
        )


class Identity(base.Identity):
    """PostgreSQL: the system identifier, and the oids of the database and tables."""

    family: ClassVar[str] = "postgresql"

    def facts(self, tables: Sequence[str]) -> Facts:
        fetch = self.transfer.fetch
        [[database, is_standby, may_ask]] = fetch(
            "SELECT oid::bigint, pg_is_in_recovery(), "
            "has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') "
            "FROM pg_database WHERE datname = current_database()"
        )
        system = (
            int(
                fetch("SELECT system_identifier FROM pg_catalog.pg_control_system()")[
                    0
                ][0]
            )
            if may_ask
            else None
        )
        names = {self.statements.quote(each): each for each in tables}
        found = fetch(
            "SELECT given.name, c.oid::bigint, c.relkind::text, "
            "EXISTS (SELECT 1 FROM pg_subscription_rel WHERE srrelid = c.oid), "
            "EXISTS (SELECT 1 FROM pg_publication_tables p WHERE p.tablename = "
            "c.relname AND p.schemaname = c.relnamespace::regnamespace::text) "
            "FROM unnest(%s::text[]) given(name) "
            "JOIN pg_class c ON c.oid = to_regclass(given.name)",
            [[*names]],
        )
        rows = [(names[row[0]], *row[1:]) for row in found]
        return Facts(
            system=system,
            database=int(database),
            is_standby=bool(is_standby),
            tables={name: int(oid) for name, oid, *_ in rows},
            borrowed=tuple(name for name, _, kind, *_ in rows if kind not in "rp"),
            subscribed=frozenset(row[0] for row in rows if row[3]),
            published=frozenset(row[0] for row in rows if row[4]),
        )

    def sees(self, marker: str) -> bool | None:
        # In the catalogue: another role may not be allowed to read the table.
        return bool(
            self.transfer.fetch(
                "SELECT 1 FROM pg_catalog.pg_class WHERE relname = %s", [marker]
            )
        )
