"""System checks: settings, patches, what a database still owes, foreign keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

from . import conf
from .errors import BadSetting, LedgerUnreadable
from .guard import patches


def check_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report a setting that fkguard cannot follow (E001)."""
    found: list[checks.CheckMessage] = []
    seen: set[str] = set()
    for alias in settings.DATABASES:
        try:
            conf.mode(alias)
            conf.claims(alias)
            conf.claim_wait(alias)
            for label in conf.raw().get("ACKNOWLEDGED") or {}:
                conf.acknowledged(label)
            conf.lints_makemigrations()
        except BadSetting as error:
            if str(error) not in seen:
                seen.add(str(error))
                found.append(
                    checks.Error(
                        str(error),
                        hint=f"The modes are {', '.join(conf.MODES)}.",
                        id="fkguard.E001",
                    )
                )
    return found


def check_patches(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report a patch that is gone (W002) and an unread Django (W003)."""
    found: list[checks.CheckMessage] = [
        checks.Warning(
            f"The patch of {name} was removed or replaced by another package.",
            hint='Move "fkguard" after that package in INSTALLED_APPS.',
            id="fkguard.W002",
        )
        for name in patches.missing()
    ]
    # Not at the top: Django's internals, for every process that checks nothing.
    from . import compat

    if compat.series() > compat.VERIFIED:
        newest = ".".join(map(str, compat.VERIFIED))
        found.append(
            checks.Warning(
                f"fkguard was verified up to Django {newest}; this is "
                f"{'.'.join(map(str, compat.series()))}.",
                hint="Look for a newer fkguard.",
                id="fkguard.W003",
            )
        )
    return found


def check_databases(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report what the ledger of a database still owes (E005)."""
    from .recovery import messages, state
    from .recovery.ledger import Ledger

    found: list[checks.CheckMessage] = []
    if state.options():
        return found  # Within migrate the preflight settles it, or refuses.
    for alias in databases or ():
        try:
            if conf.mode(alias) == "off":
                continue
        except BadSetting:
            continue  # check_settings() says so.
        try:
            owed = Ledger(connections[alias]).owed()
        except LedgerUnreadable as error:
            found.append(checks.Error(f"{alias}: {error}.", id="fkguard.E005"))
        else:
            found += [messages.owed_message(each, alias) for each in owed]
    return found


def check_foreign_keys(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report foreign keys of the models that a database refuses or ignores.

    Within migrate they are warnings: the plan may be what mends them, and what it
    makes itself is judged before it begins.
    """
    from .recovery import state
    from .verify.model_foreign_keys import messages

    found: list[checks.CheckMessage] = []
    labels = None if app_configs is None else {each.label for each in app_configs}
    for alias in databases or ():
        try:
            mode = conf.mode(alias)
        except BadSetting:
            continue  # check_settings() says so.
        if mode != "off":
            warns = mode == "warn" or bool(state.options())
            found += messages(connections[alias], labels, warns=warns)
    return found
