"""The app config: patches, checks, signals."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import pre_migrate


def _before_migrate(*, using: str, plan: Any = (), **kwargs: Any) -> None:
    from .guard import run

    run.before_migrate(using, plan or [])


def _after_makemigrations(*, command: Any, changes: Any, **kwargs: Any) -> None:
    from .lint import makemigrations

    makemigrations.tell(command, changes)


class FkguardConfig(AppConfig):
    name = "fkguard"
    verbose_name = "fkguard"

    def ready(self) -> None:
        from . import checks as own
        from .guard import patches

        patches.install()
        patches.migrations_written.connect(
            _after_makemigrations, dispatch_uid="fkguard"
        )
        checks.register(own.check_settings, "fkguard")
        checks.register(own.check_patches, "fkguard")
        checks.register(own.check_databases, checks.Tags.database)
        checks.register(own.check_foreign_keys, checks.Tags.database)
        pre_migrate.connect(_before_migrate, sender=self, dispatch_uid="fkguard")
