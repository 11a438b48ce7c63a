"""Settings of the processes that `benchmarks.copying` measures.

``FKGUARD_BENCH_SOURCE`` is the SQLite file, ``FKGUARD_BENCH_DATABASE`` and
``FKGUARD_BENCH_NAME`` say where its rows go, as in ``benchmarks/settings.py``.
"""

from __future__ import annotations

import os

from benchmarks.settings import SECRET_KEY, database

__all__ = ("SECRET_KEY",)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("FKGUARD_BENCH_SOURCE", ":memory:"),
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},
    },
    "new": database(os.environ.get("FKGUARD_BENCH_NAME", ":memory:")),
}
if "mysql" in DATABASES["new"]["ENGINE"] and os.environ.get("FKGUARD_BENCH_LOCAL"):
    DATABASES["new"]["OPTIONS"]["local_infile"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "benchmarks.copied",
    "fkguard",
]
USE_TZ = True
