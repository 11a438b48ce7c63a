"""Give the tests a lab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Lab


@pytest.fixture
def lab(transactional_db: None) -> Iterator[Lab]:
    """Return migrations and a database to play scenarios with."""
    with Lab() as each:
        yield each
