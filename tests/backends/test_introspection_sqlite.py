"""What only SQLite's catalogue holds."""

from __future__ import annotations

import pytest
from django.db import connection

from fkguard.schema.catalogue import Table
from fkguard.schema.constraints import (
    Check,
    ForeignKey,
    Index,
    PrimaryKey,
    Trigger,
    Unique,
)

from .conftest import Database

pytestmark = pytest.mark.flavours("sqlite")

AUTHORS = "CREATE TABLE authors (id integer PRIMARY KEY, name text)"


def constraints(database: Database, body: str, tail: str = "") -> list[object]:
    database.execute(f"CREATE TABLE made ({body}) {tail}")
    return [
        each
        for each in database.table("made").constraints
        if not isinstance(each, PrimaryKey)
    ]


def test_server(database: Database) -> None:
    server = database.introspection.server()
    ((version,),) = database.fetch("SELECT sqlite_version()")
    assert version == ".".join(map(str, server.version))
    assert server.flavour == "sqlite"
    assert server.database == str(connection.settings_dict["NAME"])
    assert server.charset == "UTF-8"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "a text UNIQUE",
            [Unique(name="sqlite_autoindex_made_1", columns=("a",), is_inline=True)],
        ),
        (
            "a text CONSTRAINT known UNIQUE ON CONFLICT IGNORE",
            [Unique(name="known", columns=("a",), is_inline=True)],
        ),
        (
            'a text, b text, CONSTRAINT "kn""own" UNIQUE ([B], `a`)',
            [Unique(name='kn"own', columns=("b", "a"), is_inline=True)],
        ),
        (
            # SQLite makes one index of the two.
            "a text UNIQUE, CONSTRAINT known UNIQUE (a)",
            [Unique(name="known", columns=("a",), is_inline=True)],
        ),
        # The index of the primary key does for both; a rowid has no index.
        ("a text PRIMARY KEY, UNIQUE (a)", []),
        (
            "a integer PRIMARY KEY, UNIQUE (a)",
            [Unique(name="sqlite_autoindex_made_1", columns=("a",), is_inline=True)],
        ),
        (
            "a text, UNIQUE (a COLLATE nocase)",
            [
                Unique(
                    name="sqlite_autoindex_made_1",
                    columns=("a",),
                    is_inline=True,
                    definition="UNIQUE (a COLLATE nocase)",
                )
            ],
        ),
        (
            "a text CHECK (a <> 'b, CHECK (c)' /* b */), b text -- CHECK (b)\n",
            [
                Check(
                    name="",
                    columns=("a",),
                    expression="a <> 'b, CHECK (c)'",
                    is_column_level=True,
                )
            ],
        ),
        (
            (
                "a text, b text,"
                " CONSTRAINT known CHECK (length(A) > (1 + 2) AND [b] > '(')"
            ),
            [
                Check(
                    name="known",
                    columns=("a", "b"),
                    expression="length(A) > (1 + 2) AND [b] > '('",
                )
            ],
        ),
        (
            # No comma between table constraints: SQLite does not ask for one.
            "a int, b int, CONSTRAINT u UNIQUE (a) CONSTRAINT c CHECK (b > 0)",
            [
                Unique(name="u", columns=("a",), is_inline=True),
                Check(name="c", columns=("b",), expression="b > 0"),
            ],
        ),
        (
            """"check" text DEFAULT 'UNIQUE', "unique" int DEFAULT (1 + (2)) NOT NULL,
            'a "b' int DEFAULT -1, "back\\" text""",
            [],
        ),
        (
            "a varchar(30) NOT NULL DEFAULT 'x' COLLATE NOCASE UNIQUE, b decimal(9, 2)",
            [Unique(name="sqlite_autoindex_made_1", columns=("a",), is_inline=True)],
        ),
    ],
)
def test_constraints_inside_create_table(
    database: Database, body: str, expected: list[object]
) -> None:
    assert constraints(database, body) == expected


@pytest.mark.parametrize(
    ("clause", "facts"),
    [
        ("", {}),
        ("DEFERRABLE INITIALLY DEFERRED", {"deferrable": "deferred"}),
        ("DEFERRABLE", {"deferrable": "immediate"}),
        ("NOT DEFERRABLE INITIALLY DEFERRED", {}),
        (
            (
                "ON DELETE SET NULL MATCH FULL ON UPDATE CASCADE DEFERRABLE INITIALLY"
                " IMMEDIATE"
            ),
            {
                "on_delete": "SET NULL",
                "on_update": "CASCADE",
                "deferrable": "immediate",
            },
        ),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        "a integer NOT NULL CONSTRAINT known REFERENCES Authors {}",
        "a integer CONSTRAINT known REFERENCES authors (ID) {} NOT NULL",
        "a integer, CONSTRAINT known FOREIGN KEY (A) REFERENCES authors {}",
    ],
)
def test_foreign_key(
    database: Database, body: str, clause: str, facts: dict[str, str]
) -> None:
    database.execute(AUTHORS)
    assert constraints(database, body.format(clause)) == [
        ForeignKey(
            name="known",
            columns=("a",),
            to_table="authors",
            to_columns=("id",),
            **facts,  # type: ignore[arg-type]
        )
    ]


