"""What an event did, or would do, to a constraint beyond what it was asked to."""

from __future__ import annotations

from dataclasses import dataclass

from .constraints import Constraint, Dependent
from .events import Event

#: The constraint goes, and nobody says a word.
DROPPED = "dropped"
#: The constraint stays with fewer columns.
SHRUNK = "shrunk"
#: The constraint comes back as something else: `becomes`.
CHANGED = "changed"
#: The constraint points at a table or column that is not there any more.
DANGLING = "dangling"
#: The database refuses, halfway through the operation: `error`.
FAILS = "fails"
#: The state declares the constraint; the database does not make it.
UNCREATED = "uncreated"
#: Views and the like go along: `dependents`.
CASCADES = "cascades"
#: The rows of a join table go, or have to point at another table.
RETARGETED = "retargeted"
JOIN_DROPPED = "join_dropped"
#: The two ends of a foreign key are of different widths from now on.
MISMATCHED = "mismatched"
#: The operation itself declares it: integrity that is given up on purpose.
GIVEN_UP = "given_up"
#: The state takes a table over without a constraint that the table has.
UNDECLARED = "undeclared"


@dataclass(frozen=True, kw_only=True)
class Consequence:
    kind: str
    event: Event
    #: Key of the table that the constraint belongs to, before the event.
    table: str
    #: As it was before the event.
    constraint: Constraint
    becomes: Constraint | None = None
    #: The server's error, its number where it has one: "1072".
    error: str = ""
    dependents: tuple[Dependent, ...] = ()
