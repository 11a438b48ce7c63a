"""Settings of Django's own tests on the leg's server."""

from __future__ import annotations

import json
import os
from typing import Any

import django

from tests.settings import LEG, database

DATABASES = {alias: database(alias) for alias in ("default", "other")}
if LEG == "sqlite":
    # As Django runs them: in memory, one for each alias.
    DATABASES = {alias: {"ENGINE": "django.db.backends.sqlite3"} for alias in DATABASES}
SECRET_KEY = "fkguard"
USE_TZ = False
if django.VERSION < (6, 0):
    # As Django's own settings of its tests have it.
    DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEST_RUNNER = "tests.djangosuite.runner.Runner"
FKGUARD: dict[str, Any] = json.loads(os.environ.get("FKGUARD_SUITE_SETTINGS", "{}"))
