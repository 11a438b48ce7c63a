"""Keep the garbage collector from looking at what lives as long as a run of migrate."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Python 3.12 begins with 375 frozen objects of its own, other versions with none.
INTERPRETERS_OWN = 1000

_is_spared = False


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
        gc.freeze()  # What came since.
        yield
        return
    # PyPy's collector has nothing of the kind.
    if not hasattr(gc, "freeze") or gc.get_freeze_count() > INTERPRETERS_OWN:
        yield
        return
    _is_spared = True
    gc.freeze()
    try:
        yield
    finally:
        _is_spared = False
        gc.unfreeze()
