"""What every database's catalogue is read for."""

from __future__ import annotations

import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fkguard.errors import CatalogueUnreadable
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.constraints import Check, ForeignKey, Index, PrimaryKey, Unique

from .conftest import FLAVOUR, Database

AUTHORS = "CREATE TABLE authors (id integer NOT NULL PRIMARY KEY, born integer)"
BOOKS = """
CREATE TABLE books (
    id integer NOT NULL PRIMARY KEY,
    author_id integer NOT NULL,
    title varchar(30) NOT NULL,
    pages integer,
    CONSTRAINT books_author FOREIGN KEY (author_id)
        REFERENCES authors (id) ON DELETE CASCADE,
    CONSTRAINT books_once UNIQUE (title, author_id),
    CONSTRAINT books_pages CHECK (pages > 0 AND id <> pages)
)
"""


def test_foreign_key_is_read_with_its_actions(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    assert list(database.table("books").of(ForeignKey)) == [
        ForeignKey(
            name="books_author",
            columns=("author_id",),
            to_table="authors",
            to_columns=("id",),
            on_delete="CASCADE",
        )
    ]


@pytest.mark.parametrize(
    ("clause", "on_delete", "on_update"),
    [
        ("", "NO ACTION", "NO ACTION"),
        ("ON DELETE SET NULL ON UPDATE CASCADE", "SET NULL", "CASCADE"),
        ("ON DELETE NO ACTION", "NO ACTION", "NO ACTION"),
    ],
)
def test_referential_actions(
    database: Database, clause: str, on_delete: str, on_update: str
) -> None:
    database.execute(
        AUTHORS,
        "CREATE TABLE books (author_id integer, CONSTRAINT named "
        f"FOREIGN KEY (author_id) REFERENCES authors (id) {clause})",
    )
    (foreign_key,) = database.table("books").of(ForeignKey)
    assert (foreign_key.on_delete, foreign_key.on_update) == (on_delete, on_update)


def test_restrict_is_no_action_where_the_database_makes_no_difference(
    database: Database,
) -> None:
    database.execute(
        AUTHORS,
        "CREATE TABLE books (author_id integer, CONSTRAINT named "
        "FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE RESTRICT)",
    )
    (foreign_key,) = database.table("books").of(ForeignKey)
    expected = "NO ACTION" if FLAVOUR in ("mysql", "mariadb") else "RESTRICT"
    assert foreign_key.on_delete == expected


def test_columns_of_a_composite_foreign_key_stay_in_pairs(database: Database) -> None:
    database.execute(
        "CREATE TABLE places (y integer NOT NULL, x integer NOT NULL, UNIQUE (x, y))",
        "CREATE TABLE routes (b integer, a integer, CONSTRAINT there "
        "FOREIGN KEY (a, b) REFERENCES places (x, y))",
    )
    (foreign_key,) = database.table("routes").of(ForeignKey)
    assert foreign_key == ForeignKey(
        name="there", columns=("a", "b"), to_table="places", to_columns=("x", "y")
    )


def test_foreign_key_to_its_own_table(database: Database) -> None:
    database.execute(
        "CREATE TABLE nodes (id integer NOT NULL PRIMARY KEY, above integer, "
        "CONSTRAINT up FOREIGN KEY (above) REFERENCES nodes (id))"
    )
    catalogue = database.read("nodes")
    assert list(catalogue.tables) == ["nodes"]
    assert [key.name for _, key in catalogue.incoming("nodes")] == ["up"]


def test_unique_keeps_the_order_of_its_columns(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    assert database.constraint("books", "books_once") == Unique(
        name="books_once",
        columns=("title", "author_id"),
        is_inline=FLAVOUR == "sqlite",
    )


def test_check_is_read_with_its_columns(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    expressions = {
        "postgresql": "((pages > 0) AND (id <> pages))",
        "mysql": "((`pages` > 0) and (`id` <> `pages`))",
        "mariadb": "`pages` > 0 and `id` <> `pages`",
        "sqlite": "pages > 0 AND id <> pages",
    }
    check = database.constraint("books", "books_pages")
    assert isinstance(check, Check)
    assert check.uses == {"id", "pages"}
    assert check.expression == expressions[FLAVOUR]
    assert not check.is_column_level


def test_primary_key_of_two_columns_in_order(database: Database) -> None:
    database.execute(
        "CREATE TABLE pairs (a integer NOT NULL, b integer NOT NULL, "
        "CONSTRAINT pairs_pk PRIMARY KEY (b, a))"
    )
    name = "PRIMARY" if FLAVOUR in ("mysql", "mariadb") else "pairs_pk"
    assert list(database.table("pairs").of(PrimaryKey)) == [
        PrimaryKey(name=name, columns=("b", "a"))
    ]


def test_plain_index_enforces_nothing(database: Database) -> None:
    database.execute(AUTHORS, "CREATE INDEX by_born ON authors (born)")
    index = database.constraint("authors", "by_born")
    assert index == Index(name="by_born", columns=("born",))
    assert not index.protects


def test_columns_with_nullability(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    types = {
        "postgresql": ["integer", "integer", "character varying(30)", "integer"],
        "mysql": ["int", "int", "varchar(30)", "int"],
        "mariadb": ["int(11)", "int(11)", "varchar(30)", "int(11)"],
        "sqlite": ["integer", "integer", "varchar(30)", "integer"],
    }
    columns = database.table("books").columns
    assert [column.name for column in columns] == ["id", "author_id", "title", "pages"]
    assert [column.null for column in columns] == [False, False, False, True]
    # SQLite writes the types of its own in capitals, since 3.37.
    assert [column.type.lower() for column in columns] == types[FLAVOUR]


def test_identity_is_automatic(database: Database) -> None:
    columns = {
        "postgresql": "id bigint GENERATED BY DEFAULT AS IDENTITY, old serial",
        "mysql": "id bigint AUTO_INCREMENT PRIMARY KEY",
        "mariadb": "id bigint AUTO_INCREMENT PRIMARY KEY",
        "sqlite": "id integer PRIMARY KEY",
    }
    database.execute(f"CREATE TABLE counted ({columns[FLAVOUR]}, other integer)")
    table = database.table("counted")
    assert {column.name for column in table.columns if column.is_auto} == (
        {"id", "old"} if FLAVOUR == "postgresql" else {"id"}
    )


def test_generated_columns(database: Database) -> None:
    virtual = (
        ", v integer GENERATED ALWAYS AS (a + 2) VIRTUAL"
        if FLAVOUR != "postgresql" or database.introspection.server().version >= (18,)
        else ""
    )
    database.execute(
        "CREATE TABLE sums (a integer, "
        f"s integer GENERATED ALWAYS AS (a + 1) STORED{virtual})"
    )
    columns = {each.name: each for each in database.table("sums").columns}
    assert columns["a"].generated == ""
    assert columns["s"].generated == "stored"
    assert columns["s"].type == columns["a"].type
    if virtual:
        assert columns["v"].generated == "virtual"


def test_views_are_no_tables(database: Database) -> None:
    database.execute(AUTHORS, "CREATE VIEW elders AS SELECT id FROM authors")
    try:
        assert "elders" not in database.read()
        assert "authors" in database.read()
    finally:
        database.execute("DROP VIEW elders")


def test_named_tables_bring_those_that_reference_them(database: Database) -> None:
    database.execute(
        AUTHORS, BOOKS, "CREATE TABLE apart (id integer NOT NULL PRIMARY KEY)"
    )
    catalogue = database.read("authors")
    assert set(catalogue.tables) == {"authors", "books"}
    # The table that came along is read whole, not only its foreign key.
    assert catalogue.get("books") == database.table("books")


def test_named_table_does_not_bring_what_it_references(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    assert set(database.read("books").tables) == {"books"}


def test_unknown_and_no_names_are_empty_catalogues(database: Database) -> None:
    assert set(database.read("nowhere").tables) == set()
    assert database.introspection.read([]) == Catalogue(database.introspection.server())


def test_named_tables_read_as_in_the_whole(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    whole = database.read()
    assert {"authors", "books", "django_content_type"} <= set(whole.tables)
    for name in ("authors", "books"):
        assert whole.get(name) == database.table(name)


@pytest.mark.parametrize(
    "name",
    ["with space", 'quo"ted', "back`tick", "per%cent%s", "ünïcode表", "a" * 63, "it's"],
    ids=itertools.count(),
)
def test_any_name_is_read_as_written(database: Database, name: str) -> None:
    quote = database.statements.quote
    database.execute(
        f"CREATE TABLE {quote(name)} ({quote(name)} integer NOT NULL PRIMARY KEY, "
        f"CONSTRAINT {quote(name)} CHECK ({quote(name)} > 0))"
    )
    table = database.table(name)
    assert [column.name for column in table.columns] == [name]
    assert [(c.name, c.columns) for c in table.of(Check)] == [(name, (name,))]
    assert [c.columns for c in table.of(PrimaryKey)] == [(name,)]


def test_names_in_strings_of_a_check_are_not_columns(database: Database) -> None:
    quote = database.statements.name
    database.execute(
        f"CREATE TABLE strings (a varchar(30), b integer, {quote('its')} integer, "
        f"CONSTRAINT tricky CHECK (a <> '''{quote('b')}' AND {quote('its')} > 1))"
    )
    assert database.constraint("strings", "tricky").uses == {"a", "its"}


def test_number_of_queries_does_not_grow(database: Database) -> None:
    database.execute(AUTHORS)

    def books(number: int) -> str:
        return BOOKS.replace("books", f"books_{number}")

    def count(*names: str) -> int:
        with CaptureQueriesContext(connection) as context:
            database.read(*names)
        return len(context)

    database.execute(*map(books, range(2)))
    few = count(), count("authors"), count("books_1")
    database.execute(*map(books, range(2, 29)))
    assert len(database.read("authors")) == 30
    assert (count(), count("authors"), count("books_1")) == few
    assert max(few) <= 9


def test_more_names_than_one_query_takes(database: Database) -> None:
    database.execute(AUTHORS, BOOKS)
    names = ["authors", "books", *(f"missing_{number}" for number in range(2000))]
    assert set(database.read(*names).tables) == {"authors", "books"}


def test_reading_inside_a_transaction_leaves_it_usable(database: Database) -> None:
    database.execute(AUTHORS)
    with transaction.atomic():
        database.execute("INSERT INTO authors (id) VALUES (1)")
        assert "authors" in database.read("authors")
        assert "authors" in database.read()
        database.introspection.key("authors")
    assert database.fetch("SELECT id FROM authors") == [(1,)]


def test_reading_sees_what_its_transaction_made(database: Database) -> None:
    with transaction.atomic():
        database.execute(AUTHORS)
        assert database.table("authors").columns[0].name == "id"


def test_failing_query_is_named_without_the_password(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no route for s3cret@host\nDETAIL: more")

    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PASSWORD", "s3cret")
        patch.setattr(connection, "cursor", fail)
        with pytest.raises(CatalogueUnreadable) as caught:
            database.read()
    assert str(caught.value) == (
        "The catalogue of the database 'default' could not be read: "
        "no route for ***@host"
    )
    assert isinstance(caught.value.__cause__, DatabaseError)


def test_keys_are_bare_names(database: Database) -> None:
    key = database.introspection.key
    assert key("books") == "books"
    quoted = "`books`" if FLAVOUR in ("mysql", "mariadb") else '"books"'
    assert key(quoted) == "books"
    assert key("per%cent") == "per%cent"


def test_session_without_foreign_key_checks_says_so(database: Database) -> None:
    off, on = {
        "postgresql": (
            "SET session_replication_role = replica",
            "SET session_replication_role = DEFAULT",
        ),
        "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    }.get(FLAVOUR, ("SET foreign_key_checks = 0", "SET foreign_key_checks = 1"))
    assert database.introspection.server().foreign_key_checks
    database.execute(off)
    try:
        assert not database.introspection.server().foreign_key_checks
    finally:
        database.execute(on)
