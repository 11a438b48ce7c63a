"""SQL and error codes of the claim on PostgreSQL."""

from __future__ import annotations

from django.db.utils import Error

from ..base.claims import TABLE, Reason
from ..base.claims import Claims as BaseClaims

#: https://www.postgresql.org/docs/current/errcodes-appendix.html
REASONS: dict[str, Reason] = {
    "42P01": Reason.MISSING,
    "42P07": Reason.CONFLICT,
    "23505": Reason.CONFLICT,
    "40001": Reason.CONFLICT,
    "40P01": Reason.CONFLICT,
    # Lock not available, and a statement_timeout while waiting for one.
    "55P03": Reason.CONFLICT,
    "57014": Reason.CONFLICT,
    "42501": Reason.FORBIDDEN,
    "25006": Reason.READ_ONLY,
}


class Claims(BaseClaims):
    """The claim on PostgreSQL."""

    clock = "clock_timestamp()"
    clock_type = "timestamp with time zone"
    look = (
        "SELECT current_schema(), EXISTS (SELECT 1 FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE n.nspname = current_schema() AND c.relname = '{TABLE}')"
    )
    # A holder in the middle of a transaction keeps its claim: see `hold`.
    is_unchanged = (
        "id = (SELECT id FROM {table} WHERE id = 1 AND token = %s AND beat = %s "
        "AND challenger = %s FOR UPDATE NOWAIT)"
    )
    # `token` is unique, so that taking the claim changes a key, and a beat does not:
    # https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
    hold = "SELECT 1 FROM {table} WHERE id = 1 AND token = %s FOR KEY SHARE"

    def reason(self, error: Error) -> Reason:
        # psycopg calls it sqlstate, psycopg2 pgcode.
        cause = error.__cause__
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
        return REASONS.get(state or "", Reason.OTHER)
