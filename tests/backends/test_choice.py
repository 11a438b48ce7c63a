"""The choice of the vendor package."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from django.db import connection

from fkguard import backends
from fkguard.backends.mariadb.introspection import Introspection as MariaDB
from fkguard.backends.mysql.introspection import Introspection as MySQL
from fkguard.backends.postgresql.introspection import Introspection as PostgreSQL
from fkguard.backends.sqlite.introspection import Introspection as SQLite
from fkguard.errors import UnknownVendor

from .conftest import FLAVOUR


@pytest.mark.parametrize(
    ("facts", "flavour", "reader"),
    [
        ({"vendor": "postgresql"}, "postgresql", PostgreSQL),
        ({"vendor": "sqlite"}, "sqlite", SQLite),
        ({"vendor": "mysql", "mysql_is_mariadb": False}, "mysql", MySQL),
        ({"vendor": "mysql", "mysql_is_mariadb": True}, "mariadb", MariaDB),
    ],
)
def test_vendor_chooses_the_package(
    facts: dict[str, object], flavour: str, reader: type
) -> None:
    wrapper = SimpleNamespace(alias="default", **facts)
    assert backends.flavour_of(wrapper) == flavour  # type: ignore[arg-type]
    assert type(backends.introspection_for(wrapper)) is reader  # type: ignore[arg-type]


def test_unknown_vendor_is_named() -> None:
    wrapper = SimpleNamespace(alias="ledgers", vendor="oracle")
    with pytest.raises(UnknownVendor) as caught:
        backends.introspection_for(wrapper)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "The database 'ledgers' is of the vendor 'oracle', which fkguard does not "
        "support. It supports postgresql, mysql, mariadb, sqlite."
    )


@pytest.mark.django_db
def test_this_run_uses_the_database_it_says() -> None:
    assert backends.flavour_of(connection) == FLAVOUR
    assert backends.introspection_for(connection).server().flavour == FLAVOUR


def test_member_is_looked_up_by_flavour() -> None:
    assert backends.member("mariadb", "introspection", "Introspection") is MariaDB
    with pytest.raises(UnknownVendor):
        backends.member("oracle", "introspection", "Introspection")
    assert "fkguard.backends.oracle" not in sys.modules
