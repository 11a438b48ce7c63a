"""The collector is spared while a run lasts, and given back after it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.migrations import DeleteModel, RunPython

from fkguard.guard import gc as collector
from fkguard.guard.gc import INTERPRETERS_OWN
from tests.harness import Lab
from tests.scenarios.builders import create, text

BOOK = create("Book", title=text())


@pytest.fixture
def frozen() -> Iterator[None]:
    """Let a program spare the collector by itself."""
    gc.freeze()
    yield
    gc.unfreeze()


def say_how_many_are_spared(apps: Any, editor: Any) -> None:
    raise ValueError(gc.get_freeze_count())


def test_collector_is_spared_while_a_plan_runs(lab: Lab) -> None:
    lab.write([BOOK, RunPython(say_how_many_are_spared)])

    error = lab.migrate(mode="strict").error

    assert isinstance(error, ValueError)
    assert error.args[0] > INTERPRETERS_OWN
    assert gc.get_freeze_count() <= INTERPRETERS_OWN


@pytest.mark.usefixtures("frozen")
def test_collector_of_a_program_that_spares_it_is_left_alone(lab: Lab) -> None:
    lab.write([BOOK])

    assert lab.migrate(mode="strict").error is None

    assert gc.get_freeze_count() > INTERPRETERS_OWN


class Garbage:
    """Something that only the collector gets rid of."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    """Collect where somebody asks for it alone."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nothing_collected")
def test_garbage_of_many_runs_is_collected(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run sets the counters back, by which Python gets to old garbage."""
    # As many objects as there are cannot have come since.
    monkeypatch.setattr(collector, "_known", len(gc.get_objects()))
    monkeypatch.setattr(collector, "_came", 0)
    garbage = weakref.ref(Garbage())
    lab.write([BOOK], [DeleteModel("Book")])
    lab.migrate(mode="strict")
    assert garbage() is not None
    monkeypatch.setattr(collector, "_known", 1)

    lab.write([BOOK])
    lab.migrate(mode="strict")

    assert garbage() is None
