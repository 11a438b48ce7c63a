"""What a hazard is: a cause, the words for it, and the way out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.core import checks

from ...backends import backend_named
from ...backends.base.backend import Backend
from ...schema.catalogue import Catalogue, Located, Server, Table
from ...schema.consequences import Consequence
from ...schema.constraints import Constraint
from ...schema.events import Event
from ...schema.location import Place

DOCS = "https://fkguard.readthedocs.io/en/latest/reference/hazards"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A relation to a model that does not exist yet, in the words of models."""

    #: "library.Loan.book" and what it consists of.
    label: str = ""
    model: str = ""
    field: str = ""
    #: The referenced model, "catalog.Book".
    to: str = ""
    #: The way to it and, in a circle, back to where it begins.
    path: str = ""
    #: App label and name of the migration that makes it.
    made_by: tuple[str, str] | None = None
    #: Whether the app of the referenced model has no migrations.
    is_unmigrated: bool = False
    #: The field as the source of a migration.
    source: str = "..."
    #: The databases that the routers keep the referenced model on, where that is not
    #: this one; None where it is.
    elsewhere: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """What is there of a migration that is not recorded, and what is not."""

    tables: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    constraints: tuple[Located, ...] = ()
    missing: tuple[Located, ...] = ()
    #: Tables and columns, in words.
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The tables that a consequence concerns, before and after the event.

    The table of the constraint comes first; tables that a foreign key references,
    and the table of the event, follow. `verify` has the declared tables before, and
    the actual tables after.
    """

    before: tuple[Table, ...] = ()
    after: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A consequence with everything that a hazard's words need."""

    consequence: Consequence
    server: Server
    place: Place
    #: The table before the event, as the catalogue has it.
    before: Table
    #: Whether the project state declares the constraint.
    is_known: bool = False
    #: Whether the plan brings the dropped column back (added again, or renamed to).
    returns: bool = False
    #: The model of the event's table, "Book", where the state has one.
    model: str = ""
    #: Rows that the consequence concerns, where they were counted; else -1.
    rows: int = -1
    #: A few keys of such rows, as text.
    sample: tuple[str, ...] = ()
    #: The model of the constraint's table, "otherapp.Loan", where the state has one.
    owner: str = ""
    #: Columns of the constraint's table, by what the state calls their fields.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: The constraint's table as the state after the event declares it.
    declared: Table | None = None
    #: The message about a relation whose table is missing.
    reference: Reference = field(default_factory=Reference)
    #: The message about a half-applied migration.
    leftover: Leftover = field(default_factory=Leftover)
    #: The tables to draw in a report.
    surroundings: Surroundings = field(default_factory=Surroundings, compare=False)

    @property
    def backend(self) -> Backend:
        """Return what differs between databases, for this one."""
        return backend_named(self.server.flavour)

    @property
    def event(self) -> Event:
        return self.consequence.event

    @property
    def constraint(self) -> Constraint:
        return self.consequence.constraint

    @property
    def label(self) -> str:
        """Return the constraint's kind, name and columns, to be read aloud."""
        constraint = self.constraint
        name = f" {constraint.name}" if constraint.name else ""
        return f"{constraint.kind}{name} ({', '.join(self.members)})"

    @property
    def members(self) -> tuple[str, ...]:
        """Return the constraint's columns: its key, else what it reads."""
        return self.constraint.columns or tuple(sorted(self.constraint.uses))

    @property
    def names(self) -> tuple[str, ...]:
        """Return what an acknowledgement may call the constraint."""
        table, constraint = self.consequence.table, self.constraint
        unnamed = f"{table}({', '.join(self.members)})"
        return (constraint.name, unnamed) if constraint.name else (unnamed,)


class Hazard(ABC):
    """One way to lose a constraint. Subclasses are declared, one in a module."""

    #: "E101"; shown as "fkguard.E101".
    id: ClassVar[str]
    #: The name of the module, of the page and of the test.
    slug: ClassVar[str]
    #: One line for lists.
    title: ClassVar[str]
    level: ClassVar[int] = checks.ERROR
    #: What stands above the operations to write instead.
    remedy: ClassVar[str] = "Write instead:"
    #: Modes that refuse it; the others warn.
    refused_in: ClassVar[frozenset[str]] = frozenset({"strict", "auto"})
    #: Whether it is one fact of the session, however many constraints it concerns.
    is_of_session: ClassVar[bool] = False

    @abstractmethod
    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        """Say whether this hazard is the cause of the case."""

    @abstractmethod
    def message(self, case: Case) -> str:
        """Return the fact, in one line, with the reader's names."""

    @abstractmethod
    def why(self, case: Case) -> str:
        """Return why this database does that."""

    def instead(self, case: Case) -> str:
        """Return the operations to write instead, ready to paste; "" for none."""
        return ""

    def kept(self, case: Case) -> str:
        """Return what auto keeps, for its line in the log."""
        return case.label

    def is_refused(self, case: Case, mode: str) -> bool:
        """Say whether a mode refuses the case, where no recipe wraps it."""
        return mode in self.refused_in

    @property
    def is_acceptable(self) -> bool:
        """Return whether the operation runs and only a constraint is lost.

        The statements of the other hazards fail, and an acknowledgement would not
        help.
        """
        return not self.id.startswith("E3")

    @property
    def url(self) -> str:
        return f"{DOCS}/{self.slug}.html"