def test_foreign_keys_keep_their_names_apart(database: Database) -> None:
    database.execute(AUTHORS, "CREATE TABLE editors (id integer PRIMARY KEY)")
    found = constraints(
        database,
        "a integer CONSTRAINT one REFERENCES authors (id)"
        " CONSTRAINT two REFERENCES editors (id) ON DELETE CASCADE,"
        " b integer REFERENCES authors (id),"
        " CONSTRAINT three FOREIGN KEY (b) REFERENCES missing (x)",
    )
    assert [
        (each.name, each.columns, each.to_table, each.to_columns, each.on_delete)
        for each in found
        if isinstance(each, ForeignKey)
    ] == [
        ("one", ("a",), "authors", ("id",), "NO ACTION"),
        ("two", ("a",), "editors", ("id",), "CASCADE"),
        ("", ("b",), "authors", ("id",), "NO ACTION"),
        ("three", ("b",), "missing", ("x",), "NO ACTION"),
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE UNIQUE INDEX known ON made (a, b)",
            Unique(name="known", columns=("a", "b"), is_index=True),
        ),
        (
            "CREATE UNIQUE INDEX known ON made (a) WHERE B > 0 AND a <> 'c'",
            Unique(
                name="known",
                columns=("a",),
                reads=frozenset({"b"}),
                condition="B > 0 AND a <> 'c'",
                is_index=True,
            ),
        ),
        (
            "CREATE UNIQUE INDEX IF NOT EXISTS known ON made (lower(a), (b + 1))",
            Unique(
                name="known",
                reads=frozenset({"a", "b"}),
                expressions=("lower(a)", "(b + 1)"),
                is_index=True,
            ),
        ),
        (
            "CREATE UNIQUE INDEX known ON made (lower(a), b DESC)",
            Unique(
                name="known",
                columns=("b",),
                reads=frozenset({"a"}),
                expressions=("lower(a)",),
                is_index=True,
                definition="(lower(a), b DESC)",
            ),
        ),
        (
            "CREATE INDEX known ON made (a COLLATE nocase)",
            Index(name="known", columns=("a",), definition="(a COLLATE nocase)"),
        ),
        (
            (
                "CREATE TRIGGER known AFTER UPDATE OF b ON made WHEN new.c > 1"
                " BEGIN DELETE FROM made WHERE a = 'x'; END"
            ),
            Trigger(
                name="known",
                columns=("b",),
                reads=frozenset({"c"}),
                definition="CREATE TRIGGER known AFTER UPDATE OF b ON made WHEN"
                " new.c > 1 BEGIN DELETE FROM made WHERE a = 'x'; END",
            ),
        ),
    ],
)
def test_what_stands_beside_the_table_is_read_and_made_again(
    database: Database, sql: str, expected: Unique
) -> None:
    assert constraints(database, "a text, b integer, c integer") == []
    database.execute(sql)
    assert database.table("made").constraints == (expected,)
    database.execute(*database.statements.drop("made", expected))
    assert database.table("made").constraints == ()
    database.execute(*database.statements.add("made", expected))
    assert database.table("made").constraints == (expected,)


def test_collations_and_rowid(database: Database) -> None:
    database.execute(
        "CREATE TABLE made (id integer PRIMARY KEY AUTOINCREMENT,"
        " a text COLLATE nocase, b text)",
        "CREATE TABLE keyed (id integer PRIMARY KEY, a text) WITHOUT ROWID",
        "CREATE TABLE odd (id int PRIMARY KEY)",
    )
    columns = database.table("made").columns
    assert [column.collation for column in columns] == ["", "nocase", ""]
    assert [column.is_auto for column in columns] == [True, False, False]
    assert not database.table("keyed").columns[0].is_auto
    odd = database.table("odd").columns[0]
    assert (odd.is_auto, odd.null) == (False, True)


def test_temporary_and_virtual_tables(database: Database) -> None:
    database.execute(
        "CREATE TEMP TABLE fleeting (a text UNIQUE)",
        "CREATE VIRTUAL TABLE searched USING fts5 (a)",
    )
    try:
        catalogue = database.read()
        assert "searched" not in catalogue
        fleeting = catalogue.get("fleeting")
        assert isinstance(fleeting, Table)
        assert fleeting.is_temporary
        assert fleeting.constraints == (
            Unique(name="sqlite_autoindex_fleeting_1", columns=("a",), is_inline=True),
        )
    finally:
        database.execute("DROP TABLE fleeting", "DROP TABLE searched")


def test_names_are_found_in_any_case(database: Database) -> None:
    database.execute(
        AUTHORS, "CREATE TABLE Books (a integer REFERENCES AUTHORS, b text)"
    )
    assert sorted(map(str, database.read("AUTHORS").tables)) == ["Books", "authors"]
    assert database.introspection.key('main"."authors') == "authors"


def test_table_renamed_by_its_rebuild_is_read(database: Database) -> None:
    """SQLite rewrites what it keeps when a table or a column is renamed."""
    database.execute(
        "CREATE TABLE new__books (a integer CONSTRAINT c CHECK (a > 0), b int UNIQUE)",
        "ALTER TABLE new__books RENAME TO books",
        "ALTER TABLE books ADD COLUMN d integer CHECK (d > a)",
        "ALTER TABLE books RENAME COLUMN a TO z",
    )
    assert database.table("books").constraints == (
        Unique(name="sqlite_autoindex_books_1", columns=("b",), is_inline=True),
        Check(name="c", columns=("z",), expression="z > 0", is_column_level=True),
        Check(name="", columns=("z", "d"), expression="d > z", is_column_level=True),
    )
