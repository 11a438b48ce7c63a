"""The facts of PostgreSQL."""

from __future__ import annotations

from ..base.backend import Backend as BaseBackend


class Backend(BaseBackend):
    """PostgreSQL."""

    flavour = "postgresql"
    cuts_names = True
    has_like_indexes = True
    has_column_checks = False
    has_exclusion_constraints = True
