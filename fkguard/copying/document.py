"""Describe the outcome of a copy as a document for HTML and Markdown."""

from __future__ import annotations

from django.apps import apps
from django.db import connections

from ..reports import ERROR, WARNING, Details, Entry
from ..reports.documents import Document, Grid, Section, by_app
from .problems import Finding
from .progress import rate
from .proof import Proven
from .running import Outcome


def document(outcome: Outcome, seconds: float) -> Document:
    """Return the document of a copy that took a number of seconds."""
    total = sum(each.target.rows for each in outcome.proven)
    facts = [("From", _database(outcome.source)), ("To", _database(outcome.target))]
    if outcome.proven:
        facts += [
            ("Tables", f"{len(outcome.proven):,}"),
            ("Rows", f"{total:,}"),
            ("Written with", outcome.way_in),
            ("Time", f"{seconds:,.1f} s"),
            ("Rows per second", f"{total / max(seconds, 0.1):,.0f}"),
        ]
    return Document(
        command="copy",
        summary=summary(outcome),
        sections=(
            Section(
                title=f"{outcome.source} → {outcome.target}",
                summary=_compared(outcome),
                groups=by_app(map(_entry, outcome.findings)),
                grids=_grids(outcome),
                notes=tuple(
                    f"{each.table}: {problem}"
                    for each in outcome.proven
                    for problem in each.problems
                ),
            ),
        ),
        facts=tuple(facts),
        is_clean=outcome.agrees and not outcome.findings,
    )


def summary(outcome: Outcome) -> str:
    """Return one sentence with the result."""
    if outcome.errors:
        number = len(outcome.errors)
        noun = "finding blocks" if number == 1 else "findings block"
        return f"Nothing was copied: {number} {noun} the copy."
    if outcome.examined is not None:
        total = sum(outcome.examined.values())
        return (
            f"Dry run: {total:,} rows in {len(outcome.examined)} tables "
            f"can be copied from {outcome.source!r} to {outcome.target!r}."
        )
    if not outcome.agrees:
        return f"{outcome.source!r} and {outcome.target!r} do not agree."
    total = sum(each.target.rows for each in outcome.proven)
    return (
        f"{total:,} rows in {len(outcome.proven)} tables: {outcome.target!r} agrees "
        f"with {outcome.source!r}."
    )


def _database(alias: str) -> str:
    return f"{alias} ({connections[alias].display_name})"


def _compared(outcome: Outcome) -> str:
    if not outcome.proven:
        return ""
    foreign_keys = sum(each.foreign_keys for each in outcome.proven)
    uniques = sum(each.uniques for each in outcome.proven)
    return (
        f"Compared: the number of rows and a checksum of each table, {foreign_keys:,} "
        f"foreign keys and {uniques:,} unique keys."
    )


def _entry(finding: Finding) -> Entry:
    keys = ", ".join(finding.samples)
    more = ", ..." if finding.count > len(finding.samples) else ""
    return Entry(
        id=finding.code,
        slug="",
        level=ERROR if finding.is_error else WARNING,
        message=finding.message,
        hint=finding.hint,
        app_label=_app_labels().get(finding.table, ""),
        table=finding.table,
        constraint=", ".join(finding.columns),
        details=Details(
            reasons=tuple(
                filter(None, [keys and f"Examples: {keys}{more}.", finding.hint])
            )
        ),
    )


def _app_labels() -> dict[str, str]:
    """Return the app label of each table."""
    return {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
    }


def _checksum(proven: Proven) -> str:
    source, target = proven.source.checksum[:12], proven.target.checksum[:12]
    return source if source == target else f"{source} ≠ {target}"


def _grids(outcome: Outcome) -> tuple[Grid, ...]:
    grids = []
    if outcome.proven:
        grids.append(
            Grid(
                title="Comparison",
                header=(
                    "Table",
                    "Result",
                    "Source rows",
                    "Target rows",
                    "Checksum",
                    "Foreign keys",
                    "Unique keys",
                    "Seconds",
                    "Rows per second",
                ),
                rows=tuple(
                    (
                        each.table,
                        "equal" if each.agrees else "different",
                        f"{each.source.rows:,}",
                        f"{each.target.rows:,}",
                        _checksum(each),
                        str(each.foreign_keys),
                        str(each.uniques),
                        f"{each.seconds:,.1f}",
                        f"{rate(each.target.rows, each.seconds):,}",
                    )
                    for each in outcome.proven
                ),
                numbers=frozenset({2, 3, 5, 6, 7, 8}),
                wrong=frozenset(
                    number
                    for number, each in enumerate(outcome.proven)
                    if not each.agrees
                ),
            )
        )
    if outcome.choices:
        grids.append(
            Grid(
                title="Orphaned rows that were changed or skipped"
                if outcome.proven
                else "Orphaned rows that would be changed or skipped",
                header=("Table", "Column", "References", "Value", "Rows", "Decision"),
                rows=tuple(
                    (
                        str(each["table"]),
                        str(each["column"]),
                        str(each["references"]),
                        str(each["value"]),
                        f"{each['rows']:,}",
                        str(each["choice"]),
                    )
                    for each in outcome.choices
                ),
                numbers=frozenset({4}),
            )
        )
    if outcome.replaced:
        grids.append(
            Grid(
                title="Rows of the target that were replaced"
                if outcome.proven
                else "Rows of the target that would be replaced",
                header=("Table", "Rows"),
                rows=tuple(
                    (name, f"{count:,}") for name, count in outcome.replaced.items()
                ),
                numbers=frozenset({1}),
            )
        )
    return tuple(grids)
