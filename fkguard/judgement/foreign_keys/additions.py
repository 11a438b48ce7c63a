"""Foreign keys that an event makes: over rows, or to a table that is not there."""

from __future__ import annotations

from collections.abc import Callable

from ...backends import backend_named
from ...schema.catalogue import Catalogue, Table
from ...schema.consequences import OVER_ROWS, TABLE_MISSING, Consequence
from ...schema.constraints import ForeignKey
from ...schema.events import AddColumn, AlterColumn, Event, is_same_but_comment
from ...schema.names import split_key


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


def missing_at_once(
    catalogue: Catalogue, event: Event, has_table: Callable[[str], bool]
) -> list[Consequence]:
    """Return the foreign key that an event makes to a table that is missing.

    Of an added or altered column: Django makes that of a new table later, when the
    migration ends, and SQLite looks for the table when a row is inserted.
    """
    facts = backend_named(catalogue.server.flavour)
    if facts.finds_tables_late or event.table not in catalogue:
        return []
    if isinstance(event, AlterColumn):
        old, new = event.old, event.new
        if old.enforces_reference and old.references == new.references:
            return []
    elif not isinstance(event, AddColumn):
        return []
    return [
        Consequence(kind=TABLE_MISSING, event=event, table=event.table, constraint=each)
        for each in event.constraints
        if isinstance(each, ForeignKey)
        and each.to_table != event.table
        and not split_key(each.to_table)[0]
        and not has_table(each.to_table)
    ]


def _checks_rows(catalogue: Catalogue, table: Table, event: AlterColumn) -> bool:
    old, new = event.old, event.new
    if not old.enforces_reference:
        return not _is_retargeted(catalogue, event)
    if is_same_but_comment(old, new) or _is_retargeted(catalogue, event):
        return False
    if old.null and not new.null and new.default is not None:
        return True
    # The one that is recreated checks every row, and those that came while nobody
    # checked break it: a session of MySQL with foreign_key_checks=0, NOT VALID.
    facts = backend_named(catalogue.server.flavour)
    return any(
        facts.forgets_unchecked_rows or not each.is_valid
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
