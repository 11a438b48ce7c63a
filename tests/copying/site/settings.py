"""Settings of the site: its database is `default`, before the move and after it.

As in ``benchmarks/settings.py``, ``FKGUARD_BENCH_DATABASE`` and ``FKGUARD_BENCH_NAME``
name that database. ``FKGUARD_SITE_OLD`` is the SQLite file that it moves from. Wagtail
asks `default` what kind it is, and has other models on each.
"""

from __future__ import annotations

import os

from benchmarks.settings import *  # noqa: F403
from benchmarks.settings import DATABASES

if old := os.environ.get("FKGUARD_SITE_OLD"):
    DATABASES["old"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": old}
ROOT_URLCONF = "tests.copying.site.urls"
MEDIA_ROOT = os.environ.get("FKGUARD_SITE_MEDIA", "")
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WAGTAILADMIN_BASE_URL = "http://testserver"
