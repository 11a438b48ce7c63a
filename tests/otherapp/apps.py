"""Configure an app whose migrations are written by the harness."""

from django.apps import AppConfig


class OtherAppConfig(AppConfig):
    name = "tests.otherapp"
    label = "otherapp"
    default_auto_field = "django.db.models.BigAutoField"
