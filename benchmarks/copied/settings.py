"""Settings of the processes that `benchmarks.copying` measures.

``FKGUARD_BENCH_SOURCE`` is the SQLite file, ``FKGUARD_BENCH_DATABASE`` and
``FKGUARD_BENCH_NAME`` say where its rows go, as in ``benchmarks/settings.py``.
``FKGUARD_BENCH_OLD`` names a server that the rows are read from instead of the file.
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
if old := os.environ.get("FKGUARD_BENCH_OLD"):
    name = f"{os.environ.get('FKGUARD_BENCH_NAME')}_old"
    DATABASES["old"] = database(name, old)
if os.environ.get("FKGUARD_BENCH_LOCAL"):
    for each in DATABASES.values():
        if "mysql" in each["ENGINE"]:
            each["OPTIONS"]["local_infile"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "benchmarks.copied",
    "fkguard",
]
USE_TZ = True
