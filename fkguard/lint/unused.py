"""Acknowledgements that match nothing, told as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .. import conf
from ..acknowledgements import Acknowledgement
from ..planning.plan import unused_message
from ..reports import Entry
from .loading import LoadedMigrations


def entry(acknowledgement: Acknowledgement, **more: Any) -> Entry:
    """Return the warning about an acknowledgement that matches nothing."""
    message = unused_message("", acknowledgement)
    found: dict[str, Any] = {"hint": message.hint or "", **more}
    return Entry(
        id="W006",
        slug="unused_acknowledgement",
        level="warning",
        message=message.msg,
        constraint=acknowledgement.constraint,
        **found,
    )


def nowhere(found: LoadedMigrations, vendors: Sequence[str]) -> Iterator[Entry]:
    """Yield what settings acknowledge in migrations that are not there.

    The bare label of an app is for ``fkguard verify``.
    """
    known = {*found.migrations, *found.replaced}
    known |= {(each.app_label, each.migration) for each in found.broken}
    for label in conf.raw().get("ACKNOWLEDGED") or {}:
        app_label, dot, name = label.partition(".")
        if not dot or (app_label, name) in known:
            continue
        for each in conf.acknowledged(label):
            yield entry(
                each,
                hint=f"There is no migration {label}. Correct the label in "
                'FKGUARD["ACKNOWLEDGED"], or remove it.',
                app_label=app_label,
                migration=name,
                vendors=tuple(vendors),
            )
