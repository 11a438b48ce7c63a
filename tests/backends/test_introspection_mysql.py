"""What only the catalogues of MySQL and MariaDB hold."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from fkguard.backends.mysql.information_schema import as_sql
from fkguard.schema.constraints import Check, ForeignKey, Index, PrimaryKey, Unique

from .conftest import ELSEWHERE, FLAVOUR, Database

pytestmark = pytest.mark.flavours("mysql", "mariadb")

AUTHORS = "CREATE TABLE authors (id integer NOT NULL PRIMARY KEY)"


def test_server(database: Database) -> None:
    server = database.introspection.server()
    ((version, database_name, collation),) = database.fetch(
        "SELECT VERSION(), DATABASE(), @@collation_database"
    )
    assert str(version).startswith(".".join(map(str, server.version)))
    assert server.flavour == FLAVOUR
    assert server.database == database_name
    assert server.collation == collation
    assert server.charset == "utf8mb4"
    assert server.default_engine == "InnoDB"
    assert server.restrict_fk_on_non_standard_key == (FLAVOUR == "mysql")
    assert server.lower_case_table_names == 0


@pytest.mark.flavours("mysql")
def test_looser_rule_on_referenced_keys_is_seen(database: Database) -> None:
    database.execute("SET restrict_fk_on_non_standard_key = OFF")
    try:
        assert not database.introspection.server().restrict_fk_on_non_standard_key
    finally:
        database.execute("SET restrict_fk_on_non_standard_key = ON")


def test_default_engine_of_the_session(database: Database) -> None:
    database.execute("SET default_storage_engine = MyISAM")
    try:
        assert database.introspection.server().default_engine == "MyISAM"
    finally:
        database.execute("SET default_storage_engine = InnoDB")


@pytest.mark.flavours("mariadb")
def test_enforced_engine_goes_before_the_default(database: Database) -> None:
    database.execute("SET enforce_storage_engine = MyISAM")
    try:
        assert database.introspection.server().default_engine == "MyISAM"
    finally:
        database.execute("SET enforce_storage_engine = NULL")


def test_engine_charset_collation_and_comment(database: Database) -> None:
    database.execute(
        "CREATE TABLE old (id integer unsigned, a varchar(9) COMMENT 'it''s 1%',"
        " b varchar(9) CHARACTER SET ascii, c varbinary(9),"
        " d varchar(9) COLLATE latin1_bin)"
        " ENGINE=MyISAM CHARACTER SET latin1 COLLATE latin1_german1_ci COMMENT 'dusty'"
    )
    table = database.table("old")
    assert (table.engine, table.charset, table.collation, table.comment) == (
        "MyISAM",
        "latin1",
        "latin1_german1_ci",
        "dusty",
    )
    assert [(c.charset, c.collation, c.comment) for c in table.columns] == [
        ("", "", ""),
        ("latin1", "latin1_german1_ci", "it's 1%"),
        ("ascii", "ascii_general_ci", ""),
        ("", "", ""),
        ("latin1", "latin1_bin", ""),
    ]
    assert table.columns[0].type == (
        "int unsigned" if FLAVOUR == "mysql" else "int(10) unsigned"
    )


def test_partitioned_table_is_told_apart(database: Database) -> None:
    database.execute(
        AUTHORS, "CREATE TABLE parts (id integer) PARTITION BY HASH (id) PARTITIONS 2"
    )
    assert database.table("parts").is_partitioned
    assert not database.table("authors").is_partitioned


def test_index_that_a_foreign_key_made_is_an_index(database: Database) -> None:
    database.execute(
        AUTHORS,
        "CREATE TABLE books (author_id integer, CONSTRAINT by_author"
        " FOREIGN KEY (author_id) REFERENCES authors (id))",
    )
    assert database.table("books").constraints == (
        Index(name="by_author", columns=("author_id",)),
        ForeignKey(
            name="by_author",
            columns=("author_id",),
            to_table="authors",
            to_columns=("id",),
        ),
    )


def test_prefix_lengths(database: Database) -> None:
    database.execute(
        "CREATE TABLE long_texts (a text, b integer, UNIQUE u (a(10), b), KEY k (a(5)))"
    )
    assert list(database.table("long_texts").constraints) == [
        Index(name="k", columns=("a",), prefixes=(5,)),
        Unique(name="u", columns=("a", "b"), prefixes=(10, None)),
    ]


def test_prefix_in_a_primary_key(database: Database) -> None:
    database.execute("CREATE TABLE long_keys (a varchar(99), PRIMARY KEY (a(9)))")
    primary_key = PrimaryKey(
        name="PRIMARY", columns=("a",), definition="PRIMARY KEY (`a`(9))"
    )
    assert database.table("long_keys").constraints == (primary_key,)
    database.execute(
        *database.statements.drop("long_keys", primary_key),
        *database.statements.add("long_keys", primary_key),
    )
    assert database.table("long_keys").constraints == (primary_key,)


def test_methods_that_back_no_key(database: Database) -> None:
    database.execute(
        "CREATE TABLE places (t text, g geometry NOT NULL,"
        " FULLTEXT KEY ft (t), SPATIAL KEY sp (g))"
    )
    assert list(database.table("places").of(Index)) == [
        Index(name="ft", columns=("t",), method="FULLTEXT"),
        Index(name="sp", columns=("g",), method="SPATIAL"),
    ]


@pytest.mark.flavours("mysql")
def test_functional_key_parts(database: Database) -> None:
    database.execute(
        "CREATE TABLE named (a varchar(30), b integer, `ünï``c` varchar(30),"
        " UNIQUE u ((lower(a)), ((b + 1))), UNIQUE m ((concat(`ünï``c`, 'it''s `a`')),"
        " b DESC))"
    )
    assert database.constraint("named", "u") == Unique(
        name="u", reads=frozenset({"a", "b"}), expressions=("lower(`a`)", "(`b` + 1)")
    )
    expression = r"concat(`ünï``c`,_utf8mb4'it\'s `a`')"
    assert database.constraint("named", "m") == Unique(
        name="m",
        columns=("b",),
        reads=frozenset({"ünï`c"}),
        expressions=(expression,),
        definition=f"(({expression}), `b` DESC)",
    )


def test_hidden_index_stays_hidden(database: Database) -> None:
    word = "INVISIBLE" if FLAVOUR == "mysql" else "IGNORED"
    database.execute(f"CREATE TABLE hidden (a integer, UNIQUE u (a) {word})")
    unique = Unique(name="u", columns=("a",), definition=f"(`a`) {word}")
    assert database.table("hidden").constraints == (unique,)
    database.execute(
        *database.statements.drop("hidden", unique),
        *database.statements.add("hidden", unique),
    )
    assert database.table("hidden").constraints == (unique,)


@pytest.mark.flavours("mysql")
def test_check_that_is_not_enforced(database: Database) -> None:
    database.execute(
        "CREATE TABLE lax (a integer, CONSTRAINT c CHECK (a > 0) NOT ENFORCED)"
    )
    check = Check(name="c", columns=("a",), expression="(`a` > 0)", is_enforced=False)
    assert database.table("lax").constraints == (check,)
    database.execute(
        *database.statements.drop("lax", check), *database.statements.add("lax", check)
    )
    assert database.table("lax").constraints == (check,)


@pytest.mark.flavours("mariadb")
def test_check_beside_its_column(database: Database) -> None:
    create = (
        "CREATE TABLE typed (a integer CHECK (a > 0), j json,"
        " CONSTRAINT {} CHECK (a < 9))"
    )
    name = "a"
    try:
        database.execute(create.format(name))
    except OperationalError as error:
        # MariaDB 11.8.9 refuses the name that the column's check has.
        if error.args[0] != 1826:
            raise
        name = "b"
        database.execute(create.format(name))
    level, table_level, json = (
        Check(name="a", columns=("a",), expression="`a` > 0", is_column_level=True),
        Check(name=name, columns=("a",), expression="`a` < 9"),
        Check(
            name="j", columns=("j",), expression="json_valid(`j`)", is_column_level=True
        ),
    )
    assert set(database.table("typed").constraints) == {level, table_level, json}
    statements = database.statements
    assert not statements.supports_drop(level)
    assert not statements.supports_add(json)
    with pytest.raises(ValueError, match="in place") as caught:
        statements.drop("typed", level)
    assert str(caught.value) == (
        "CHECK a cannot be dropped from typed in place on MariaDB: it is a part of its "
        "column, which needs a MODIFY."
    )
    database.execute(*statements.drop("typed", table_level))
    assert set(database.table("typed").constraints) == {level, json}


@pytest.mark.flavours("mariadb")
def test_check_that_the_view_cannot_hold_is_not_made_up(database: Database) -> None:
    database.execute(
        "CREATE TABLE moods (a varchar(9), CONSTRAINT c CHECK (a <> '😀'))"
    )
    check = database.constraint("moods", "c")
    assert check == Check(name="c", columns=("a",), expression="")
    assert database.statements.supports_drop(check)
    assert not database.statements.supports_add(check)


@pytest.mark.parametrize(
    "literal",
    ["it''s", r"back\\slash", r"tick`a`\n%s", "ünï表", 'dou"ble', r"\'b\'"],
)
def test_check_with_any_literal_is_made_again(database: Database, literal: str) -> None:
    database.execute(
        "CREATE TABLE literals (a varchar(30), b integer,"
        f" CONSTRAINT c CHECK (a <> '{literal}'))"
    )
    check = database.constraint("literals", "c")
    assert check.columns == ("a",)
    shown = database.fetch("SHOW CREATE TABLE literals")
    database.execute(
        *database.statements.drop("literals", check),
        *database.statements.add("literals", check),
    )
    assert database.constraint("literals", "c") == check
    assert database.fetch("SHOW CREATE TABLE literals") == shown


def test_expression_of_a_server_that_does_not_mangle_letters() -> None:
    assert as_sql("(`é表` > 1)") == "(`é表` > 1)"
    assert as_sql("(`é` > 1)") == "(`é` > 1)"
    assert as_sql("(`é` > 1)".encode().decode("latin-1")) == "(`é` > 1)"


def test_table_of_another_schema(database: Database) -> None:
    database.execute(
        f"CREATE DATABASE {ELSEWHERE}",
        f"CREATE TABLE {ELSEWHERE}.publishers (id integer NOT NULL PRIMARY KEY)",
        "CREATE TABLE books (publisher_id integer, CONSTRAINT abroad FOREIGN KEY"
        f" (publisher_id) REFERENCES {ELSEWHERE}.publishers (id))",
    )
    key = f'{ELSEWHERE}"."publishers'
    (foreign_key,) = database.table("books").of(ForeignKey)
    assert foreign_key.to_table == key
    assert set(database.read(key).tables) == {"books"}
    database.execute(
        *database.statements.drop("books", foreign_key),
        *database.statements.add("books", foreign_key),
    )
    assert foreign_key in database.table("books").constraints


def test_keys_of_qualified_names(database: Database) -> None:
    key, own = database.introspection.key, connection.settings_dict["NAME"]
    assert key(f"`{own}`.`books`") == "books"
    assert key(f"{own}`.`books") == "books"
    assert key(f"{ELSEWHERE}`.`books") == f'{ELSEWHERE}"."books'


def test_foreign_key_to_a_missing_table_is_read(database: Database) -> None:
    database.execute(
        "SET foreign_key_checks = 0",
        "CREATE TABLE books (author_id integer, CONSTRAINT dangling"
        " FOREIGN KEY (author_id) REFERENCES nobody (id))",
        "SET foreign_key_checks = 1",
    )
    (foreign_key,) = database.table("books").of(ForeignKey)
    assert (foreign_key.to_table, foreign_key.to_columns) == ("nobody", ("id",))
    assert set(database.read("nobody").tables) == {"books"}
