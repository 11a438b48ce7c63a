"""The messages about constraints that the ledger says are owed."""

from __future__ import annotations

from django.core import checks

from ..judgement.recipes import Owed
from ..schema.catalogue import Catalogue, Located
from .ledger import LedgerEntry


def owed_message(owed: Owed, alias: str) -> checks.CheckMessage:
    """Return the error about a constraint that the ledger still owes."""
    where = Located(table=owed.table, constraint=owed.constraint).describe()
    return checks.Error(
        f"{where} was dropped by {owed.origin or 'an operation'} and has not been "
        "restored.",
        hint=(
            f"{owed.constraint.describe()} is owed in {LedgerEntry._meta.db_table}. "
            "Run "
            f"python manage.py fkguard repair --apply --database {alias}, or "
            f"FKGUARD_MODE=auto python manage.py migrate --database {alias}, to "
            "restore it."
        ),
        id="fkguard.E005",
    )


def unsettled_message(owed: Owed, actual: Catalogue, alias: str) -> checks.CheckMessage:
    """Return the error about what is owed of a table or column that is gone."""
    message = owed_message(owed, alias)
    table = actual.get(owed.table)
    if table is None:
        gone = f"There is no table {owed.table} any more"
    else:
        present = {c.name for c in table.columns}
        names = ", ".join(sorted(owed.constraint.uses - present))
        gone = (
            f"{owed.table} has no column {names} any more"
            if names
            else ("The table or column that it references no longer exists")
        )
    message.hint = (
        f"{gone}: renamed or dropped since. Create the constraint manually if it is "
        f"still needed, and delete the row {owed.row} of {LedgerEntry._meta.db_table}."
    )
    return message
