"""What becomes of a run that fkguard itself cannot judge."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .. import conf
from ..errors import BadSetting, FkguardError, Refused

logger = logging.getLogger("fkguard")


@contextmanager
def failing_closed(mode: str, alias: str, what: str) -> Iterator[None]:
    """Refuse, and say that it was fkguard, where fkguard itself fails."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        text = (
            f"fkguard could not check this {what} on the database {alias!r}: "
            f"{type(error).__name__}: {_one_line(error)}"
        )
        if mode == "warn":
            logger.warning("%s", text, exc_info=not isinstance(error, FkguardError))
            return
        raise Refused(
            f"SystemCheckError: {text}\nNothing was run by this {what}. "
            "FKGUARD_MODE=off runs it without checks."
        ) from error


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""


def mode_of(alias: str) -> str:
    """Return the mode of a database; refuse everything where a setting is wrong."""
    try:
        return conf.mode(alias)
    except BadSetting as error:
        raise Refused(f"SystemCheckError: (fkguard.E001) {error}") from error
