"""Settings of one backend of another package: FKGUARD_BACKEND is its ENGINE."""

from __future__ import annotations

import os
from typing import Any

from tests.settings import (  # noqa: F401
    DEFAULT_AUTO_FIELD,
    INSTALLED_APPS,
    SECRET_KEY,
    USE_TZ,
    database,
)

ENGINE = os.environ["FKGUARD_BACKEND"]
DATABASES: dict[str, dict[str, Any]] = {
    alias: database(alias) | {"ENGINE": ENGINE} for alias in ("default", "other")
}
if ENGINE == "psqlextra.backend":
    INSTALLED_APPS = ["django.contrib.postgres", "psqlextra", *INSTALLED_APPS]
elif ENGINE == "django_tenants.postgresql_backend":
    # The public schema alone; a tenant's is one more search path.
    SHARED_APPS = TENANT_APPS = INSTALLED_APPS
    TENANT_MODEL, TENANT_DOMAIN_MODEL = "testapp.Tenant", "testapp.Domain"
    DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
