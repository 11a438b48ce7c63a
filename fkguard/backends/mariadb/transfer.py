"""Read rows from MariaDB, and write them there."""

from __future__ import annotations

from ..mysql.transfer import Transfer

__all__ = ("Transfer",)
