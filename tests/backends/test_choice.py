"""The choice of the vendor package."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

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
    assert type(backends.backend_for(wrapper).introspection) is reader  # type: ignore[arg-type]


def test_unknown_vendor_is_named() -> None:
    wrapper = SimpleNamespace(alias="ledgers", vendor="oracle")
    with pytest.raises(UnknownVendor) as caught:
        backends.backend_for(wrapper)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "The database 'ledgers' is of the vendor 'oracle', which fkguard does not "
        "support. It supports postgresql, mysql, mariadb, sqlite."
    )


@pytest.mark.django_db
def test_this_run_uses_the_database_it_says() -> None:
    assert backends.flavour_of(connection) == FLAVOUR
    assert backends.backend_for(connection).introspection.server().flavour == FLAVOUR


def test_backend_is_looked_up_by_flavour() -> None:
    assert backends.backend_named("mariadb").flavour == "mariadb"
    with pytest.raises(UnknownVendor):
        backends.backend_named("oracle")
    assert "fkguard.backends.oracle" not in sys.modules


def test_facts_of_a_vendor_are_told_without_its_server() -> None:
    wrapper: Any = SimpleNamespace(alias="default", vendor="mysql")
    assert backends.facts_of(wrapper).indexes_foreign_keys

    wrapper.vendor = "oracle"
    assert backends.facts_of(wrapper).flavour == ""
