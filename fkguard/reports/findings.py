"""Split a finding into the parts that HTML and Markdown show separately."""

from __future__ import annotations

from ..judgement.judge import Finding
from .diagrams import diagram
from .entries import Details


def details(finding: Finding, database: str) -> Details:
    """Return the reasons, the fix and the diagram of a finding.

    `database` is the title of the diagram where an entry has several.
    """
    hazard, case = finding.hazard, finding.case
    drawn = diagram([case])
    return Details(
        reasons=(hazard.why(case),),
        remedy=hazard.remedy,
        fix=hazard.instead(case),
        diagrams=((database, drawn),) if drawn is not None else (),
    )
