"""Give the tests a lab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import FLAVOUR, Lab
from tests.settings import LEG


@pytest.fixture
def lab(transactional_db: None) -> Iterator[Lab]:
    """Return migrations and a database to play scenarios with."""
    with Lab() as each:
        yield each


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "flavours(*names): the databases or legs that the test is about"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect, and so count, what another database is to be asked."""
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("flavours")
        is_meant = mark is None or not {FLAVOUR, LEG}.isdisjoint(mark.args)
        (chosen if is_meant else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen
