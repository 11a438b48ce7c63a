"""Count how often a migration is applied."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db.models import F

#: Seconds that a data migration takes: long enough for others to make their plans.
SECONDS = 0.4


def counted(name: str, *, factor: int) -> Callable[[Any, Any], None]:
    """Return what multiplies prices, and counts that it did."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        alias = schema_editor.connection.alias
        book = apps.get_model("library", "Book").objects.using(alias)
        applied = apps.get_model("library", "Applied").objects.using(alias)
        time.sleep(SECONDS)
        book.update(price=F("price") * factor)
        applied.create(migration=name)

    return forwards
