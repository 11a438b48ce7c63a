"""Settings of the processes that copy: an SQLite file, and the leg's database.

A separate module, because the rest of the suite plays its migrations in apps
without models.
"""

from __future__ import annotations

import json
import os
from typing import Any

from tests import settings as suite

SOURCE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ.get("FKGUARD_COPY_SOURCE", ":memory:"),
    "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},
}


def target() -> dict[str, Any]:
    """Return the database of the leg that the copies go to."""
    if suite.LEG == "sqlite":
        return SOURCE | {"NAME": os.environ.get("FKGUARD_COPY_TARGET", ":memory:")}
    settings = suite.database(os.environ.get("FKGUARD_COPY_NAME", "copy"))
    if password := os.environ.get("FKGUARD_COPY_PASSWORD"):
        # Nobody listens there.
        settings |= {"PASSWORD": password, "PORT": "1"}
    if os.environ.get("FKGUARD_COPY_LOCAL_INFILE"):
        settings["OPTIONS"] = settings.get("OPTIONS", {}) | {"local_infile": True}
    return settings


DATABASES = {
    "default": SOURCE,
    "new": target(),
    # The same as the one before, by another name, host or user.
    "again": target() | json.loads(os.environ.get("FKGUARD_COPY_AGAIN", "{}")),
    "back": SOURCE | {"NAME": os.environ.get("FKGUARD_COPY_BACK", ":memory:")},
}
if old := os.environ.get("FKGUARD_COPY_OLD"):
    # Another server, which is the source.
    DATABASES["old"] = suite.database("old", old)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "fkguard",
    "tests.copying.stacks",
]
# The statements that DEBUG would keep are a part of what memory is measured on.
DEBUG = True
AUTH_USER_MODEL = "stacks.Librarian"
SECRET_KEY = "fkguard"
USE_TZ = not os.environ.get("FKGUARD_COPY_NAIVE")
TIME_ZONE = "Europe/Vienna"
