"""A schema, and what may have become of it behind Django's back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Q

from fkguard.backends import backend_for
from fkguard.schema.catalogue import Table
from fkguard.schema.constraints import Check, Constraint, ForeignKey, Index, Unique
from tests.harness import FLAVOUR, FLAVOURS, Lab
from tests.scenarios.builders import create, integer, key, text, unique

#: One of everything that a migration can declare on every database.
HISTORY = [
    [
        create("Author", name=text()),
        create("Tag", name=text()),
        create(
            "Book",
            title=text(unique=True),
            series=text(),
            number=integer(),
            shelf=text(),
            place=integer(),
            pages=integer(),
            author=key("Author"),
            tags=models.ManyToManyField("testapp.Tag"),
            options={
                "unique_together": {("series", "number")},
                "constraints": [
                    unique("book_place", "shelf", "place"),
                    models.CheckConstraint(
                        condition=Q(pages__gte=0), name="book_pages"
                    ),
                ],
            },
        ),
        create(
            "Passport",
            author=models.OneToOneField("testapp.Author", models.CASCADE),
        ),
        create("Loan", book=key("Book")),
        create("Note", book=key("Book"), text=text()),
    ]
]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One change behind Django's back, and what `verify` has to say of it."""

    name: str
    inject: Callable[[Lab], None]
    #: (id, table, what the declaration says) of each finding.
    found: tuple[tuple[str, str, str], ...]
    flavours: tuple[str, ...] = FLAVOURS
    #: Rows that go in where it is lost, the last of which must fail where it is not.
    violation: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.name


def read(lab: Lab, name: str) -> Table:
    return backend_for(lab.connection).introspection.read([name]).tables[name]


def the(table: Table, kind: type[Constraint], *columns: str) -> Constraint:
    """Return the one constraint of some columns."""
    found = [
        each
        for each in table.constraints
        if type(each) is kind and set(each.columns) == set(columns)
    ]
    assert len(found) == 1, found
    return found[0]


def drop(kind: type[Constraint], table: str, *columns: str) -> Callable[[Lab], None]:
    """Return what drops a constraint as somebody with a prompt would."""

    def inject(lab: Lab) -> None:
        constraint = the(read(lab, table), kind, *columns)
        statements = backend_for(lab.connection).statements
        if FLAVOUR == "sqlite" and not statements.supports_drop(constraint):
            rebuild(lab, table, lambda sql: without(sql, kind, columns))
            return
        if FLAVOUR in {"mysql", "mariadb"} and kind is Unique:
            # A foreign key may stand on it.
            for each in columns:
                lab.execute(
                    *statements.add(table, Index(name=f"by_{each}", columns=(each,)))
                )
        lab.execute(*statements.drop(table, constraint))

    return inject


def without(sql: str, kind: type[Constraint], columns: tuple[str, ...]) -> str:
    """Return a CREATE TABLE of Django's without one constraint."""
    if kind is ForeignKey:
        # Its actions and timing follow, up to the next column or the end.
        pattern = rf'("{columns[0]}" [^,]*?) REFERENCES "\w+" \("\w+"\)[^,)]*'
        return substitute(pattern, r"\1", sql)
    listed = ", ".join(f'"{each}"' for each in columns)
    if kind is Unique and f"UNIQUE ({listed})" not in sql:
        return substitute(rf'("{columns[0]}" [^,]*?) UNIQUE', r"\1", sql)
    if kind is Unique:
        return substitute(rf', CONSTRAINT "\w+" UNIQUE \({listed}\)', "", sql)
    assert kind is Check
    return substitute(r', CONSTRAINT "\w+" CHECK \([^()]*\)', "", sql)


def substitute(pattern: str, by: str, sql: str) -> str:
    changed, number = re.subn(pattern, by, sql)
    assert number == 1, (pattern, sql)
    return changed


def rebuild(lab: Lab, table: str, edit: Callable[[str], str]) -> None:
    """Build an SQLite table again from another statement."""
    with lab.connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = %s "
            "AND sql IS NOT NULL ORDER BY type = 'index'",
            [table],
        )
        (_, create_sql), *indexes = cursor.fetchall()
        for statement in (
            "PRAGMA foreign_keys = OFF",
            "PRAGMA legacy_alter_table = ON",
            edit(create_sql).replace(f'"{table}"', '"rebuilt"', 1),
            f'INSERT INTO "rebuilt" SELECT * FROM "{table}"',
            f'DROP TABLE "{table}"',
            f'ALTER TABLE "rebuilt" RENAME TO "{table}"',
            *(sql for _, sql in indexes),
            "PRAGMA legacy_alter_table = OFF",
            "PRAGMA foreign_keys = ON",
        ):
            cursor.execute(statement)


def to_myisam(lab: Lab) -> None:
    drop(ForeignKey, "testapp_note", "book_id")(lab)
    lab.execute("ALTER TABLE testapp_note ENGINE = MyISAM")


