"""Yesterday's findings, in one reviewed file, so that lint reports the new ones.

The file is JSON, sorted, and says what each entry is about in the words of a
reader: an entry may be written, moved or taken out by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections

from ..backends import flavours_of
from ..errors import BadSetting
from ..reports import BACKWARDS, FORWARDS, WARNING, Entry, Report, in_order

if TYPE_CHECKING:
    from . import Options

VERSION = 1
ABOUT = (
    "Findings of `manage.py fkguard lint` that were there when this file was "
    "written. Each is reported again when its entry is taken out. Give a reason "
    "for what stays."
)

#: Migration, id, table, constraint, direction: what a fingerprint is made from.
Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A finding of the file."""

    migration: str
    id: str
    table: str
    constraint: str
    direction: str = FORWARDS
    message: str = ""
    reason: str = ""
    vendors: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.migration, self.id, self.table, self.constraint, self.direction)

    def as_dict(self) -> dict[str, Any]:
        return {
            "migration": self.migration,
            "id": self.id,
            "table": self.table,
            "constraint": self.constraint,
            **({"direction": BACKWARDS} if self.direction == BACKWARDS else {}),
            **({"vendors": list(self.vendors)} if self.vendors else {}),
            "message": self.message,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a run looked at: an entry about anything else may well be true."""

    #: Labels of the migrations that were judged.
    migrations: frozenset[str] = frozenset()
    #: Whether no others were asked about, except in the apps of `unread`: what is
    #: not among them is not there any more.
    is_whole: bool = False
    unread: frozenset[str] = frozenset()
    #: "mysql" or "mysql:8.4".
    vendors: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset({FORWARDS})

    def holds(self, known: Known) -> bool:
        """Say whether the run would have found what an entry is about."""
        app_label = known.migration.partition(".")[0]
        if known.migration not in self.migrations and (
            not self.is_whole or app_label in self.unread
        ):
            return False
        if known.direction not in self.directions:
            return False
        flavours = {each.partition(":")[0] for each in self.vendors}
        return not known.vendors or any(
            each.partition(":")[0] in flavours for each in known.vendors
        )


@dataclass(kw_only=True)
class Baseline:
    """The file, read."""

    #: As the reader names it.
    path: str
    known: dict[Key, Known] = field(default_factory=dict)

    def filtered(
        self, entries: Iterable[Entry], scope: Scope
    ) -> tuple[tuple[Entry, ...], int]:
        """Return what is new, with what matches nothing, and how many were known."""
        found = list(entries)
        new = [each for each in found if key_of(each) not in self.known]
        seen = {key_of(each) for each in found}
        gone = [
            self._gone(each)
            for key, each in sorted(self.known.items())
            if key not in seen and scope.holds(each)
        ]
        return (*new, *gone), len(found) - len(new)

    def _gone(self, known: Known) -> Entry:
        return Entry(
            id="W007",
            slug="baseline_unmatched",
            level=WARNING,
            message=(
                f"The baseline's entry of {known.id} for {known.constraint} in "
                f"{known.migration} matches nothing."
            ),
            hint="Remove it from the baseline, or regenerate the baseline.",
            file=self.path,
            table=known.table,
            constraint=known.constraint,
        )


def scope_of(options: Options, report: Report) -> Scope:
    """Return what a run of lint looked at."""
    looked_at = {each.app_label for each in report.migrations}
    return Scope(
        migrations=frozenset(each.label for each in report.migrations),
        is_whole=options.is_whole,
        unread=frozenset(
            {each.label for each in apps.get_app_configs()} - looked_at
            | {each.app_label for each in report.problems}
        ),
        vendors=frozenset(
            options.vendors or flavours_of(connections[options.database])
        ),
        directions=frozenset({FORWARDS, BACKWARDS} if options.reverse else {FORWARDS}),
    )


def key_of(entry: Entry) -> Key:
    """Return what an entry is known by in the file."""
    return (entry.label, entry.id, entry.table, entry.constraint, entry.direction)


def read(path: Path, shown: str = "") -> Baseline:
    """Return the baseline of a file. Raises ``BadSetting`` where it is none."""
    name = shown or path.as_posix()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadSetting(f"The baseline {name} cannot be read: {reason}.") from error
    except ValueError as error:
        raise BadSetting(f"The baseline {name} is no JSON: {error}.") from error
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        raise BadSetting(
            f'The baseline {name} must be an object with "version": {VERSION}.'
        )
    entries = data.get("entries")
    if not isinstance(entries, list):
        raise BadSetting(f'The baseline {name} must have a list of "entries".')
    baseline = Baseline(path=_relative(path))
    for number, each in enumerate(entries, start=1):
        known = _known(each, f"Entry {number} of the baseline {name}")
        baseline.known[known.key] = known
    return baseline


def written(entries: Sequence[Entry], old: Baseline | None = None) -> str:
    """Return the text of a file for these findings, with the reasons of the old."""
    known: dict[Key, Known] = {}
    for entry in in_order(entries):
        key = key_of(entry)
        if key in known:
            both = {*known[key].vendors, *entry.vendors}
            known[key] = replace(known[key], vendors=tuple(sorted(both)))
            continue
        before = old.known.get(key) if old is not None else None
        known[key] = Known(
            migration=entry.label,
            id=entry.id,
            table=entry.table,
            constraint=entry.constraint,
            direction=entry.direction,
            vendors=tuple(sorted(entry.vendors)),
            message=entry.message,
            reason=before.reason if before is not None else "",
        )
    data = {
        "version": VERSION,
        "about": ABOUT,
        "entries": [each.as_dict() for _, each in sorted(known.items())],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _relative(path: Path) -> str:
    """Return the path for a report, which names no folder outside the project."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.name if path.is_absolute() else path.as_posix()


def _known(each: Any, where: str) -> Known:
    if not isinstance(each, Mapping):
        raise BadSetting(f"{where} must be an object.")
    for name in ("migration", "id"):
        if not isinstance(each.get(name), str) or not each[name]:
            raise BadSetting(f'{where} needs a "{name}".')
    given: dict[str, str] = {}
    for name in ("table", "constraint", "direction", "message", "reason"):
        value = each.get(name, "")
        if not isinstance(value, str):
            raise BadSetting(
                f'"{name}" of {where[:1].lower()}{where[1:]} must be text.'
            )
        given[name] = value
    given["direction"] = given["direction"] or FORWARDS
    if given["direction"] not in {FORWARDS, BACKWARDS}:
        raise BadSetting(f"{where} has no direction {given['direction']!r}.")
    vendors = each.get("vendors", [])
    if not isinstance(vendors, list) or not all(isinstance(v, str) for v in vendors):
        raise BadSetting(f'"vendors" of {where[:1].lower()}{where[1:]} must be a list.')
    identity = str(each["id"]).rpartition(".")[2]
    return Known(
        migration=str(each["migration"]),
        id=identity,
        vendors=tuple(vendors),
        **given,
    )
