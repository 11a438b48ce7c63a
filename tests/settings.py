"""
Settings of the test suite: which database, and nothing that tests something.

FKGUARD_TEST_DATABASE names the leg; the server's address is read from the
leg's URL variable. A leg without its URL is an error, never another database.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# The legs, and the variable that holds the URL of each one's server.
LEGS = {
    "sqlite": None,
    "postgresql": "FKGUARD_POSTGRES_URL",
    "postgresql18": "FKGUARD_PG18_URL",
    "mariadb": "FKGUARD_MARIADB_URL",
    "mariadb118": "FKGUARD_MARIADB118_URL",
    "mysql": "FKGUARD_MYSQL_URL",
}
LEG = os.environ.get("FKGUARD_TEST_DATABASE") or "sqlite"
if LEG not in LEGS:
    raise ValueError(f"FKGUARD_TEST_DATABASE is {LEG!r}, not one of {', '.join(LEGS)}.")

# Two runs never share a database: the suffix is the run's own. It is left in the
# environment so that sub-processes of a test find the databases of that test.
NAME_SUFFIX = os.environ.setdefault("FKGUARD_TEST_NAME_SUFFIX", f"_{os.getpid()}")
# The workers of pytest-xdist, "gw0" and on, have the environment of the process that
# started them.
if (WORKER := os.environ.get("PYTEST_XDIST_WORKER")) and not NAME_SUFFIX.endswith(
    f"_{WORKER}"
):
    NAME_SUFFIX += f"_{WORKER}"
    os.environ["FKGUARD_TEST_NAME_SUFFIX"] = NAME_SUFFIX


def database(alias: str, leg: str = LEG) -> dict[str, Any]:
    """
    Return the settings of a database on the server of a leg.

    NAME is already the test database's name, for sub-processes again: Django
    changes NAME in the process that runs the tests, and in no other.
    """
    name = f"test_fkguard{NAME_SUFFIX}"
    if alias != "default":
        name += f"_{alias}"
    variable = LEGS[leg]
    if variable is None:
        path = str(Path(tempfile.gettempdir(), f"{name}.sqlite3"))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {"init_command": "PRAGMA synchronous=OFF", "timeout": 20},
            "TEST": {"NAME": path},
        }
    if not os.environ.get(variable):
        raise ValueError(f"The leg {leg!r} needs {variable}.")
    url = urlsplit(os.environ[variable])
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "TEST": {"NAME": name},
    }
    if url.scheme in {"mysql", "mariadb"}:
        settings["ENGINE"] = "django.db.backends.mysql"
        settings["OPTIONS"] = {"charset": "utf8mb4"}
        settings["TEST"]["CHARSET"] = "utf8mb4"
    return settings


DATABASES = {alias: database(alias) for alias in ("default", "other")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "fkguard",
    "tests.testapp",
    "tests.otherapp",
]
SECRET_KEY = "fkguard"
USE_TZ = True
