"""Keep the garbage collector from looking at what lives as long as a run of migrate."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Python 3.12 begins with 375 frozen objects of its own, other versions with none.
INTERPRETERS_OWN = 1000

#: How many times as many objects there may be until garbage is looked for.
GROWTH = 2

_is_spared = False
#: How many objects came, at most, since garbage was looked for last.
_came = 0
#: How many there were then: None before the first run and 0 in it, since counting
#: passes through them all and only the second run needs the number.
_known: int | None = None


@contextmanager
def spared() -> Iterator[None]:
    """Take what there is from the collector's sight, and give it back at the end.

    Django makes garbage with every model that it renders, and each round of the
    collector would pass through all modules and models, and what the guard knows: a
    tenth of a long ``migrate``. A program that has frozen something itself is left
    alone. https://docs.python.org/3/library/gc.html#gc.freeze
    """
    global _is_spared
    if _is_spared:
        _freeze()  # What came since.
        yield
        return
    # PyPy's collector has nothing of the kind.
    if not hasattr(gc, "freeze") or gc.get_freeze_count() > INTERPRETERS_OWN:
        yield
        return
    _is_spared = True
    _freeze()
    _look_for_garbage()
    try:
        yield
    finally:
        _is_spared = False
        gc.unfreeze()


def _freeze() -> None:
    """Freeze, and keep what the collector's counters say, which freezing sets back."""
    global _came
    young, middle, old = gc.get_count()
    of_young, of_middle, _ = gc.get_threshold()
    # The older counters say how often the younger ones came to their threshold.
    _came += young + of_young * (middle + of_middle * old)
    gc.freeze()


def _look_for_garbage() -> None:
    """Collect what has gathered in a process of many short runs, as of a test suite.

    With its counters at zero after every run the collector would never get to it.
    """
    global _came, _known
    if _known and _came > (GROWTH - 1) * _known:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        _known = 0
    if not _known:
        _came = 0
        _known = 0 if _known is None else gc.get_freeze_count()
