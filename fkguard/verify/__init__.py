"""Declared against actual: which promises of the migrations a database keeps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core import checks
from django.db.backends.base.base import BaseDatabaseWrapper

from .. import conf
from ..acknowledgements import Acknowledgement
from ..backends import backend_for
from ..judgement.hazards import Case, Surroundings
from ..judgement.judge import Finding, concerned_tables, finding_of
from ..reports import ERROR, WARNING, Entry
from ..reports.diagrams import diagram
from ..reports.documents import AppFindings, Document, Item, Section
from ..reports.findings import details
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.location import Place
from .differences import session_differences, table_differences
from .expected import Expected, ExpectedReader, Promise
from .undeclared import Undeclared


@dataclass(kw_only=True)
class Verification:
    """What one look at one database found."""

    alias: str
    catalogue: Catalogue
    expected: Expected
    findings: list[Finding] = field(default_factory=list)
    #: What is no finding, and still worth a line.
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.findings

    @property
    def constraints(self) -> int:
        """Return how many declared constraints were looked for."""
        return sum(
            each.protects
            for promise in self.expected.promises
            for each in promise.table.constraints
        )

    def messages(self) -> list[checks.CheckMessage]:
        """Return the findings as Django's check framework has them."""
        return [each.as_message() for each in self.findings]


def document(found: Sequence[Verification]) -> Document:
    """Return the reports of some databases as one document."""
    findings = sum(len(each.findings) for each in found)
    constraints = sum(each.constraints for each in found)
    tables = sum(len(each.expected) for each in found)
    return Document(
        command="verify",
        summary=f"{constraints} declared constraints of {tables} tables: "
        + (_counted(findings, "finding") if findings else "nothing found")
        + ".",
        sections=tuple(map(_section, found)),
        is_clean=not findings,
    )


def _section(report: Verification) -> Section:
    server = report.catalogue.server.describe()
    labels = {p.table.name: p.app_label for p in report.expected.promises}
    apps: dict[str, dict[str, list[Finding]]] = {}
    for finding in report.findings:
        table = finding.case.consequence.table
        app = labels.get(table, "")
        apps.setdefault(app, {}).setdefault(table, []).append(finding)
    return Section(
        title=f"{report.alias}: {server}",
        summary=f"{_counted(report.constraints, 'declared constraint')} of "
        f"{_counted(len(report.expected), 'table')}, "
        f"{_counted(len(report.findings), 'finding')}.",
        groups=tuple(
            AppFindings(
                title=app,
                items=tuple(
                    _item(app, table, findings)
                    for table, findings in sorted(tables.items())
                ),
            )
            for app, tables in sorted(apps.items())
        ),
        notes=tuple(report.notes),
    )


def _item(app_label: str, table: str, findings: Sequence[Finding]) -> Item:
    """Return the findings of one table, with one diagram for all of them."""
    drawn = diagram([each.case for each in findings])
    return Item(
        title=table.replace('"."', "."),
        entries=tuple(_entry(app_label, each) for each in findings),
        diagrams=(("", drawn),) if drawn is not None else (),
    )


