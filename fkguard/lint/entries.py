"""Findings of several databases as entries of one report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.core import checks
from django.db.migrations import Migration

from ..judgement.judge import REFUSE, Finding
from ..reports import ERROR, INFO, WARNING, Details, Direction, Entry, Level
from ..reports.documents import display_name
from ..reports.findings import details
from .paths import Paths


def to_entry(
    finding: Finding,
    migration: Migration,
    direction: Direction,
    vendor: str,
    paths: Paths,
) -> Entry:
    """Return a finding as an entry of a report."""
    hazard, case = finding.hazard, finding.case
    hint = hazard.why(case)
    if instead := hazard.instead(case):
        hint += f"\nWrite instead:\n\n{_indented(instead)}\n"
    number = case.place.number or None
    return Entry(
        id=hazard.id,
        slug=hazard.slug,
        level=_level(finding),
        message=hazard.message(case),
        hint=hint,
        url=hazard.url,
        app_label=migration.app_label,
        migration=migration.name,
        operation=number,
        file=paths.of(migration),
        line=paths.line(migration, number or 0),
        vendors=(vendor,),
        table=case.consequence.table,
        constraint=case.names[0],
        direction=direction,
        details=details(finding, display_name(vendor)),
    )


def _level(finding: Finding) -> Level:
    level = finding.hazard.level
    if level >= checks.ERROR and finding.action == REFUSE:
        return ERROR
    return WARNING if level >= checks.WARNING else INFO


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Put what is the same on several databases into one entry.

    The words of the first stand, and below them why it is so on each of the others.
    """
    found: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        key = (
            entry.id,
            entry.level,
            entry.operation,
            entry.table,
            entry.constraint,
            entry.direction,
            entry.message,
        )
        there = found.get(key)
        if there is None:
            found[key] = entry
            continue
        if there.vendors[-1:] == entry.vendors:
            continue
        reason = entry.hint.partition("\n")[0]
        hint = there.hint
        if reason and reason not in hint:
            first, separator, rest = hint.partition("\n")
            hint = f"{first}\n{reason}{separator}{rest}"
        found[key] = replace(
            there,
            vendors=(*there.vendors, *entry.vendors),
            hint=hint,
            details=_merged_details(there.details, entry.details),
        )
    return list(found.values())


def _merged_details(one: Details, other: Details) -> Details:
    """Add the reasons and diagrams that another database does not share."""
    known = {each.shape for _, each in one.diagrams}
    return replace(
        one,
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
        fix=one.fix or other.fix,
        remedy=one.remedy if one.fix else other.remedy,
        diagrams=(
            *one.diagrams,
            *(each for each in other.diagrams if each[1].shape not in known),
        ),
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())
