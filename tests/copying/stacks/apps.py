"""Configure an app that has a model of every kind."""

from django.apps import AppConfig


class StacksConfig(AppConfig):
    name = "tests.copying.stacks"
    label = "stacks"
    default_auto_field = "django.db.models.BigAutoField"
