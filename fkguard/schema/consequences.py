"""What an event did, or would do, to a constraint beyond what it was asked to."""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue import Column, Dependent
from .constraints import Constraint
from .events import Event

#: The constraint goes, and nobody says a word.
DROPPED = "dropped"
#: The constraint stays with fewer columns.
SHRUNK = "shrunk"
#: The constraint comes back as something else: `becomes`.
CHANGED = "changed"
#: The constraint points at a table or column that no longer exists.
DANGLING = "dangling"
#: The database refuses, halfway through the operation: `error`.
FAILS = "fails"
#: Why it refuses, in `detail`: names that are the same once they are cut.
ALIKE = "alike"
#: The error of a key that is too long (MySQL, MariaDB).
KEY_TOO_LONG = "1071"
#: A column is longer than a key takes in the table's row format.
KEY_PART_TOO_LONG = "1709"
#: The error of a row that is too large (MySQL, MariaDB).
ROW_TOO_LARGE = "1118"
KEYS_TOO_LONG = frozenset({KEY_TOO_LONG, KEY_PART_TOO_LONG})
TOO_LARGE = KEYS_TOO_LONG | {ROW_TOO_LARGE}
#: The state declares the constraint; the database does not make it.
UNCREATED = "uncreated"
#: Views and the like go along: `dependents`.
CASCADES = "cascades"
#: The rows of a join table go, or have to point at another table.
RETARGETED = "retargeted"
JOIN_DROPPED = "join_dropped"
#: The migration is not recorded, and some of what it makes is there.
LEFT_OVER = "left_over"
#: A foreign key references a table that is missing when it is made.
TABLE_MISSING = "table_missing"
#: A foreign key is made over rows that were there before.
OVER_ROWS = "over_rows"
#: A unique constraint is created over rows that have the same key.
DUPLICATES = "duplicates"
#: A rebuild of the table creates a declared unique that the table has not (SQLite).
RECREATED = "recreated"
#: A unique constraint that auto took away for a while is put back over such rows.
PUT_BACK = "put_back"
#: A column becomes NOT NULL over rows that have no value in it.
NULLS = "nulls"
#: A check is created over rows that break it.
BROKEN = "broken"
#: The server has no cast from a column's type to the new one: `error`.
NOT_CAST = "not_cast"
#: A column becomes one of UUIDs over values that are none.
NOT_UUID = "not_uuid"
#: A column becomes too narrow for values that it holds: `detail`.
CUT = "cut"
#: The two ends of a foreign key are of different widths from now on.
MISMATCHED = "mismatched"
#: The operation itself declares it: integrity that is given up on purpose.
GIVEN_UP = "given_up"
#: The state takes a table over without a constraint that the table has.
UNDECLARED = "undeclared"
#: A foreign key is made between columns that cannot be its ends: `difference`.
INCOMPATIBLE = "incompatible"
#: A column is written anew without its collation or comment: `reset`.
RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The one thing that keeps a foreign key from being made, or from being one."""

    #: The slug of the hazard that has the words for it.
    hazard: str
    #: What differs, to end a sentence: "their collations differ, ... and ...".
    fact: str
    #: Both ends whole: table, column, type, charset, collation, engine.
    referencing: str
    referenced: str
    #: The server's error; "" where it accepts the foreign key all the same.
    error: str = ""
    #: The statements, in order, after which the foreign key can be made.
    fix: tuple[str, ...] = ()
    #: The new column as it would have to be made, or the altered one as it would have
    #: to stay; None where neither would do.
    remedy: Column | None = None
    #: The type of the remedy as a statement has it, with charset and collation.
    remedy_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Reset:
    """What a column loses that is redefined."""

    #: As it should be after the event, and as it is then.
    wanted: Column
    becomes: Column
    #: The one statement that alters it and states all of it.
    statement: str


#: The constraint that is to be removed is not there as Django asks for it; `becomes`
#: is the one of another name or form that is meant, where there is exactly one.
NOT_FOUND = "not_found"


# What a migration says itself, which no run of ``migrate`` reports.

#: The state declares the constraint no longer, and nothing stands in for it.
REMOVED = "removed"
#: What stands in for the constraint promises less: `becomes`.
WEAKENED = "weakened"
#: What stands in for the constraint promises something else: `becomes`.
REPLACED = "replaced"
#: The state changes, and the database does not.
STATE_ONLY = "state_only"
#: The state no longer declares the foreign key, and the database keeps it.
LEFT_BEHIND = "left_behind"
#: A table is altered while the check of one of its rows is pending (PostgreSQL).
PENDING = "pending"
#: Two apps reference each other, and which tables come first is left open.
CIRCULAR = "circular"
#: Raw SQL takes the constraint away by its name.
SQL_DROPS = "sql_drops"
#: Raw SQL gives a table another engine or character set.
CONVERTED = "converted"
#: Raw SQL leaves foreign key checks switched off.
CHECKS_OFF = "checks_off"
#: Raw SQL that the parser cannot read, or code that nothing reads.
UNREAD = "unread"
NOT_SEEN = "not_seen"


# What `verify` finds: the declared constraint is `constraint`, the actual `becomes`.

#: The table, or a column of it, is missing.
ABSENT = "absent"
#: The constraint is missing.
MISSING = "missing"
#: There is one instead that promises something else.
DIFFERS = "differs"
#: It is there, and not every row obeys it.
UNENFORCED = "unenforced"
#: The foreign key references another table or column.
MISDIRECTED = "misdirected"
#: The foreign key has another referential action.
OTHER_ACTION = "other_action"
#: The table's engine enforces no foreign key.
ENGINE = "engine"
#: The two ends of a foreign key are of types that do not go together.
ENDS = "ends"
#: The column compares by another collation than the declared one.
COLLATION = "collation"
#: Nothing declares the constraint, which is `constraint` here.
EXTRA = "extra"

#: What is a loss only where there are rows, which are counted.
ABOUT_ROWS = frozenset(
    {RETARGETED, JOIN_DROPPED, OVER_ROWS}
    | {DUPLICATES, RECREATED, PUT_BACK, NULLS, BROKEN, CUT, NOT_UUID}
)
#: Those of them that are counted before a plan alone.
BLOCKED = frozenset({DUPLICATES, RECREATED, PUT_BACK, NULLS, BROKEN, CUT, NOT_UUID})
#: How many rows are counted, at most, that break a check or a type or are NULL.
COUNTED_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """One thing that an event did, or would do, to one constraint."""

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
    #: What is wrong with an incompatible foreign key.
    difference: Difference | None = None
    #: What a column that is redefined loses.
    reset: Reset | None = None
    #: What `verify` saw, where the two constraints do not tell it: part of a sentence.
    detail: str = ""
