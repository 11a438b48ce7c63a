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
#: How many objects there were when garbage was looked for last.
_known = 0


@contextmanager
def spared() -> Iterator[None]:
    """Take what there is from the collector's sight, and give it back at the end.

    Django makes garbage with every model that it renders, and each round of the
    collector would pass through all modules and models, and what the guard knows: a
    tenth of a long ``migrate``. A program that has frozen something itself is left
    alone. https://docs.python.org/3/library/gc.html#gc.freeze

    Sparing sets the collector's counters back, so that it would never get to old
    garbage in a process of many short runs, as of a test suite: what has gathered is
    collected here.
    """
    global _is_spared, _known
    if _is_spared:
        gc.freeze()  # What came since.
        yield
        return
    # PyPy's collector has nothing of the kind.
    if not hasattr(gc, "freeze") or gc.get_freeze_count() > INTERPRETERS_OWN:
        yield
        return
    _is_spared = True
    gc.freeze()
    if _known and gc.get_freeze_count() > GROWTH * _known:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        _known = 0
    _known = _known or gc.get_freeze_count()
    try:
        yield
    finally:
        _is_spared = False
        gc.unfreeze()
