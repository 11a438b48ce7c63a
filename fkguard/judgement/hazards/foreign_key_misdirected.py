"""A foreign key references another table or column (H46)."""

from __future__ import annotations

from ...schema import consequences as kinds
from ...schema.constraints import ForeignKey
from . import drift
from .base import Case
from .text import wording


class ForeignKeyMisdirected(drift.Drift):
    id = "E705"
    slug = "foreign_key_misdirected"
    title = "A foreign key does not reference the declared table or column."
    kind = kinds.MISDIRECTED

    def message(self, case: Case) -> str:
        wanted, actual = case.constraint, case.consequence.becomes
        assert isinstance(wanted, ForeignKey)
        assert isinstance(actual, ForeignKey)
        one, other = _target(wanted), _target(actual)
        return (
            f"{drift.table(case)}.{', '.join(wanted.columns)} references {other} where "
            f"{case.owner} declares {one}."
        )

    def why(self, case: Case) -> str:
        return (
            "Rows are checked against the wrong table: valid rows are refused, and "
            "invalid rows are accepted. A common cause is a change of AUTH_USER_MODEL "
            "in an existing project."
        )


def _target(foreign_key: ForeignKey) -> str:
    return (
        f"{wording.shown(foreign_key.to_table)} ({', '.join(foreign_key.to_columns)})"
    )
