"""The versions of Django that fkguard was read and tested on."""

from __future__ import annotations

import django

#: The newest series on which every use of private API was read and tested.
VERIFIED = (6, 1)


def series() -> tuple[int, int]:
    """Return the running Django as (major, minor)."""
    return django.VERSION[:2]
