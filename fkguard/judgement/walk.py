"""The events of a plan before the judge, one after the other.

``migrate`` walks through a plan on the catalogue of its database, ``fkguard lint``
through one migration at a time on what the migrations declare.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.migrations.state import ProjectState

from ..declared.states import Unrendered
from ..planning.plan import arrives
from ..schema.catalogue import Table
from ..schema.consequences import JOIN_DROPPED, Consequence
from ..schema.events import CreateTable, DropColumn, DropTable, Event
from ..schema.location import Place
from .judge import ALLOW, Finding, Judge, Verdict


@dataclass(kw_only=True)
class Walked:
    """What a walk has come to so far: a whole plan, or one migration of it."""

    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    #: (table, column) -> the number of the last event that brings it.
    arrivals: dict[tuple[str, str], int] = field(default_factory=dict)
    #: id of a finding -> the number of its event.
    numbers: dict[int, int] = field(default_factory=dict)


class PlanWalk(ABC):
    """A walk through the events of a plan, with a judge who carries the catalogue."""

    judge: Judge

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        #: The state behind the operation that the walk has come to.
        self.state: ProjectState = ProjectState()
        #: Join tables that go, which may come back: then it is a finding.
        self.joins: dict[str, Finding] = {}

    def consider(self, event: Event, place: Place, walked: Walked) -> Verdict:
        """Judge an event, and keep what is found."""
        if arrives(event):
            walked.arrivals[event.table, event.new.column] = walked.events
        if isinstance(event, CreateTable) and event.table in self.joins:
            walked.findings.append(self.joins.pop(event.table))
        verdict = self.judge.consider(event, place)
        for finding in verdict.findings:
            walked.numbers[id(finding)] = walked.events
            if self.may_be_settled(finding, walked):
                finding.action = ALLOW
            if (
                isinstance(event, DropTable)
                and event.joins
                and finding.case.consequence.kind == JOIN_DROPPED
            ):
                self.joins[event.table] = finding
            else:
                self.keep(finding, walked)
        return verdict

    def add(
        self,
        consequence: Consequence,
        place: Place,
        walked: Walked,
        table: Table | None = None,
    ) -> Finding | None:
        """Keep, and return, what a consequence comes to that no event brings.

        `table` is what it is about, if that is not as the catalogue has it now.
        """
        if table is None:
            known = self.judge.forecast.catalogue.get(consequence.table)
            table = known or Table(name=consequence.table)
        finding = self.judge.finding(consequence, table, place)
        if finding is not None:
            walked.numbers[id(finding)] = walked.events
            self.keep(finding, walked)
        return finding

    def keep(self, finding: Finding, walked: Walked) -> None:
        """Keep a finding."""
        walked.findings.append(finding)

    @abstractmethod
    def may_be_settled(self, finding: Finding, walked: Walked) -> bool:
        """Say whether SQL or code may have seen to a finding before its turn comes."""

    def tell_return(self, finding: Finding, walked: Walked) -> None:
        """Say of a column that goes whether it comes back later in the plan."""
        event = finding.case.event
        if isinstance(event, DropColumn):
            arrival = walked.arrivals.get((event.table, event.old.column), 0)
            number = walked.numbers.get(id(finding), walked.events)
            finding.case = replace(finding.case, returns=arrival > number)
            finding.hazard = self.judge.hazard(finding.case)

    def model_of(self, key: str) -> tuple[str, dict[str, str]]:
        """Return the label of a table's model, and its field of each column."""
        source = Unrendered(self.connection, self.state)
        for model in self.state.models.values():
            if not model.options.get("proxy") and source.key(model) == key:
                fields = source.names_by_column(model)
                return f"{model.app_label}.{model.name}", fields
        return "", {}
