"""What only PostgreSQL's catalogue holds."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from fkguard.schema.catalogue import Dependent
from fkguard.schema.constraints import (
    Check,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)

from .conftest import ELSEWHERE, Database

pytestmark = pytest.mark.flavours("postgresql")

STOCK = """
CREATE TABLE stock (
    id integer PRIMARY KEY, shelf integer, code text, weight integer, note text
)
"""
AUTHORS = "CREATE TABLE authors (id integer PRIMARY KEY)"


def test_server(database: Database) -> None:
    server = database.introspection.server()
    ((version,),) = database.fetch("SHOW server_version_num")
    assert server.version == (int(str(version)[:2]), int(str(version)[2:]))
    assert server.flavour == "postgresql"
    assert server.database == connection.settings_dict["NAME"]
    assert server.charset == "UTF8"
    assert server.foreign_key_checks


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE UNIQUE INDEX known ON stock (shelf) WHERE weight > 0",
            Unique(
                name="known",
                columns=("shelf",),
                reads=frozenset({"weight"}),
                condition="(weight > 0)",
                is_index=True,
            ),
        ),
        (
            "CREATE UNIQUE INDEX known ON stock (shelf) INCLUDE (note)",
            Unique(
                name="known",
                columns=("shelf",),
                reads=frozenset({"note"}),
                include=("note",),
                is_index=True,
            ),
        ),
        (
            "CREATE UNIQUE INDEX known ON stock (lower(code), (weight + 1))",
            Unique(
                name="known",
                reads=frozenset({"code", "weight"}),
                expressions=("lower(code)", "((weight + 1))"),
                is_index=True,
            ),
        ),
        (
            "CREATE UNIQUE INDEX known ON stock (lower(code), shelf)",
            Unique(
                name="known",
                columns=("shelf",),
                reads=frozenset({"code"}),
                expressions=("lower(code)",),
                is_index=True,
                definition="USING btree (lower(code), shelf)",
            ),
        ),
        (
            "CREATE UNIQUE INDEX known ON stock (code DESC NULLS LAST)",
            Unique(
                name="known",
                columns=("code",),
                is_index=True,
                definition="USING btree (code DESC NULLS LAST)",
            ),
        ),
        (
            "CREATE INDEX known ON stock USING hash (code)",
            Index(
                name="known",
                columns=("code",),
                method="hash",
                definition="USING hash (code)",
            ),
        ),
        (
            "CREATE INDEX known ON stock (code text_pattern_ops) WHERE shelf > 1",
            Index(
                name="known",
                columns=("code",),
                reads=frozenset({"shelf"}),
                condition="(shelf > 1)",
                definition="USING btree (code text_pattern_ops) WHERE (shelf > 1)",
            ),
        ),
        (
            (
                "ALTER TABLE stock ADD CONSTRAINT known UNIQUE (shelf, code)"
                " INCLUDE (note) DEFERRABLE INITIALLY DEFERRED"
            ),
            Unique(
                name="known",
                columns=("shelf", "code"),
                reads=frozenset({"note"}),
                include=("note",),
                deferrable="deferred",
            ),
        ),
        (
            "ALTER TABLE stock ADD CONSTRAINT known UNIQUE (shelf) DEFERRABLE",
            Unique(name="known", columns=("shelf",), deferrable="immediate"),
        ),
        (
            "ALTER TABLE stock ADD CONSTRAINT known UNIQUE NULLS NOT DISTINCT (shelf)",
            Unique(name="known", columns=("shelf",), nulls_distinct=False),
        ),
        (
            "ALTER TABLE stock ADD CONSTRAINT known CHECK (weight > shelf) NOT VALID",
            Check(
                name="known",
                columns=("shelf", "weight"),
                expression="(weight > shelf)",
                is_valid=False,
            ),
        ),
        (
            "ALTER TABLE stock ADD CONSTRAINT known CHECK (note <> 'shelf') NO INHERIT",
            Check(
                name="known",
                columns=("note",),
                expression="(note <> 'shelf'::text)",
                no_inherit=True,
            ),
        ),
        (
            (
                "ALTER TABLE stock ADD CONSTRAINT known EXCLUDE USING btree"
                " (shelf WITH =, lower(code) WITH =) WHERE (weight > 0)"
            ),
            Exclusion(
                name="known",
                columns=("shelf",),
                reads=frozenset({"code", "weight"}),
                definition="EXCLUDE USING btree (shelf WITH =, lower(code) WITH =) "
                "WHERE ((weight > 0))",
            ),
        ),
        (
            (
                "ALTER TABLE stock DROP CONSTRAINT stock_pkey,"
                " ADD CONSTRAINT known PRIMARY KEY (shelf) INCLUDE (note)"
            ),
            PrimaryKey(
                name="known",
                columns=("shelf",),
                reads=frozenset({"note"}),
                definition="PRIMARY KEY (shelf) INCLUDE (note)",
            ),
        ),
    ],
)
def test_constraint_is_read_whole_and_made_again(
    database: Database, sql: str, expected: Unique
) -> None:
    database.execute(STOCK, sql)
    assert database.constraint("stock", "known") == expected
    database.execute(*database.statements.drop("stock", expected))
    assert database.table("stock").named("known") is None
    database.execute(*database.statements.add("stock", expected))
    assert database.constraint("stock", "known") == expected


@pytest.mark.parametrize(
    ("clause", "facts"),
    [
        ("DEFERRABLE INITIALLY DEFERRED", {"deferrable": "deferred"}),
        ("DEFERRABLE", {"deferrable": "immediate"}),
        ("NOT VALID", {"is_valid": False}),
        (
            "MATCH FULL ON UPDATE SET DEFAULT",
            {"match": "FULL", "on_update": "SET DEFAULT"},
        ),
        (
            "ON DELETE SET NULL (author_id)",
            {
                "on_delete": "SET NULL",
                "definition": "FOREIGN KEY (author_id) REFERENCES authors(id) "
                "ON DELETE SET NULL (author_id)",
            },
        ),
    ],
)
def test_foreign_key_is_read_whole_and_made_again(
    database: Database, clause: str, facts: dict[str, object]
) -> None:
    database.execute(
        AUTHORS,
        "CREATE TABLE books (author_id integer)",
        "ALTER TABLE books ADD CONSTRAINT known FOREIGN KEY (author_id)"
        f" REFERENCES authors {clause}",
    )
    expected = ForeignKey(
        name="known",
        columns=("author_id",),
        to_table="authors",
        to_columns=("id",),
        **facts,  # type: ignore[arg-type]
    )
    assert database.constraint("books", "known") == expected
    database.execute(
        *database.statements.drop("books", expected),
        *database.statements.add("books", expected),
    )
    assert database.constraint("books", "known") == expected


@pytest.mark.flavours("postgresql18")
def test_what_is_not_enforced_says_so(database: Database) -> None:
    database.execute(
        AUTHORS,
        "CREATE TABLE books (author_id integer, CONSTRAINT c CHECK (author_id > 0)"
        " NOT ENFORCED, CONSTRAINT f FOREIGN KEY (author_id) REFERENCES authors"
        " NOT ENFORCED)",
    )
    table = database.table("books")
    for constraint in table.constraints:
        assert isinstance(constraint, (Check, ForeignKey))
        assert not constraint.is_enforced
        database.execute(
            *database.statements.drop("books", constraint),
            *database.statements.add("books", constraint),
        )
    assert database.table("books") == table


@pytest.mark.flavours("postgresql18")
def test_temporal_keys_keep_their_definition(database: Database) -> None:
    database.execute(
        "CREATE TABLE rooms (id int4range, during daterange, CONSTRAINT u UNIQUE"
        " (id, during WITHOUT OVERLAPS))"
    )
    unique = database.constraint("rooms", "u")
    assert isinstance(unique, Unique)
    assert unique.definition == "UNIQUE (id, during WITHOUT OVERLAPS)"
    database.execute(
        *database.statements.drop("rooms", unique),
        *database.statements.add("rooms", unique),
    )
    assert database.constraint("rooms", "u") == unique


def test_invalid_index_says_so(database: Database) -> None:
    database.execute(STOCK, "INSERT INTO stock (id, shelf) VALUES (1, 1), (2, 1)")
    with pytest.raises(Exception, match="duplicat"):
        database.execute("CREATE UNIQUE INDEX CONCURRENTLY known ON stock (shelf)")
    assert database.constraint("stock", "known") == Unique(
        name="known", columns=("shelf",), is_index=True, is_valid=False
    )


def test_dependents_with_the_columns_they_read(database: Database) -> None:
    database.execute(
        STOCK,
        "CREATE VIEW heavy AS SELECT id FROM stock WHERE weight > 9",
        "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM stock",
        "CREATE STATISTICS related ON shelf, code FROM stock",
        "CREATE POLICY seen ON stock USING (shelf > 1)",
        "ALTER TABLE stock ADD total integer GENERATED ALWAYS AS (weight * 2) STORED",
        "CREATE FUNCTION pg_temp.act() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER noted BEFORE UPDATE OF note ON stock FOR EACH ROW"
        " EXECUTE FUNCTION pg_temp.act()",
        "CREATE TABLE annex () INHERITS (stock)",
    )
    assert database.table("stock").dependents == (
        Dependent(
            kind="generated column",
            name="total",
            columns=frozenset({"weight"}),
            is_own=True,
        ),
        Dependent(kind="materialized view", name="counted"),
        Dependent(
            kind="policy", name="seen", columns=frozenset({"shelf"}), is_own=True
        ),
        Dependent(kind="table", name="annex"),
        Dependent(
            kind="trigger", name="noted", columns=frozenset({"note"}), is_own=True
        ),
        Dependent(kind="view", name="heavy", columns=frozenset({"id", "weight"})),
    )


def test_defaults_and_owned_sequences_are_no_dependents(database: Database) -> None:
    database.execute(
        "CREATE TABLE counted (id serial PRIMARY KEY, n integer DEFAULT 1)"
    )
    assert database.table("counted").dependents == ()


def test_partitions_inherit_their_constraints(database: Database) -> None:
    database.execute(
        "CREATE TABLE logs (id integer PRIMARY KEY, n integer, UNIQUE (id, n))"
        " PARTITION BY RANGE (id)",
        "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (1) TO (9)",
        "CREATE TABLE notes (log_id integer CONSTRAINT notes_log REFERENCES logs)",
    )
    catalogue = database.read()
    logs, logs_1, notes = map(catalogue.tables.__getitem__, ("logs", "logs_1", "notes"))
    assert logs.is_partitioned
    assert not logs_1.is_partitioned
    assert [each.is_inherited for each in logs.constraints] == [False, False]
    assert [each.is_inherited for each in logs_1.constraints] == [True, True]
    assert not any(map(database.statements.supports_drop, logs_1.constraints))
    # One foreign key, not another for each partition it references.
    assert [each.name for each in notes.of(ForeignKey)] == ["notes_log"]


def test_table_elsewhere_has_its_schema_in_its_key(database: Database) -> None:
    database.execute(
        f"CREATE SCHEMA {ELSEWHERE}",
        f"CREATE TABLE {ELSEWHERE}.publishers (id integer PRIMARY KEY)",
        AUTHORS,
        "CREATE TABLE books (publisher_id integer CONSTRAINT out REFERENCES"
        f" {ELSEWHERE}.publishers)",
        f"CREATE TABLE {ELSEWHERE}.awards (author_id integer CONSTRAINT back"
        " REFERENCES authors)",
    )
    publishers, awards = f'{ELSEWHERE}"."publishers', f'{ELSEWHERE}"."awards'
    key = database.introspection.key
    assert key(publishers) == publishers
    assert key(f'"{publishers}"') == publishers
    assert key('"public"."books"') == "books"
    assert key('public"."books') == "books"
    assert key('public"."not_yet') == "not_yet"
    assert key(f'{ELSEWHERE}"."books') == f'{ELSEWHERE}"."books'

    (foreign_key,) = database.table("books").of(ForeignKey)
    assert foreign_key.to_table == publishers
    assert set(database.read(publishers).tables) == {publishers, "books"}
    # What references a table of the search path comes along from anywhere.
    whole = database.read()
    assert awards in whole
    assert publishers not in whole

    (back,) = database.table(awards).of(ForeignKey)
    for table, constraint in (("books", foreign_key), (awards, back)):
        database.execute(
            *database.statements.drop(table, constraint),
            *database.statements.add(table, constraint),
        )
        assert database.constraint(table, constraint.name) == constraint


def test_key_follows_the_search_path(database: Database) -> None:
    database.execute(
        f"CREATE SCHEMA {ELSEWHERE}",
        f"CREATE TABLE {ELSEWHERE}.authors (id integer, CONSTRAINT there UNIQUE (id))",
        AUTHORS,
    )
    assert database.table("authors").named("there") is None
    elsewhere = f'{ELSEWHERE}"."authors'
    assert set(database.read(elsewhere).tables) == {elsewhere}
    with transaction.atomic():
        database.execute(f"SET LOCAL search_path = {ELSEWHERE}, public")
        assert database.table("authors").named("there") is not None
        assert database.introspection.key(f'{ELSEWHERE}"."authors') == "authors"
        assert database.introspection.key('public"."authors') == 'public"."authors'
        assert set(database.read().tables) >= {"authors", 'public"."authors'}


def test_index_elsewhere_is_dropped_beside_its_table(database: Database) -> None:
    database.execute(
        f"CREATE SCHEMA {ELSEWHERE}",
        f"CREATE TABLE {ELSEWHERE}.stock (id integer)",
        f"CREATE UNIQUE INDEX known ON {ELSEWHERE}.stock (id) WHERE id > 1",
    )
    key = f'{ELSEWHERE}"."stock'
    unique = database.constraint(key, "known")
    database.execute(*database.statements.rename(key, unique, "renamed"))
    renamed = database.constraint(key, "renamed")
    database.execute(*database.statements.drop(key, renamed))
    assert database.table(key).constraints == ()


def test_temporary_table_is_told_apart(database: Database) -> None:
    database.execute("CREATE TEMPORARY TABLE fleeting (id integer)")
    try:
        assert database.table("fleeting").is_temporary
        assert "fleeting" in database.read()
    finally:
        database.execute("DROP TABLE fleeting")


def test_comments_and_collations(database: Database) -> None:
    database.execute(
        'CREATE TABLE notes (plain text, c text COLLATE "C")',
        "COMMENT ON TABLE notes IS 'it''s'",
        "COMMENT ON COLUMN notes.c IS '100%'",
    )
    table = database.table("notes")
    assert table.comment == "it's"
    assert [(c.collation, c.comment) for c in table.columns] == [
        ("", ""),
        ("C", "100%"),
    ]


def test_role_that_owns_nothing_reads_everything(database: Database) -> None:
    database.execute(AUTHORS, STOCK, "CREATE UNIQUE INDEX u ON stock (lower(code))")
    seen = database.read()
    with transaction.atomic():
        database.execute("CREATE ROLE fkguard_reader", "SET LOCAL ROLE fkguard_reader")
        catalogue = database.read()
        database.execute("RESET ROLE")
        transaction.set_rollback(True)
    assert catalogue == seen
