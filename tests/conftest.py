"""Give the tests a lab."""

from __future__ import annotations

from collections.abc import Iterator

import django
import pytest
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.harness import FLAVOUR, Lab
from tests.settings import LEG


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Make the test databases, also for tests that have no mark of pytest-django."""
    verbosity = request.config.option.verbose
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=verbosity,
            interactive=False,
            keepdb=django_db_keepdb and not django_db_createdb,
        )
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=verbosity)


@pytest.fixture
def lab(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    """Return migrations and a database to play scenarios with.

    It drops what it made: nothing is left for Django to flush after each test.
    """
    with django_db_blocker.unblock(), Lab() as each:
        yield each


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "flavours(*names): the databases or legs that the test is about"
    )
    config.addinivalue_line(
        "markers", "since(*version): the first Django that has what the test is about"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect, and so count, what another database or Django is to be asked."""
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        flavours = item.get_closest_marker("flavours")
        since = item.get_closest_marker("since")
        is_meant = not (
            (flavours and {FLAVOUR, LEG}.isdisjoint(flavours.args))
            or (since and since.args > django.VERSION)
        )
        (chosen if is_meant else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen
