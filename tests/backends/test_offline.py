"""What is written down of a database agrees with what Django says of it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection, models

from fkguard.backends import FLAVOURS, backend_named, flavour_of, flavours_of
from fkguard.errors import NotConnected
from tests.settings import LEG

#: What a declaration asks of the features, here or in Django's own methods.
FEATURES = (
    "ignores_table_name_case",
    "supports_collation_on_charfield",
    "supports_comments",
    "supports_covering_indexes",
    "supports_deferrable_unique_constraints",
    "supports_expression_indexes",
    "supports_foreign_keys",
    "supports_nulls_distinct_unique_constraints",
    "supports_partial_indexes",
    "supports_stored_generated_columns",
    "supports_table_check_constraints",
    "supports_unlimited_charfield",
    "supports_virtual_generated_columns",
)
#: Relations have the type of what they reference; nobody can use the other one.
OTHERS = {"IPAddressField", "OneToOneField"}


@pytest.fixture
def offline(db: None):
    flavour = flavour_of(connection)
    version = connection.get_database_version()
    return backend_named(flavour).offline(version)


@pytest.mark.parametrize("feature", FEATURES)
def test_features_agree_with_django(offline, feature: str) -> None:
    live = bool(getattr(connection.features, feature))

    assert bool(getattr(offline.features, feature)) == live


def test_types_agree_with_django(offline) -> None:
    fields = [
        models.CharField(max_length=30),
        models.DecimalField(max_digits=5, decimal_places=2),
        models.PositiveIntegerField(),
        *(
            getattr(models, name)()
            for name in connection.data_types
            if name not in {"CharField", "DecimalField", *OTHERS}
        ),
    ]
    for field in fields:
        field.set_attributes_from_name("number")
        assert field.db_parameters(offline) == field.db_parameters(connection)
        assert field.db_type_suffix(offline) == field.db_type_suffix(connection)
        assert field.rel_db_type(offline) == field.rel_db_type(connection)


def test_every_type_of_django_is_known(offline) -> None:
    known, types = set(offline.data_types), set(connection.data_types)
    assert known - {"OneToOneField"} == types - {"OneToOneField"}


def test_names_are_as_long_as_django_allows(offline) -> None:
    assert offline.ops.max_name_length() == connection.ops.max_name_length()
    assert offline.ops.quote_name("book") == connection.ops.quote_name("book")


def test_flavour_is_one_of_those_that_the_engine_serves() -> None:
    assert LEG.rstrip("0123456789") in flavours_of(connection)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_server_is_not_asked(flavour: str) -> None:
    with pytest.raises(NotConnected, match="without a connection"):
        backend_named(flavour).offline().cursor()


@pytest.mark.kind("project")
@pytest.mark.smoke
def test_no_driver_is_imported() -> None:
    code = """
import sys
sys.modules.update(dict.fromkeys(["MySQLdb", "psycopg", "psycopg2"]))
from django.conf import settings
settings.configure()
import django
django.setup()
from fkguard.backends import FLAVOURS, backend_named
from django.db import models
for flavour in FLAVOURS:
    offline = backend_named(flavour).offline()
    print(flavour, models.UUIDField().db_type(offline))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "postgresql uuid",
        "mysql char(32)",
        "mariadb uuid",
        "sqlite char(32)",
    ]
