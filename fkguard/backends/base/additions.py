"""Foreign keys that an event makes over rows that were there before."""

from __future__ import annotations

from ...consequences import OVER_ROWS, Consequence
from ...constraints import Catalogue, ForeignKey, Table
from ...declared import is_same_but_comment
from ...events import AddColumn, AlterColumn, Event


def over_rows(catalogue: Catalogue, event: Event) -> list[Consequence]:
    """Return the foreign key that an event will make over a table's rows.

    `catalogue` is that before the event. A new table has no rows, and a new column
    without a default has no values.
    """
    table = catalogue.get(event.table)
    if table is None or not isinstance(event, (AddColumn, AlterColumn)):
        return []
    made = next((c for c in event.constraints if isinstance(c, ForeignKey)), None)
    if made is None:
        return []
    if isinstance(event, AddColumn):
        is_checked = event.new.default is not None
    else:
        is_checked = _checks_rows(catalogue, table, event)
    if not is_checked:
        return []
    return [
        Consequence(kind=OVER_ROWS, event=event, table=event.table, constraint=made)
    ]


def _checks_rows(catalogue: Catalogue, table: Table, event: AlterColumn) -> bool:
    old, new = event.old, event.new
    if not old.enforces_reference:
        return not _is_retargeted(catalogue, event)
    if is_same_but_comment(old, new) or _is_retargeted(catalogue, event):
        return False
    if old.null and not new.null and new.default is not None:
        return True
    # The one that is made again checks every row, and those that came while nobody
    # checked break it: a session of MySQL with foreign_key_checks=0, NOT VALID.
    return any(
        catalogue.server.flavour in {"mysql", "mariadb"} or not each.is_valid
        for each in table.of(ForeignKey)
        if each.columns == (old.column,)
    )


def _is_retargeted(catalogue: Catalogue, event: AlterColumn) -> bool:
    """Say whether the field references another table: a hazard of its own."""
    old, new = event.old, event.new
    return (
        old.references is not None
        and old.references != new.references
        and old.references[0] in catalogue
    )
