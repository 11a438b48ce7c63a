"""
Settings of the library: a file of SQLite, or what the environment says.

LIBRARY_DATABASE names the database and LIBRARY_NAME what it is called there; the
address of a server is in the variable that the tests of fkguard use, too.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent

#: Database -> the variable that holds its server's URL.
SERVERS = {
    "sqlite": "",
    "postgresql": "FKGUARD_POSTGRES_URL",
    "postgresql18": "FKGUARD_PG18_URL",
    "mariadb": "FKGUARD_MARIADB_URL",
    "mariadb118": "FKGUARD_MARIADB118_URL",
    "mysql": "FKGUARD_MYSQL_URL",
}
SERVER = SERVERS[os.environ.get("LIBRARY_DATABASE", "sqlite")]
NAME = os.environ.get("LIBRARY_NAME", str(BASE_DIR / "library.sqlite3"))

if SERVER:
    url = urlsplit(os.environ[SERVER])
    is_mysql = url.scheme in {"mysql", "mariadb"}
    DATABASES = {
        "default": {
            "ENGINE": f"django.db.backends.{'mysql' if is_mysql else 'postgresql'}",
            "NAME": NAME,
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            "OPTIONS": {"charset": "utf8mb4"} if is_mysql else {},
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME}}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["catalog", "stock", "lending", "fkguard"]
SECRET_KEY = "library"
USE_TZ = True
