"""
Settings of what is played on a set-up.

FKGUARD_SETUP is JSON: the URLs of the nodes by name, what is set for each connection,
and the name of the database. The first node is `default`, and every node is an alias.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import unquote, urlsplit

SETUP: dict[str, Any] = json.loads(os.environ["FKGUARD_SETUP"])


def database(address: str) -> dict[str, Any]:
    """Return the settings of a connection to a node."""
    url = urlsplit(address)
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": SETUP["name"],
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname,
        "PORT": str(url.port),
        **SETUP["settings"],
    }
    if url.scheme == "mysql":
        settings["ENGINE"] = "django.db.backends.mysql"
        settings["OPTIONS"] = {"charset": "utf8mb4", **settings.get("OPTIONS", {})}
    return settings


NODES: dict[str, str] = SETUP["nodes"]
DATABASES = {
    "default": database(next(iter(NODES.values()))),
    **{name: database(address) for name, address in NODES.items()},
}
# Another database of the same server, to copy to.
DATABASES["elsewhere"] = {
    **DATABASES["default"],
    "NAME": f"{SETUP['name']}_elsewhere",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    # Its permissions are created at the end of each migrate.
    "django.contrib.auth",
    "fkguard",
    "tests.clusters.library",
]
SECRET_KEY = "fkguard"
USE_TZ = True