def to_int(lab: Lab) -> None:
    if FLAVOUR == "postgresql":
        lab.execute("ALTER TABLE testapp_loan ALTER COLUMN book_id TYPE integer")
        return
    drop(ForeignKey, "testapp_loan", "book_id")(lab)
    lab.execute("ALTER TABLE testapp_loan MODIFY book_id int NOT NULL")


AUTHOR = "INSERT INTO testapp_author (id, name) VALUES ({0}, 'a')"
BOOK = (
    "INSERT INTO testapp_book (title, series, number, shelf, place, pages, author_id, "
    "id) VALUES ('{title}', '{series}', 1, '{shelf}', 1, {pages}, {author}, {id})"
)
TAG = "INSERT INTO testapp_tag (id, name) VALUES (1, 't')"


def book(number: int, **values: object) -> str:
    """Return an INSERT of a book that collides with none but where it says so."""
    facts: dict[str, object] = {
        "id": number,
        "title": f"t{number}",
        "series": f"s{number}",
        "shelf": f"h{number}",
        "pages": 1,
        "author": 1,
    }
    return BOOK.format(**(facts | values))


DRIFTS = (
    Drift(
        name="unique_field",
        inject=drop(Unique, "testapp_book", "title"),
        found=(("E702", "testapp_book", "UNIQUE (title)"),),
        violation=(AUTHOR.format(1), book(1, title="x"), book(2, title="x")),
    ),
    Drift(
        name="unique_together",
        inject=drop(Unique, "testapp_book", "series", "number"),
        found=(("E702", "testapp_book", "UNIQUE (series, number)"),),
        violation=(AUTHOR.format(1), book(1, series="x"), book(2, series="x")),
    ),
    Drift(
        name="unique_constraint",
        inject=drop(Unique, "testapp_book", "shelf", "place"),
        found=(("E702", "testapp_book", "UNIQUE (shelf, place)"),),
        violation=(AUTHOR.format(1), book(1, shelf="x"), book(2, shelf="x")),
    ),
    Drift(
        name="many_to_many_unique",
        inject=drop(Unique, "testapp_book_tags", "book_id", "tag_id"),
        found=(("E702", "testapp_book_tags", "UNIQUE (book_id, tag_id)"),),
        violation=(
            AUTHOR.format(1),
            book(1),
            TAG,
            "INSERT INTO testapp_book_tags (book_id, tag_id) VALUES (1, 1)",
            "INSERT INTO testapp_book_tags (book_id, tag_id) VALUES (1, 1)",
        ),
    ),
    Drift(
        name="one_to_one",
        inject=drop(Unique, "testapp_passport", "author_id"),
        found=(("E702", "testapp_passport", "UNIQUE (author_id)"),),
        violation=(
            AUTHOR.format(1),
            "INSERT INTO testapp_passport (author_id) VALUES (1)",
            "INSERT INTO testapp_passport (author_id) VALUES (1)",
        ),
    ),
    Drift(
        name="foreign_key",
        inject=drop(ForeignKey, "testapp_book", "author_id"),
        found=(
            (
                "E702",
                "testapp_book",
                "FOREIGN KEY (author_id) REFERENCES testapp_author (id)",
            ),
        ),
        violation=(book(1, author=99),),
    ),
    Drift(
        name="many_to_many_foreign_key",
        inject=drop(ForeignKey, "testapp_book_tags", "tag_id"),
        found=(
            (
                "E702",
                "testapp_book_tags",
                "FOREIGN KEY (tag_id) REFERENCES testapp_tag (id)",
            ),
        ),
        violation=(
            AUTHOR.format(1),
            book(1),
            "INSERT INTO testapp_book_tags (book_id, tag_id) VALUES (1, 99)",
        ),
    ),
    Drift(
        name="check",
        inject=drop(Check, "testapp_book", "pages"),
        found=(("E702", "testapp_book", "CHECK (pages >= 0)"),),
        violation=(AUTHOR.format(1), book(1, pages=-1)),
    ),
    Drift(
        name="engine",
        inject=to_myisam,
        found=(
            ("E707", "testapp_note", "testapp_note"),
            (
                "E702",
                "testapp_note",
                "FOREIGN KEY (book_id) REFERENCES testapp_book (id)",
            ),
        ),
        flavours=("mysql", "mariadb"),
        violation=("INSERT INTO testapp_note (book_id, text) VALUES (99, '')",),
    ),
    Drift(
        name="narrow_column",
        inject=to_int,
        found=(
            (
                "E708",
                "testapp_loan",
                "FOREIGN KEY (book_id) REFERENCES testapp_book (id)",
            ),
            *(
                ()
                if FLAVOUR == "postgresql"
                else (
                    (
                        "E702",
                        "testapp_loan",
                        "FOREIGN KEY (book_id) REFERENCES testapp_book (id)",
                    ),
                )
            ),
        ),
        flavours=("mysql", "mariadb", "postgresql"),
        violation=("INSERT INTO testapp_loan (book_id) VALUES (99)",),
    ),
)

HERE = [each for each in DRIFTS if FLAVOUR in each.flavours]
