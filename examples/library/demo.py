#!/usr/bin/env python
"""
Show what three migrations do to the constraints of a library, without fkguard and with.

    demo.py [--database sqlite|postgresql|postgresql18|mysql|mariadb|mariadb118]

Each run starts from a database of its own, which is dropped at its end. What is
printed as a fact was read from that database, and "!" marks what is harm. The facts
are compared with what is written down here: the exit status is 1 where they differ.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill, indent

HERE = Path(__file__).resolve().parent
APPLIED, FAILED, REFUSED = "applied", "failed", "refused"
ACCEPTED, REJECTED = "accepted", "rejected"
DATABASES = (
    *("sqlite", "postgresql", "postgresql18"),
    *("mysql", "mariadb", "mariadb118"),
)
MODES = ("off", "strict", "auto")


@dataclass(frozen=True)
class Seen:
    """What a run of migrate left in the database."""

    migrate: str
    constraints: str
    #: A row that should be taken, and one that should not.
    good_row: str = ACCEPTED
    bad_row: str = REJECTED
    #: Changes of the schema that a migration left which did not succeed.
    left_behind: tuple[str, ...] = ()

    def is_intact(self, change: Change) -> bool:
        """Say whether the constraint is what it was, and nothing else is broken."""
        return self == Seen(self.migrate, change.constraint)


@dataclass(frozen=True)
class Change:
    title: str
    story: str
    app: str
    table: str
    #: The kind and the columns of what is at stake.
    constraint: str
    good_row: tuple[str, str]
    bad_row: tuple[str, str]
    #: Database -> what is seen without fkguard.
    harm: dict[str, Seen]
    #: What auto does where it has a proven way; it refuses elsewhere.
    auto: str = APPLIED
    #: Database -> why the constraint is at stake there.
    why: dict[str, str] = field(default_factory=dict)

    def expected(self, mode: str, flavour: str) -> Seen:
        if mode == "off":
            return self.harm[flavour]
        ended = REFUSED if mode == "strict" else self.auto
        return Seen(migrate=ended, constraints=self.constraint)


COPY_ONCE = "UNIQUE (book_id, number)"
ISBN_ONCE = "UNIQUE (isbn)"
BOOK = "INSERT INTO catalog_book (id, author_id, title, isbn) VALUES"
MEMBER = "FOREIGN KEY (member_id) REFERENCES lending_member"

CHANGES = (
    Change(
        title="A unique index that was made by hand",
        story=(
            "catalog.0002_isbn_once makes a unique index with RunSQL, and "
            "catalog.0003_isbn_without_index takes db_index=True off the same field."
        ),
        why=dict.fromkeys(
            ("postgresql", "mysql", "mariadb"),
            "Django drops every index of that column that it cannot attribute.",
        )
        | {
            "sqlite": (
                "On SQLite, Django rebuilds the table from the project state, which "
                "does not know the index."
            )
        },
        app="catalog",
        table="catalog_book",
        constraint=ISBN_ONCE,
        good_row=(
            "another ISBN",
            f"{BOOK} (3, 1, 'Persuasion', '9780141439686')",
        ),
        bad_row=(
            "the ISBN of book 1 again",
            f"{BOOK} (4, 1, 'Emma', '9780141439587')",
        ),
        harm=dict.fromkeys(
            ("postgresql", "mysql", "mariadb", "sqlite"),
            Seen(APPLIED, "no UNIQUE", bad_row=ACCEPTED),
        ),
    ),
    Change(
        title="A column of a unique constraint is replaced",
        story=(
            "stock.0002_number_as_text adds Copy.new_number, removes Copy.number and "
            "renames the new column to the old name. The project state declares "
            "UniqueConstraint(book, number) all the while."
        ),
        why={
            "postgresql": "PostgreSQL drops the constraint with the column.",
            "mysql": "MySQL keeps the constraint without the column.",
            "mariadb": (
                "MariaDB refuses to drop the column, and the migration ends in the "
                "middle."
            ),
            "sqlite": (
                "On SQLite, Django cannot rebuild the table without the column, and "
                "the transaction is rolled back: nothing is lost here, and the "
                "migration never ends."
            ),
        },
        app="stock",
        table="stock_copy",
        constraint=COPY_ONCE,
        good_row=(
            "copy 2 of book 1",
            "INSERT INTO stock_copy (id, book_id, number) VALUES (2, 1, '2')",
        ),
        bad_row=(
            "copy 1 of book 1 again",
            "INSERT INTO stock_copy (id, book_id, number) VALUES (3, 1, '1')",
        ),
        harm={
            "postgresql": Seen(APPLIED, "no UNIQUE", bad_row=ACCEPTED),
            "mysql": Seen(APPLIED, "UNIQUE (book_id)", good_row=REJECTED),
            "mariadb": Seen(
                FAILED,
                COPY_ONCE,
                good_row=REJECTED,
                left_behind=("stock_copy.new_number",),
            ),
            "sqlite": Seen(FAILED, COPY_ONCE),
        },
    ),
    Change(
        title="A model is deleted that a foreign key still references",
        story=(
            "lending.0002_readers creates Reader and deletes Member. The project "
            "state no longer has Loan.member; the database still has its column."
        ),
        why={
            "postgresql": "PostgreSQL drops the foreign key with the table.",
            "sqlite": (
                "SQLite drops the table and leaves the foreign key behind, which "
                "then refuses every row."
            ),
        }
        | dict.fromkeys(
            ("mysql", "mariadb"),
            "The server refuses to drop the table, and the migration ends in the "
            "middle.",
        ),
        app="lending",
        table="lending_loan",
        constraint=MEMBER,
        good_row=(
            "a loan to nobody",
            "INSERT INTO lending_loan (id, copy_id) VALUES (2, 1)",
        ),
        bad_row=(
            "a loan to member 99",
            "INSERT INTO lending_loan (id, copy_id, member_id) VALUES (3, 1, 99)",
        ),
        harm={
            "postgresql": Seen(
                APPLIED, "no FOREIGN KEY on member_id", bad_row=ACCEPTED
            ),
            "mysql": Seen(FAILED, MEMBER, left_behind=("lending_reader",)),
            "mariadb": Seen(FAILED, MEMBER, left_behind=("lending_reader",)),
            "sqlite": Seen(APPLIED, f"{MEMBER}, which is not there", good_row=REJECTED),
        },
        # Nothing in the plan says what member_id is to reference from now on.
        auto=REFUSED,
    ),
)

ROWS = (
    "INSERT INTO catalog_author (id, name) VALUES (1, 'Jane Austen')",
    f"{BOOK} (1, 1, 'Emma', '9780141439587')",
    "INSERT INTO stock_copy (id, book_id, number) VALUES (1, 1, 1)",
    "INSERT INTO lending_member (id, name) VALUES (1, 'Elinor')",
    "INSERT INTO lending_loan (id, copy_id) VALUES (1, 1)",
)
#: The migrations that are applied before each change.
BEFORE = (("catalog", "0002"), ("stock", "0001"), ("lending", "0001"))


class Database:
    """A fresh database of the library, and what can be read from it."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection
        self.name = connection.settings_dict["NAME"]

    @property
    def flavour(self) -> str:
        if getattr(self.connection, "mysql_is_mariadb", False):
            return "mariadb"
        return self.connection.vendor

    def describe(self) -> str:
        version = ".".join(map(str, self.connection.get_database_version()))
        return f"{self.connection.display_name} {version}"

    def __enter__(self) -> Database:
        from django.core.management import call_command

        if self.connection.vendor != "sqlite":
            charset = " CHARACTER SET utf8mb4" * (self.connection.vendor == "mysql")
            self._on_server(f"CREATE DATABASE {self.name}{charset}")
        # The history up to here is harmless, and strict lets it pass.
        os.environ["FKGUARD_MODE"] = "strict"
        for app, migration in BEFORE:
            call_command("migrate", app, migration, verbosity=0)
        with self.connection.cursor() as cursor:
            for sql in ROWS:
                cursor.execute(sql)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.connection.close()
        if self.connection.vendor == "sqlite":
            Path(self.name).unlink(missing_ok=True)
        else:
            self._on_server(f"DROP DATABASE IF EXISTS {self.name}")

    def _on_server(self, sql: str) -> None:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    def migrate(self, app: str, mode: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py as its users do."""
        self.connection.close()
        return subprocess.run(
            [sys.executable, HERE / "manage.py", "migrate", app, "--verbosity=0"],
            env=os.environ | {"FKGUARD_MODE": mode},
            capture_output=True,
            text=True,
            check=False,
        )

    def schema(self) -> set[str]:
        """Return tables, columns, constraints and migrations, as text."""
        read = self.connection.introspection
        found = set()
        with self.connection.cursor() as cursor:
            for table in read.table_names(cursor):
                found.add(table)
                columns = read.get_table_description(cursor, table)
                found.update(f"{table}.{column.name}" for column in columns)
                constraints = read.get_constraints(cursor, table)
                found.update(f"{table}: {each}" for each in constraints.items())
            cursor.execute("SELECT app, name FROM django_migrations")
            found.update(f"{app}.{name}" for app, name in cursor.fetchall())
        return found

    def constraints(self, change: Change) -> str:
        """Return what there is of the kind that is at stake, as text."""
        read = self.connection.introspection
        with self.connection.cursor() as cursor:
            tables = read.table_names(cursor)
            found = []
            for each in read.get_constraints(cursor, change.table).values():
                columns = ", ".join(each["columns"])
                if change.constraint.startswith("UNIQUE"):
                    if each["unique"] and not each["primary_key"]:
                        found.append(f"UNIQUE ({columns})")
                elif each["foreign_key"] and columns == "member_id":
                    to = each["foreign_key"][0]
                    gone = "" if to in tables else ", which is not there"
                    found.append(f"FOREIGN KEY ({columns}) REFERENCES {to}{gone}")
        if found:
            return "; ".join(sorted(found))
        return (
            "no UNIQUE"
            if change.constraint.startswith("UNIQUE")
            else "no FOREIGN KEY on member_id"
        )

    def insert(self, sql: str) -> tuple[str, str]:
        """Try a row, and take it back; return what became of it, and the error."""
        from django.db import DatabaseError, transaction

        from fkguard.errors import first_line

        try:
            with transaction.atomic():
                with self.connection.cursor() as cursor:
                    cursor.execute(sql)
                self.connection.check_constraints()
                transaction.set_rollback(True)
        except DatabaseError as error:
            return REJECTED, first_line(error)
        return ACCEPTED, ""


def show(name: str, value: str, *, detail: str = "", is_harm: bool = False) -> None:
    """Print a fact; harm is marked."""
    print(f"   {'!' if is_harm else ' '} {name:<26}{value}")
    if detail:
        print(fill(detail, 79, initial_indent=" " * 7, subsequent_indent=" " * 7))


def last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def differences(before: set[str], after: set[str]) -> tuple[str, ...]:
    """Return what differs; of a new table, the name alone."""
    changes = before ^ after
    tables = {each for each in changes if "." not in each and ":" not in each}
    return tuple(
        sorted(
            each
            for each in changes
            if each in tables or re.split("[.:]", each)[0] not in tables
        )
    )


def run(change: Change, mode: str, told: set[str]) -> Seen:
    """Make the change in a fresh database; print and return what is seen."""
    print(f"   $ FKGUARD_MODE={mode} python manage.py migrate {change.app}")
    with Database() as database:
        before = database.schema()
        done = database.migrate(change.app, mode)
        left_behind: tuple[str, ...] = ()
        if done.returncode == 0:
            ended = APPLIED
            show("migration", ended)
        else:
            left_behind = differences(before, database.schema())
            if "fkguard refuses" in done.stderr:
                ended = REFUSED
                message = done.stderr.strip()
                if message in told:
                    message = "(the same message)"
                told.add(message)
                print(indent(message, "     | ", lambda line: True))
                show("migration", ended)
            else:
                ended = FAILED
                show("migration", ended, detail=last_line(done.stderr), is_harm=True)
            show(
                "changed in the database",
                ", ".join(left_behind) or "nothing",
                is_harm=bool(left_behind),
            )
        if ended == FAILED and left_behind:
            again = last_line(database.migrate(change.app, mode).stderr)
            show("migrate once more", FAILED, detail=again, is_harm=True)
        constraints = database.constraints(change)
        show(change.table, constraints, is_harm=constraints != change.constraint)
        good_row, error = database.insert(change.good_row[1])
        show(change.good_row[0], good_row, detail=error, is_harm=good_row != ACCEPTED)
        bad_row, _ = database.insert(change.bad_row[1])
        show(change.bad_row[0], bad_row, is_harm=bad_row != REJECTED)
    print()
    return Seen(ended, constraints, good_row, bad_row, left_behind)


def main() -> int:
    sys.path.insert(0, str(HERE))
    parser = argparse.ArgumentParser(description="Show what fkguard does.")
    parser.add_argument("--database", default="sqlite", choices=DATABASES)
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    os.environ["LIBRARY_DATABASE"] = options.database
    with tempfile.TemporaryDirectory() as folder:
        name = f"fkguard_demo_{os.getpid()}"
        if options.database == "sqlite":
            name = str(Path(folder, f"{name}.sqlite3"))
        os.environ["LIBRARY_NAME"] = name
        return demonstrate()


def demonstrate() -> int:
    import django

    import fkguard

    django.setup()
    flavour = ""
    wrong: list[str] = []
    summary: list[str] = []
    for number, change in enumerate(CHANGES, start=1):
        if not flavour:
            with Database() as database:
                flavour, server = database.flavour, database.describe()
            versions = f"fkguard {fkguard.__version__}, Django {django.__version__}"
            print(f"{versions}, {server}\n")
        print(f"{number}. {change.title}\n")
        story = f"{change.story} {change.why.get(flavour, '')}".strip()
        print(fill(story, 79, initial_indent="   ", subsequent_indent="   "))
        print(f"   Before: {change.table} has {change.constraint}.\n")
        told: set[str] = set()
        for mode in MODES:
            seen = run(change, mode, told)
            kept = "intact" if seen.is_intact(change) else "HARMED"
            summary.append(f"   {number}. {mode:<8}{seen.migrate:<9}{kept}")
            expected = change.expected(mode, flavour)
            if seen != expected:
                wrong.append(f"{number}. {mode}: {seen}\n   expected: {expected}")
    print("Summary: the migration, and the database after it\n")
    print("\n".join(summary))
    if wrong:
        print("\nNOT AS EXPECTED:\n" + "\n".join(wrong))
        return 1
    print("\nEverything is as expected.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
