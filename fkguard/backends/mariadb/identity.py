"""Tell whether two connections lead to the same schema of MariaDB."""

from __future__ import annotations

from ..mysql.identity import Identity

__all__ = ("Identity",)
