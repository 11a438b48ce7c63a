"""Give the tests a lab."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import django
import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from fkguard.judgement.blocking_rows import BlockingRows
from tests.forking import template
from tests.harness import FLAVOUR, Lab
from tests.kinds import Processes, is_wanted
from tests.settings import LEG

processes = pytest.StashKey[Processes]()


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
    # An alias may be a second session of the database of another one.
    for each in connections.all(initialized_only=True):
        each.close()
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


@pytest.fixture
def uncounted_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows be in the way that `migrate` would count before the plan."""
    monkeypatch.setattr(BlockingRows, "count", lambda *args: None)


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "flavours(*names): the databases or legs that the test is about",
        "since(*version): the first Django that has what the test is about",
        "kind(name): the kind of the test, where tests/kinds.py finds another",
        "smoke: one of the few of its kind that each environment runs",
    ):
        config.addinivalue_line("markers", line)
    wanted = config.getoption("kind")
    if config.option.keyword or (wanted and "unit" not in wanted):
        # Snapshots belong to units: a run without some of them cannot tell the unused.
        config.option.disable_unused_snapshots = True
    config.stash[processes] = guard = Processes()
    start = subprocess.Popen.__init__

    def refuse_or_start(self: object, args: object, *more: object, **named: object):
        guard.refuse(args)
        start(self, args, *more, **named)  # type: ignore[call-overload]

    subprocess.Popen.__init__ = refuse_or_start  # type: ignore[method-assign]
    config.add_cleanup(lambda: setattr(subprocess.Popen, "__init__", start))


def pytest_sessionfinish() -> None:
    if template.cache_info().currsize:
        template().end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    guard = item.config.stash[processes]
    guard.item = item
    try:
        return (yield)
    finally:
        guard.item = None


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect, and so count, what another database, Django or leg is to be asked."""
    wanted = config.getoption("kind")
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        flavours = item.get_closest_marker("flavours")
        since = item.get_closest_marker("since")
        is_meant = not (
            (flavours and {FLAVOUR, LEG}.isdisjoint(flavours.args))
            or (since and since.args > django.VERSION)
        )
        is_chosen = is_meant and is_wanted(item, wanted)
        (chosen if is_chosen else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen
