"""A foreign key is pointed at another table, and the rows keep their keys (H17)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import RETARGETED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class ForeignKeyRetargeted(Hazard):
    id = "W224"
    slug = "foreign_key_retargeted"
    title = "A foreign key is changed to reference another table."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        # Where rows were counted, E207 reports those that stand in the way.
        return case.consequence.kind == RETARGETED and case.rows < 0

    def message(self, case: Case) -> str:
        return (
            f"Pointing {wording.column(case)} at {_to(case)} leaves every row with the "
            f"key it had in {_from(case)}."
        )

    def why(self, case: Case) -> str:
        server = case.server.describe()
        return (
            f"{server} refuses the new foreign key if {_to(case)} lacks one of the "
            "keys. Keys that exist by chance now reference unrelated rows, and "
            "nothing reports it."
        )

    def instead(self, case: Case) -> str:
        return operations.lines(
            "# AddField: a second, nullable foreign key, to the other model",
            f"# RunPython: look the row of {_to(case)} up that each row means",
            "# RemoveField: the first field; RenameField: the second to its name",
        )


def _to(case: Case) -> str:
    assert isinstance(case.constraint, ForeignKey)
    return wording.shown(case.constraint.to_table)


def _from(case: Case) -> str:
    event = case.event
    assert isinstance(event, AlterColumn)
    return wording.shown(event.old.references[0]) if event.old.references else "before"
