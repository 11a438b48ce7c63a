"""Build cases, and put a hazard's words together for comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fkguard.backends import backend_named
from fkguard.judgement.hazards import Case, cause_of
from fkguard.schema.catalogue import Catalogue, Column, Server, Table
from fkguard.schema.consequences import INCOMPATIBLE, Consequence
from fkguard.schema.constraints import Constraint, ForeignKey, PrimaryKey
from fkguard.schema.events import AddConstraint, DeclaredColumn, Event
from fkguard.schema.location import Place

POSTGRESQL = Server(flavour="postgresql", version=(15, 8))
MYSQL = Server(flavour="mysql", version=(9, 7, 0))
MARIADB = Server(flavour="mariadb", version=(11, 8, 3))
SQLITE = Server(flavour="sqlite", version=(3, 40, 1), finds_tables_in_any_case=True)
PLACE = Place(app_label="library", migration="0007_step", number=2)


def column(
    field: str, name: str = "", *, type: str = "integer", **options: Any
) -> DeclaredColumn:
    """Return a field as the column that Django would ask for."""
    return DeclaredColumn(field=field, column=name or field, type=type, **options)


def a_case(
    server: Server,
    kind: str,
    event: Event,
    constraint: Constraint,
    *,
    table: str = "library_book",
    others: tuple[Constraint, ...] = (),
    **options: Any,
) -> Case:
    """Return a case of the model Book, unless told otherwise."""
    of_consequence = {
        name: options.pop(name)
        for name in ("becomes", "error", "dependents", "detail", "reset")
        if name in options
    }
    options.setdefault("model", "Book")
    return Case(
        consequence=Consequence(
            kind=kind,
            event=event,
            table=table,
            constraint=constraint,
            **of_consequence,
        ),
        server=server,
        place=PLACE,
        before=Table(name=table, constraints=(constraint, *others)),
        **options,
    )


BOOK = Table(name="library_book")
AUTHOR = Table(name="library_author")
FOREIGN_KEY = ForeignKey(
    name="author_key",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def a_pair(
    server: Server,
    referencing: Column,
    referenced: Column,
    *,
    key: Constraint | None = None,
    foreign_key: ForeignKey = FOREIGN_KEY,
    is_new: bool = True,
    table: Table = BOOK,
    to_table: Table = AUTHOR,
) -> Case | None:
    """Return the case of a foreign key from library_book to library_author, or None.

    The referenced column is the primary key unless another key is given.
    """
    if key is None:
        key = PrimaryKey(name="PRIMARY", columns=("id",))
    book = replace(table, columns=(referencing,))
    author = replace(to_table, columns=(referenced,), constraints=(key,))
    catalogue = Catalogue(server, [author, book])
    rules = backend_named(server.flavour).compatibility(server)
    found = rules.difference(catalogue, book, foreign_key, is_new=is_new)
    if found is None:
        return None
    return Case(
        consequence=Consequence(
            kind=INCOMPATIBLE,
            event=AddConstraint(table=book.name, constraint=foreign_key),
            table=book.name,
            constraint=foreign_key,
            error=found.error,
            difference=found,
        ),
        server=server,
        place=PLACE,
        before=book,
    )


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything that a reader is told, line by line where there are lines."""

    id: str
    message: str
    why: str
    instead: tuple[str, ...] = ()


def words(case: Case | None) -> Words:
    """Return the words of the hazard that is the cause of a case."""
    assert case is not None
    hazard = cause_of(case, Catalogue(case.server))
    assert hazard is not None
    return Words(
        id=hazard.id,
        message=hazard.message(case),
        why=hazard.why(case),
        instead=tuple(hazard.instead(case).splitlines()),
    )


def judged(case: Case) -> str | None:
    """Return the id of the hazard that is the cause of a case."""
    hazard = cause_of(case, Catalogue(case.server))
    return None if hazard is None else hazard.id
