"""Settings of the benchmark: wagtail's own apps, and fkguard where it is asked for.

``FKGUARD_BENCH_DATABASE`` names the database as ``tests/settings.py`` does,
``FKGUARD_BENCH_NAME`` the one to migrate, and ``FKGUARD_BENCH_GUARDED`` puts
fkguard into ``INSTALLED_APPS``.
"""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import unquote, urlsplit

SECRET_KEY = "benchmark"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "benchmarks.urls"
STATIC_URL = "/static/"
WAGTAIL_SITE_NAME = "benchmark"
WAGTAILADMIN_BASE_URL = "http://localhost"

INSTALLED_APPS = [
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.styleguide",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database -> the variable that holds its server's URL, as scripts/servers.py has it.
SERVERS = {
    "postgresql": "FKGUARD_POSTGRES_URL",
    "postgresql18": "FKGUARD_PG18_URL",
    "mariadb": "FKGUARD_MARIADB_URL",
    "mariadb118": "FKGUARD_MARIADB118_URL",
    "mysql": "FKGUARD_MYSQL_URL",
}


def database(name: str, kind: str = "") -> dict[str, Any]:
    """Return the settings of the database that a process migrates."""
    kind = kind or os.environ.get("FKGUARD_BENCH_DATABASE", "sqlite")
    if kind == "sqlite":
        # Without the waits for the disk, which would hide what Python costs.
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},
        }
    url = urlsplit(os.environ[SERVERS[kind]])
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
    }
    if url.scheme in {"mysql", "mariadb"}:
        settings["ENGINE"] = "django.db.backends.mysql"
        settings["OPTIONS"] = {"charset": "utf8mb4"}
    return settings


DATABASES = {"default": database(os.environ.get("FKGUARD_BENCH_NAME", ":memory:"))}
if os.environ.get("FKGUARD_BENCH_LARGE"):
    # The app that benchmarks.many_tables writes, and nothing of wagtail's.
    sys.path.insert(0, os.environ["FKGUARD_BENCH_LARGE"])
    INSTALLED_APPS = ["django.contrib.contenttypes", "large"]
if os.environ.get("FKGUARD_BENCH_GUARDED"):
    INSTALLED_APPS.append("fkguard")
if "postgresql" in DATABASES["default"]["ENGINE"]:
    INSTALLED_APPS.append("django.contrib.postgres")
if "mysql" in DATABASES["default"]["ENGINE"]:
    # MySQL and MariaDB make no conditional unique, and strict says so.
    FKGUARD = {
        "ACKNOWLEDGED": {
            "wagtailcore.0080_generic_workflowstate": [
                ("E501", "unique_in_progress_workflow", "wagtail checks it itself")
            ]
        }
    }
