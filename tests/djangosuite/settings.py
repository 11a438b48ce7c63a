"""Settings of Django's own tests on the leg's server."""

from __future__ import annotations

import json
import os
from typing import Any

from tests.settings import LEG, database

DATABASES = {alias: database(alias) for alias in ("default", "other")}
if LEG == "sqlite":
    # As Django runs them: in memory, one for each alias.
    DATABASES = {alias: {"ENGINE": "django.db.backends.sqlite3"} for alias in DATABASES}
SECRET_KEY = "fkguard"
USE_TZ = False
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEST_RUNNER = "tests.djangosuite.runner.Runner"
FKGUARD: dict[str, Any] = json.loads(os.environ.get("FKGUARD_SUITE_SETTINGS", "{}"))
