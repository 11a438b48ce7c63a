"""What is read can be dropped and made again, whatever its name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError

from fkguard.schema.catalogue import Table
from fkguard.schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Trigger,
    Unique,
)

from .conftest import ELSEWHERE, FLAVOUR, Database

NAMES = {
    "plain": "plain",
    "space": "with space",
    "double quote": 'quo"ted',
    "backtick": "back`tick",
    "single quote": "it's",
    "percent": "per%cent %s %%",
    "unicode": "ünïcode表",
    "backslash": "back\\slash",
    "long": "n" * (64 if FLAVOUR in ("mysql", "mariadb") else 63),
}

MYSQL = pytest.mark.flavours("mysql", "mariadb")
IN_PLACE = pytest.mark.flavours("postgresql", "mysql", "mariadb")


def fill(database: Database, name: str) -> str:
    """Make tables with the column `name`; return one that references another.

    On PostgreSQL and SQLite, an index may not have the name of a table.
    """
    q = database.statements.name
    table = name[:-1] + "y"
    database.execute(
        f"CREATE TABLE {q(name[:-1] + 'z')} ({q(name)} integer NOT NULL PRIMARY KEY)",
        f"CREATE TABLE {q(table)} ({q(name)} integer, other integer)",
    )
    return table


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_index_of_any_name_makes_the_round_trip(database: Database, name: str) -> None:
    table = fill(database, name)
    statements = database.statements
    for index in (
        Index(name=name, columns=(name, "other")),
        Unique(
            name=name,
            columns=("other", name),
            is_index=FLAVOUR in ("sqlite", "postgresql"),
        ),
    ):
        before = database.table(table)
        assert statements.supports_add(index)
        database.execute(*statements.add(table, index))
        assert database.constraint(table, name) == index
        database.execute(*statements.rename(table, index, "renamed"))
        renamed = replace(index, name="renamed")
        assert database.constraint(table, "renamed") == renamed
        assert database.table(table).named(name) is None
        database.execute(*statements.drop(table, renamed))
        assert database.table(table) == before


@IN_PLACE
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_constraints_of_any_name_make_the_round_trip(
    database: Database, name: str
) -> None:
    table = fill(database, name)
    statements = database.statements
    quoted = statements.name(name)
    for constraint in (
        Check(name=name, columns=(name,), expression=f"{quoted} <> 7"),
        ForeignKey(
            name=name,
            columns=(name,),
            to_table=name[:-1] + "z",
            to_columns=(name,),
            on_delete="SET NULL",
            on_update="CASCADE",
        ),
    ):
        if isinstance(constraint, ForeignKey):
            # Without it, MySQL makes one and does not take it away again.
            supporting = Index(name="supporting", columns=(name,))
            database.execute(*statements.add(table, supporting))
        before = database.table(table)
        database.execute(*statements.add(table, constraint))
        read = find(database.table(table), constraint)
        if isinstance(constraint, ForeignKey):
            assert read == constraint
        assert read.uses == {name}
        database.execute(*statements.rename(table, read, "renamed"))
        renamed = find(database.table(table), replace(read, name="renamed"))
        assert renamed == replace(read, name="renamed")
        database.execute(*statements.drop(table, renamed))
        assert database.table(table) == before
        database.execute(*statements.add(table, read))
        assert find(database.table(table), read) == read
        database.execute(*statements.drop(table, read))


def find(table: Table, constraint: Constraint) -> Constraint:
    (found,) = (
        each for each in table.of(type(constraint)) if each.name == constraint.name
    )
    return found


@IN_PLACE
def test_primary_key_makes_the_round_trip(database: Database) -> None:
    database.execute(
        "CREATE TABLE pairs"
        " (a integer NOT NULL, b integer NOT NULL, PRIMARY KEY (b, a))"
    )
    statements = database.statements
    (primary_key,) = database.table("pairs").constraints
    database.execute(*statements.drop("pairs", primary_key))
    assert database.table("pairs").constraints == ()
    database.execute(*statements.add("pairs", primary_key))
    assert database.table("pairs").constraints == (primary_key,)


@MYSQL
def test_prefixes_and_methods_make_the_round_trip(database: Database) -> None:
    database.execute(
        "CREATE TABLE texts (a text, b integer, UNIQUE u (a(10), b), KEY k (a(5)),"
        " FULLTEXT KEY f (a))"
    )
    before = database.table("texts")
    for constraint in before.constraints:
        database.execute(*database.statements.drop("texts", constraint))
    assert database.table("texts").constraints == ()
    for constraint in before.constraints:
        database.execute(*database.statements.add("texts", constraint))
    assert database.table("texts") == before


@pytest.mark.flavours("mysql")
def test_functional_key_parts_make_the_round_trip(database: Database) -> None:
    database.execute(
        "CREATE TABLE named (a varchar(30), b integer,"
        " UNIQUE u ((lower(a)), ((b + 1))),"
        " UNIQUE m ((concat(a, 'it''s ü \\\\ `b` %')), b DESC), KEY k ((upper(a))))"
    )
    before = database.table("named")
    for constraint in before.constraints:
        database.execute(
            *database.statements.drop("named", constraint),
            *database.statements.add("named", constraint),
        )
    assert database.table("named") == before


@MYSQL
def test_foreign_key_is_renamed_in_one_statement(database: Database) -> None:
    foreign_key = ForeignKey(
        name="old",
        columns=("a",),
        to_table="t",
        to_columns=("id",),
        on_delete="CASCADE",
    )
    assert database.statements.rename("books", foreign_key, "new") == [
        (
            "ALTER TABLE `books` DROP FOREIGN KEY `old`, ADD CONSTRAINT `new` "
            "FOREIGN KEY (`a`) REFERENCES `t` (`id`) ON DELETE CASCADE"
        )
    ]


@pytest.mark.parametrize(
    ("constraint", "can_add", "can_drop"),
    [
        (Index(name="k", columns=("a",)), "*", "*"),
        (Unique(name="k", columns=("a",)), "*", "*"),
        (Unique(name="k", columns=("a",), is_inline=True), "pg my ma", "pg my ma"),
        (Unique(name="k", columns=("a",), condition="a > 1"), "pg sq", "*"),
        (Unique(name="k", expressions=("lower(a)",)), "pg my sq", "*"),
        (Unique(name="k", expressions=("",)), "", "*"),
        (Unique(name="k", columns=("a",), include=("b",)), "pg", "*"),
        (Unique(name="k", columns=("a",), deferrable="deferred"), "pg", "*"),
        (Unique(name="k", columns=("a",), nulls_distinct=False), "pg", "*"),
        (
            ForeignKey(name="k", columns=("a",), to_table="t", to_columns=("a",)),
            "pg my ma",
            "pg my ma",
        ),
        (
            ForeignKey(
                name="k",
                columns=("a",),
                to_table="t",
                to_columns=("a",),
                deferrable="deferred",
            ),
            "pg",
            "pg my ma",
        ),
        (Check(name="k", expression="a > 1"), "pg my ma", "pg my ma"),
        (Check(name="k", columns=("a",)), "", "pg my ma"),
        (Check(name="k", expression="a", is_column_level=True), "pg my", "pg my"),
        (Exclusion(name="k", definition="EXCLUDE (a WITH =)"), "pg", "pg"),
        (Trigger(name="k", definition="CREATE TRIGGER k ..."), "sq", "sq"),
        (PrimaryKey(name="k", columns=("a",)), "pg my ma", "pg my ma"),
        (Index(name="k", columns=("a",), is_inherited=True), "my ma sq", "my ma sq"),
    ],
)
def test_support(
    database: Database, constraint: Constraint, can_add: str, can_drop: str
) -> None:
    mine = {"postgresql": "pg", "mysql": "my", "mariadb": "ma", "sqlite": "sq"}[FLAVOUR]
    for where, supports, act in (
        (can_add, database.statements.supports_add, database.statements.add),
        (can_drop, database.statements.supports_drop, database.statements.drop),
    ):
        expected = where == "*" or mine in where
        assert supports(constraint) is expected
        if expected:
            assert act("t", constraint)
        else:
            with pytest.raises(ValueError, match="in place on"):
                act("t", constraint)


@pytest.mark.flavours("sqlite")
def test_refusal_gives_the_reason(database: Database) -> None:
    with pytest.raises(ValueError, match="rebuilt") as caught:
        database.statements.add("books", Check(name="pages", expression="pages > 0"))
    assert str(caught.value) == (
        "CHECK pages cannot be added to books in place on SQLite: it is a part of "
        "CREATE TABLE, so the table has to be rebuilt."
    )


def test_quotes_are_escaped_and_schemas_kept_apart(database: Database) -> None:
    statements = database.statements
    if FLAVOUR in ("mysql", "mariadb"):
        assert statements.name("a`b") == "`a``b`"
        assert statements.quote('s"."t`x') == "`s`.`t``x`"
        assert statements.name('s"."t') == '`s"."t`'
    else:
        assert statements.name('a"b') == '"a""b"'
        assert statements.quote('s"."t`x') == '"s"."t`x"'
        assert statements.name('s"."t') == '"s"".""t"'


# Rows that stand in the way


def test_duplicates_are_counted_by_key(database: Database) -> None:
    q = database.statements.name
    database.execute(
        f"CREATE TABLE seats ({q('ro%w')} varchar(9), n integer)",
        "INSERT INTO seats VALUES ('a', 1), ('a', 1), ('a', 1), ('b', 2), ('b', 2),"
        " ('c', 3), (NULL, 4), (NULL, 4), ('d', NULL), ('d', NULL)",
    )
    unique = Unique(name="u", columns=("ro%w", "n"))
    statements = database.statements
    assert database.fetch(statements.duplicates("seats", unique)) == [(2,)]
    assert database.fetch(statements.duplicates_sample("seats", unique)) == [
        ("a", 1, 3),
        ("b", 2, 2),
    ]
    sample = statements.duplicates_sample("seats", unique, limit=1)
    assert database.fetch(sample) == [("a", 1, 3)]
    nulls = replace(unique, nulls_distinct=False)
    assert database.fetch(statements.duplicates("seats", nulls)) == [(4,)]


def test_duplicates_of_a_conditional_or_functional_unique(database: Database) -> None:
    database.execute(
        "CREATE TABLE tags (a varchar(9) NOT NULL, n integer)",
        "INSERT INTO tags VALUES ('x', 1), ('x', 1), ('x', 2), ('X', 2), ('y', 0),"
        " ('y', 0)",
    )
    unique = Unique(
        name="u", columns=("n",), expressions=("lower(a)",), condition="n > 1"
    )
    statements = database.statements
    assert database.fetch(statements.duplicates("tags", unique)) == [(1,)]
    ((n, a, count),) = database.fetch(statements.duplicates_sample("tags", unique))
    assert (n, str(a), count) == (2, "x", 2)


@MYSQL
def test_duplicates_of_a_prefix(database: Database) -> None:
    database.execute(
        "CREATE TABLE texts (a text)",
        "INSERT INTO texts VALUES ('abc'), ('abd'), ('b')",
    )
    unique = Unique(name="u", columns=("a",), prefixes=(2,))
    sql = database.statements.duplicates_sample("texts", unique)
    assert database.fetch(sql) == [("ab", 2)]


def test_table_without_duplicates_has_none(database: Database) -> None:
    database.execute(
        "CREATE TABLE seats (n integer)", "INSERT INTO seats VALUES (1), (NULL), (NULL)"
    )
    unique = Unique(name="u", columns=("n",))
    assert database.fetch(database.statements.duplicates("seats", unique)) == [(0,)]
    assert database.fetch(database.statements.duplicates_sample("seats", unique)) == []


def test_orphans_are_rows_whose_whole_key_finds_nothing(database: Database) -> None:
    database.execute(
        "CREATE TABLE places (x integer, y integer)",
        "CREATE TABLE routes (a integer, b integer)",
        "INSERT INTO places VALUES (1, 2), (NULL, 3), (NULL, NULL)",
        "INSERT INTO routes VALUES (2, 1), (1, 2), (1, 2), (3, NULL), (NULL, 9),"
        " (NULL, NULL), (7, 7)",
    )
    foreign_key = ForeignKey(
        name="f", columns=("b", "a"), to_table="places", to_columns=("x", "y")
    )
    statements = database.statements
    assert database.fetch(statements.orphans("routes", foreign_key)) == [
        (2, 1, 2, 3, 2),
        (7, 7, 1, 3, 2),
    ]
    assert database.fetch(statements.orphans("routes", foreign_key, limit=1)) == [
        (2, 1, 2, 3, 2)
    ]
    full = replace(foreign_key, match="FULL")
    assert database.fetch(statements.orphans("routes", full))[0][-2:] == (5, 4)


def test_orphans_of_a_table_that_references_itself(database: Database) -> None:
    database.execute(
        "CREATE TABLE nodes (id integer, above integer)",
        "INSERT INTO nodes VALUES (1, NULL), (2, 1), (3, 9)",
    )
    foreign_key = ForeignKey(
        name="f", columns=("above",), to_table="nodes", to_columns=("id",)
    )
    sql = database.statements.orphans("nodes", foreign_key)
    assert database.fetch(sql) == [(9, 1, 1, 1)]


def test_no_row_is_returned_where_every_row_references_one(database: Database) -> None:
    database.execute(
        "CREATE TABLE nodes (id integer, above integer)",
        "INSERT INTO nodes VALUES (1, NULL), (2, 1)",
    )
    foreign_key = ForeignKey(
        name="f", columns=("above",), to_table="nodes", to_columns=("id",)
    )

    assert database.fetch(database.statements.orphans("nodes", foreign_key)) == []


#: Two collations of the server that it does not compare.
COLLATIONS = {
    "mysql": ("utf8mb4_unicode_ci", "utf8mb4_general_ci"),
    "mariadb": ("utf8mb4_unicode_ci", "utf8mb4_general_ci"),
    "postgresql": ('"C"', '"POSIX"'),
}


@IN_PLACE
def test_columns_of_two_collations_are_compared_by_the_referenced_one(
    database: Database,
) -> None:
    one, other = COLLATIONS[FLAVOUR]
    database.execute(
        f"CREATE TABLE isbns (code varchar(20) COLLATE {other})",
        f"CREATE TABLE books (isbn varchar(20) COLLATE {one})",
        "INSERT INTO isbns VALUES ('A')",
        "INSERT INTO books VALUES ('a'), ('A'), ('B')",
    )
    foreign_key = ForeignKey(
        name="f", columns=("isbn",), to_table="isbns", to_columns=("code",)
    )
    column = database.table("books").column("isbn")
    to_column = database.table("isbns").column("code")
    assert column is not None
    assert to_column is not None

    with pytest.raises(DatabaseError):
        database.fetch(database.statements.orphans("books", foreign_key))
    sql = database.statements.orphans("books", foreign_key, [(column, to_column)])
    orphans = [("B", 1, 1, 1)]
    if FLAVOUR == "postgresql":
        orphans = [("B", 1, 2, 2), ("a", 1, 2, 2)]
    assert database.fetch(sql) == orphans


@MYSQL
def test_number_and_text_are_not_compared(database: Database) -> None:
    database.execute(
        "CREATE TABLE t (a int, b varchar(9), c double, d tinytext, e binary(4))"
    )
    table = database.table("t")
    columns = {each.name: each for each in table.columns}
    reason = database.statements.reason_not_to_compare

    assert reason(columns["a"], columns["c"]) == ""
    assert reason(columns["b"], columns["d"]) == ""
    assert reason(columns["a"], columns["e"]) == ""
    assert "varchar(9) have no values in common" in reason(columns["a"], columns["b"])
    assert "double have no values in common" in reason(columns["d"], columns["c"])


@IN_PLACE
def test_orphans_across_schemas(database: Database) -> None:
    make = "SCHEMA" if FLAVOUR == "postgresql" else "DATABASE"
    database.execute(
        f"CREATE {make} {ELSEWHERE}",
        f"CREATE TABLE {ELSEWHERE}.publishers (id integer)",
        "CREATE TABLE books (publisher_id integer)",
        "INSERT INTO books VALUES (1)",
    )
    foreign_key = ForeignKey(
        name="f",
        columns=("publisher_id",),
        to_table=f'{ELSEWHERE}"."publishers',
        to_columns=("id",),
    )
    sql = database.statements.orphans("books", foreign_key)
    assert database.fetch(sql) == [(1, 1, 1, 1)]
