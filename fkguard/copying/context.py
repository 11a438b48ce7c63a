"""What every part of the preflight knows of a copy, and where it puts its findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..backends.base.transfer import Transfer
from ..schema.catalogue import Catalogue
from .problems import Finding
from .progress import Quiet
from .proof import Content
from .reading import Choices
from .selection import Selection


@dataclass(kw_only=True)
class Examined:
    """What the preflight has found."""

    findings: list[Finding] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    #: What was chosen for each orphan key, for the report.
    chosen: list[dict[str, Any]] = field(default_factory=list)
    #: Table -> what should arrive.
    contents: dict[str, Content] = field(default_factory=dict)
    #: Table -> columns of the source whose values need no conversion.
    as_is: dict[str, set[str]] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.is_error]


class Facts:
    """Both ends of a copy, and what has been found of them so far."""

    def __init__(
        self,
        source: Transfer,
        target: Transfer,
        selection: Selection,
        catalogue: Catalogue,
        source_catalogue: Catalogue,
        progress: Quiet,
    ) -> None:
        self.source = source
        self.target = target
        self.selection = selection
        self.tables = selection.tables
        self.catalogue = catalogue
        self.source_catalogue = source_catalogue
        self.progress = progress
        self.found = Examined(findings=list(selection.findings))

    def say(self, code: str, message: str, **more: Any) -> None:
        """Add a finding."""
        self.found.findings.append(Finding(code=code, message=message, **more))

    def scratch(self, name: str, columns: Sequence[str]) -> None:
        """Make the temporary table for some columns of a table of the target."""
        table = self.catalogue.get(name)
        assert table is not None
        found = [table.column(each) for each in columns]
        self.target.drop_scratch()
        self.target.scratch(name, [each for each in found if each is not None])
