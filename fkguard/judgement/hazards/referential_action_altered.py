"""A foreign key deletes or keeps other rows than declared (H11)."""

from __future__ import annotations

from ...schema import consequences as kinds
from ...schema.constraints import ForeignKey
from . import drift
from .base import Case
from .text import wording


class ReferentialActionAltered(drift.Drift):
    id = "E706"
    slug = "referential_action_altered"
    title = "A foreign key does not have the declared referential action."
    kind = kinds.OTHER_ACTION

    def message(self, case: Case) -> str:
        wanted, actual = case.constraint, case.consequence.becomes
        assert isinstance(wanted, ForeignKey)
        assert isinstance(actual, ForeignKey)
        return (
            f"{wording.label(actual)} of {drift.table(case)} has {_actions(actual)} "
            f"where {case.owner} declares {_actions(wanted)}."
        )

    def why(self, case: Case) -> str:
        return (
            "The database deletes or changes rows without Django, or does not do so "
            "although the declaration requires it."
        )


def _actions(foreign_key: ForeignKey) -> str:
    text = f"ON DELETE {foreign_key.on_delete}"
    if foreign_key.on_update != "NO ACTION":
        text += f" ON UPDATE {foreign_key.on_update}"
    return text
