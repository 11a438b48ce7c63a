"""The facts of PostgreSQL."""

from __future__ import annotations

from ..base.backend import Backend as BaseBackend


class Backend(BaseBackend):
    """PostgreSQL."""

    flavour = "postgresql"
    cuts_names = True
    folds_unquoted_names = True
    default_schema = "public"
    keeps_referenced_tables = True
    foreign_key_switch = "session_replication_role is replica"
    enforce_sql = "SET session_replication_role = 'origin'"
    compares_types_by_operator = True
    references_whole_keys = True
    has_like_indexes = True
    has_column_checks = False
    has_exclusion_constraints = True
