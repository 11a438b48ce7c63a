"""SQLite without a database; its driver comes with Python."""

from __future__ import annotations

from dataclasses import replace
from sqlite3 import sqlite_version_info

from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.backends.sqlite3.features import DatabaseFeatures
from django.db.backends.sqlite3.operations import DatabaseOperations

from ...schema.catalogue import Server
from ..base import offline


class Offline(offline.Offline):
    vendor = "sqlite"
    flavour = "sqlite"
    #: Django reads the features off the library that Python was built with.
    oldest = sqlite_version_info
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    data_types = DatabaseWrapper.data_types
    data_types_suffix = DatabaseWrapper.data_types_suffix
    data_type_check_constraints = DatabaseWrapper.data_type_check_constraints

    @property
    def server(self) -> Server:
        return replace(super().server, finds_tables_in_any_case=True)
