"""The app config of the admin page."""

from __future__ import annotations

from django.apps import AppConfig


class FkguardAdminConfig(AppConfig):
    name = "fkguard.contrib.admin"
    label = "fkguard_admin"
    verbose_name = "fkguard"
    default_auto_field = "django.db.models.BigAutoField"
