"""The model that the admin's permission belongs to; it has no table."""

from __future__ import annotations

from django.db import models


class ConstraintGuard(models.Model):
    """Stands for the page in the admin's index and in the list of permissions."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = "constraint guard"
        verbose_name_plural = "constraint guard"

    def __str__(self) -> str:
        return "fkguard"