def _entry(app_label: str, finding: Finding) -> Entry:
    message, case = finding.as_message(), finding.case
    return Entry(
        id=finding.hazard.id,
        slug=finding.hazard.slug,
        level=ERROR if message.level >= checks.ERROR else WARNING,
        message=str(message.msg),
        hint=str(message.hint),
        url=finding.hazard.url,
        app_label=app_label,
        table=case.consequence.table,
        constraint=case.names[0],
        details=details(finding, ""),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def verify(
    connection: BaseDatabaseWrapper, app_labels: Collection[str] = ()
) -> Verification:
    """Compare what some apps, or all, declare with what the database has.

    Raises ``FkguardError`` or Django's own errors where it could not look.
    """
    reader = ExpectedReader(connection)
    expected = reader.read(app_labels)
    introspection = backend_for(connection).introspection
    catalogue = introspection.read_with(p.table.name for p in expected.promises)
    report = Verification(
        alias=connection.alias, catalogue=catalogue, expected=expected
    )
    acknowledged = _Acknowledged(app_labels)
    if expected.promises:
        for consequence in session_differences(catalogue.server):
            report.findings.append(_finding(consequence, None, catalogue, {}))
    declared = {each.table.name: each.table for each in expected.promises}
    missing = [p.table.name for p in expected.promises if p.table.name not in catalogue]
    elsewhere = _other_relations(connection) if missing else set()
    for promise in expected.promises:
        if promise.table.name in elsewhere and promise.table.name in missing:
            report.notes.append(
                f"{promise.table.name} of {promise.model} is a view or a virtual "
                "table, and was not checked."
            )
            continue
        for consequence in _differences(promise, expected, catalogue):
            finding = _finding(consequence, promise, catalogue, declared)
            if not acknowledged.covers(promise.app_label, finding):
                report.findings.append(finding)
    undeclared = Undeclared(
        connection, expected, catalogue, reader.state, reader.unapplied
    )
    for promise, consequence in undeclared.found():
        finding = _finding(consequence, promise, catalogue, declared)
        if not acknowledged.covers(promise.app_label, finding):
            report.findings.append(finding)
    report.notes += _notes(expected, catalogue)
    report.notes += acknowledged.unused()
    return report


def _differences(
    promise: Promise, expected: Expected, catalogue: Catalogue
) -> Iterator[Consequence]:
    for each in table_differences(promise.table, promise.unsupported, catalogue):
        name = each.constraint.name
        if each.kind == kinds.EXTRA and name and _mentions(expected.raw, name):
            continue  # A migration made it, in SQL or code of its own.
        yield each


def _other_relations(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of all that can be read like a table, views included."""
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor, include_views=True))


def _mentions(text: str, name: str) -> bool:
    return name in text and re.search(rf"\b{re.escape(name)}\b", text) is not None


def _finding(
    consequence: Consequence,
    promise: Promise | None,
    catalogue: Catalogue,
    declared: Mapping[str, Table],
) -> Finding:
    model = promise.model if promise else ""
    case = Case(
        consequence=consequence,
        server=catalogue.server,
        place=Place(operation=model or catalogue.server.describe()),
        before=catalogue.get(consequence.table) or Table(name=consequence.table),
        is_known=consequence.kind != kinds.EXTRA,
        model=model.split(".")[1] if model else "",
        owner=model,
        fields=promise.fields if promise else {},
        declared=promise.table if promise else None,
        surroundings=_surroundings(consequence, catalogue, declared),
    )
    return finding_of(case, catalogue)


def _surroundings(
    consequence: Consequence, catalogue: Catalogue, declared: Mapping[str, Table]
) -> Surroundings:
    """Return the declared and the actual tables that a difference concerns."""
    keys = concerned_tables(consequence)
    return Surroundings(
        before=tuple(declared[key] for key in keys if key in declared),
        after=tuple(filter(None, map(catalogue.get, keys))),
    )


def _notes(expected: Expected, catalogue: Catalogue) -> Iterator[str]:
    if expected.unapplied:
        number = len(expected.unapplied)
        one = number == 1
        yield (
            f"{number} migration{' is' if one else 's are'} not applied, and "
            f"{'its' if one else 'their'} declarations were not looked for: "
            f"{_some(expected.unapplied)}."
        )
    lacking = [
        f"{each.describe()} of {promise.model}"
        for promise in expected.promises
        for each in promise.unsupported
    ]
    if lacking:
        yield (
            f"{catalogue.server.describe()} cannot make {len(lacking)} of the "
            f"declared constraints (fkguard.E501): {_some(lacking)}."
        )


def _some(names: list[str], limit: int = 5) -> str:
    text = ", ".join(names[:limit])
    return f"{text} and {len(names) - limit} more" if len(names) > limit else text


class _Acknowledged:
    """What ``FKGUARD["ACKNOWLEDGED"]`` says of the apps, by app label."""

    def __init__(self, app_labels: Collection[str]) -> None:
        self.app_labels = app_labels
        self.used: set[tuple[str, Acknowledgement]] = set()

    def covers(self, app_label: str, finding: Finding) -> bool:
        """Say whether a finding is acknowledged."""
        for each in conf.acknowledged(app_label):
            if each.matches(finding.hazard.id, *finding.case.names):
                self.used.add((app_label, each))
                return True
        return False

    def unused(self) -> Iterator[str]:
        """Yield a note for each acknowledgement that matches nothing."""
        for label in conf.raw().get("ACKNOWLEDGED") or {}:
            if "." in label or (self.app_labels and label not in self.app_labels):
                continue  # Of a migration, which migrate judges.
            for each in conf.acknowledged(label):
                if (label, each) not in self.used:
                    yield (
                        f"The acknowledgement of {each.hazard} for {each.constraint} "
                        f"in {label} matches nothing."
                    )
