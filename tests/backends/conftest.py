"""Choose the tests of this run's database, and give them tables to read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from fkguard.backends import backend_for, flavour_of
from fkguard.schema.catalogue import Catalogue, Table
from fkguard.schema.constraints import Constraint
from tests.settings import LEG, NAME_SUFFIX

#: The database of this run, without its version.
FLAVOUR = LEG.rstrip("0123456789")
#: A schema beside the one that the tests live in, of this run alone.
ELSEWHERE = f"fkguard_elsewhere{NAME_SUFFIX}"


class Database:
    """The database of this run, and what a test made in it."""

    flavour = FLAVOUR

    def __init__(self) -> None:
        assert flavour_of(connection) == FLAVOUR
        self.introspection = backend_for(connection).introspection
        self.statements = backend_for(connection).statements

    def execute(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, None)

    def fetch(self, statement: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, None)
            return [tuple(row) for row in cursor.fetchall()]

    def read(self, *tables: str) -> Catalogue:
        return self.introspection.read(tables or None)

    def table(self, key: str) -> Table:
        table = self.introspection.read([key]).get(key)
        assert table is not None
        return table

    def constraint(self, key: str, name: str) -> Constraint:
        constraint = self.table(key).named(name)
        assert constraint is not None, self.table(key).constraints
        return constraint

    def clean(self) -> None:
        """Drop every table but those of Django."""
        kept = {"django_content_type", "django_migrations"}
        quote = self.statements.quote
        if FLAVOUR in ("mysql", "mariadb"):
            self.execute("SET foreign_key_checks = 0")
            self.execute(f"DROP DATABASE IF EXISTS {ELSEWHERE}")
        elif FLAVOUR == "postgresql":
            self.execute(f"DROP SCHEMA IF EXISTS {ELSEWHERE} CASCADE")
        else:
            self.execute("PRAGMA foreign_keys = OFF")
        cascade = " CASCADE" if FLAVOUR == "postgresql" else ""
        for table in self.introspection.read():
            if table.name not in kept:
                self.execute(f"DROP TABLE IF EXISTS {quote(table.name)}{cascade}")
        if FLAVOUR in ("mysql", "mariadb"):
            self.execute("SET foreign_key_checks = 1")
        elif FLAVOUR == "sqlite":
            self.execute("PRAGMA foreign_keys = ON")


@pytest.fixture
def database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Database]:
    """Return a database that the test may fill; it is emptied afterwards."""
    with django_db_blocker.unblock():
        made = Database()
        try:
            yield made
        finally:
            made.clean()
            connection.close()
