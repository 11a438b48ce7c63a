"""The app config."""

from __future__ import annotations

from django.apps import AppConfig


class FkguardConfig(AppConfig):
    name = "fkguard"
    verbose_name = "fkguard"
