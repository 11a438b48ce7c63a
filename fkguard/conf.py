"""One function for each setting, read when asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from .acknowledgements import Acknowledgement
from .errors import BadSetting

MODES = ("off", "warn", "auto", "strict")
DEFAULT_MODE = "auto"
#: Seconds that a run waits for another one.
DEFAULT_CLAIM_WAIT = 300
SETTINGS = (
    "MODE",
    "DATABASES",
    "ACKNOWLEDGED",
    "LINT_MAKEMIGRATIONS",
    "CLAIM",
    "CLAIM_WAIT",
)
#: What a database may have for itself.
OF_A_DATABASE = ("MODE", "CLAIM", "CLAIM_WAIT")


def raw() -> Mapping[str, Any]:
    """Return ``settings.FKGUARD``. Raises ``BadSetting`` where it is no mapping."""
    value = getattr(settings, "FKGUARD", None) or {}
    if not isinstance(value, Mapping):
        raise BadSetting(f"FKGUARD must be a dictionary, not {type(value).__name__}.")
    for name in value:
        if name not in SETTINGS:
            raise BadSetting(
                f"FKGUARD has no setting {name!r}; there are {', '.join(SETTINGS)}."
            )
    return value


def mode(alias: str) -> str:
    """Return the mode for a database.

    ``FKGUARD_MODE`` in the environment, else ``FKGUARD["DATABASES"][alias]["MODE"]``,
    else ``FKGUARD["MODE"]``, else "auto". Raises ``BadSetting`` for any other value.
    """
    # Compose files and CI set a variable to "" where they have no value for it.
    if said := os.environ.get("FKGUARD_MODE"):
        return _known(said, "FKGUARD_MODE in the environment")
    own = databases().get(alias, {})
    if "MODE" in own:
        return _known(own["MODE"], f'FKGUARD["DATABASES"]["{alias}"]["MODE"]')
    return _known(raw().get("MODE", DEFAULT_MODE), 'FKGUARD["MODE"]')


def databases() -> Mapping[str, Mapping[str, Any]]:
    """Return ``FKGUARD["DATABASES"]``.

    Raises ``BadSetting`` where it, or what it has for a database, is no mapping, and
    for a database or a setting that there is not: a mode would silently not count.
    """
    value = raw().get("DATABASES") or {}
    if not isinstance(value, Mapping):
        raise BadSetting('FKGUARD["DATABASES"] must be a dictionary.')
    found = {}
    for alias, own in value.items():
        where = f'FKGUARD["DATABASES"]["{alias}"]'
        if alias not in settings.DATABASES:
            raise BadSetting(f"{where} does not match any alias in DATABASES.")
        if not isinstance(own or {}, Mapping):
            raise BadSetting(f"{where} must be a dictionary.")
        found[alias] = own or {}
        for name in found[alias]:
            if name not in OF_A_DATABASE:
                raise BadSetting(
                    f"{where} has no setting {name!r}; there are "
                    f"{', '.join(OF_A_DATABASE)}."
                )
    return found


def acknowledged(label: str) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements in settings for ``app_label.migration``.

    ``FKGUARD["ACKNOWLEDGED"]`` maps a migration to (hazard, constraint, reason)
    triples. Raises ``BadSetting`` for anything else.
    """
    value = raw().get("ACKNOWLEDGED") or {}
    if not isinstance(value, Mapping):
        raise BadSetting('FKGUARD["ACKNOWLEDGED"] must be a dictionary.')
    found = []
    entries = value.get(label) or ()
    for entry in entries if isinstance(entries, (list, tuple)) else ("",):
        try:
            hazard, constraint, reason = entry
        except (TypeError, ValueError):
            hazard = constraint = reason = ""
        if not all(
            isinstance(each, str) and each.strip()
            for each in (hazard, constraint, reason)
        ):
            raise BadSetting(
                f'FKGUARD["ACKNOWLEDGED"]["{label}"] must list '
                "(hazard, constraint, reason) triples, each of them not empty."
            )
        found.append(Acknowledgement(hazard, constraint, reason))
    return tuple(found)


def lints_makemigrations() -> bool:
    """Say whether ``makemigrations`` tells the findings of what it wrote.

    ``FKGUARD["LINT_MAKEMIGRATIONS"]``, else True. Raises ``BadSetting`` for anything
    but a bool.
    """
    value = raw().get("LINT_MAKEMIGRATIONS", True)
    if not isinstance(value, bool):
        raise BadSetting('FKGUARD["LINT_MAKEMIGRATIONS"] must be True or False.')
    return value


def claims(alias: str) -> bool:
    """Return whether a run of ``migrate`` claims a database.

    ``FKGUARD["DATABASES"][alias]["CLAIM"]``, else ``FKGUARD["CLAIM"]``, else True.
    Raises ``BadSetting`` for anything but a bool.
    """
    value, where = _of_database(alias, "CLAIM", True)
    if not isinstance(value, bool):
        raise BadSetting(f"{where} must be True or False.")
    return value


def claim_wait(alias: str) -> float:
    """Return how many seconds a run waits for another one.

    ``FKGUARD["DATABASES"][alias]["CLAIM_WAIT"]``, else ``FKGUARD["CLAIM_WAIT"]``, else
    300. Raises ``BadSetting`` for anything but a number from 0.
    """
    value, where = _of_database(alias, "CLAIM_WAIT", DEFAULT_CLAIM_WAIT)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise BadSetting(f"{where} must be a number of seconds, 0 or more.")
    return float(value)


def _of_database(alias: str, name: str, default: Any) -> tuple[Any, str]:
    """Return a setting of a database, and where it stands."""
    own = databases().get(alias, {})
    if name in own:
        return own[name], f'FKGUARD["DATABASES"]["{alias}"]["{name}"]'
    return raw().get(name, default), f'FKGUARD["{name}"]'


def _known(value: Any, where: str) -> str:
    if value not in MODES:
        raise BadSetting(
            f"{where} is {value!r}; it must be one of "
            f"{', '.join(repr(each) for each in MODES)}."
        )
    return str(value)
