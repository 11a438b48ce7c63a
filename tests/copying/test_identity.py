"""A copy never deletes rows before its source is proven to be another database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fkguard.backends.base.identity import MARKER, Answer
from fkguard.backends.mysql.identity import Facts as MySQLFacts
from fkguard.backends.postgresql.identity import Facts as PostgreSQLFacts
from tests.copying.stage import Stage
from tests.settings import LEG

FLAVOUR = LEG.rstrip("0123456789")
DELETES = ("--truncate", "--no-input")


@contextmanager
def again(stage: Stage, **settings: Any) -> Iterator[None]:
    """Let the alias "again" lead to the target by other settings."""
    stage.environment["FKGUARD_COPY_AGAIN"] = json.dumps(settings)
    try:
        yield
    finally:
        del stage.environment["FKGUARD_COPY_AGAIN"]


def refused(stage: Stage, *arguments: str, source: str = "again") -> str:
    """Copy the target into itself; return what is said, once no row is lost."""
    before = stage.rows()
    stage.close()
    done = stage.copy(*arguments, source=source, target="new")
    assert (done.returncode, stage.rows()) == (2, before), done.stdout + done.stderr
    assert before["stacks_book"] > 0
    assert not [name for name in before if name.startswith(MARKER)]
    return done.stderr


@pytest.fixture
def other_user(copied: Stage) -> Iterator[dict[str, str]]:
    """Return the settings of an account that may read the target, no more."""
    name = f"{copied._name()[1:-1]}_reader"[-30:]
    database = copied._name()
    if FLAVOUR == "postgresql":
        account = copied.connection.ops.quote_name(name)
        copied.tell(
            f"CREATE USER {account} PASSWORD 'reader'",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {account}",
        )
        gone = [f"DROP OWNED BY {account}", f"DROP USER {account}"]
    else:
        account = f"'{name}'@'%'"
        copied.tell(
            f"CREATE USER {account} IDENTIFIED BY 'reader'",
            f"GRANT SELECT ON {database}.* TO {account}",
        )
        gone = [f"DROP USER {account}"]
    yield {"USER": name, "PASSWORD": "reader"}
    copied.tell(*gone)


@pytest.mark.parametrize("arguments", [DELETES, ("--append",), ()])
def test_one_database_by_two_names_is_refused(
    copied: Stage, arguments: tuple[str, ...]
) -> None:
    said = refused(copied, *arguments)

    assert "'again' and 'new' are the same database" in said


@pytest.mark.flavours("sqlite")
def test_one_file_by_two_paths_is_refused(copied: Stage) -> None:
    linked, hard = copied.folder / "linked.sqlite3", copied.folder / "hard.sqlite3"
    linked.symlink_to(copied.target)
    hard.hardlink_to(copied.target)
    for path in (linked, hard):
        with again(copied, NAME=str(path)):
            assert "are the same database. Both are the file" in refused(
                copied, *DELETES
            )


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_one_database_through_a_socket_is_refused(copied: Stage) -> None:
    query = (
        "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)"
        if FLAVOUR == "postgresql"
        else "SELECT @@socket"
    )
    [[socket]] = copied.ask(query)
    assert socket.startswith("/")

    with again(copied, HOST=socket):
        said = refused(copied, *DELETES)

    assert "'again' and 'new' are the same database" in said


@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_one_database_by_another_user_is_refused(
    copied: Stage, other_user: dict[str, str]
) -> None:
    with again(copied, **other_user):
        said = refused(copied, *DELETES)

    assert "'again' and 'new' are the same database" in said


@pytest.mark.flavours("postgresql")
def test_two_schemas_of_one_database_differ(fresh: Stage) -> None:
    """A schema for each tenant: the tables are others, the database is one."""
    fresh.tell("CREATE SCHEMA old")
    try:
        with again(fresh, OPTIONS={"options": "-c search_path=old"}):
            fresh.must("django", "migrate", "--verbosity=0", "--database=again")
            fresh.must(
                *("django", "fkguard", "copy"),
                *("--from", "default", "--to", "again"),
            )
            done = fresh.copy(*DELETES, source="again")
    finally:
        fresh.tell("DROP SCHEMA old CASCADE")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.flavours("postgresql")
def test_one_table_through_two_schemas_is_refused(copied: Stage) -> None:
    """The first schema of the path is another one, and the tables are the same."""
    copied.tell("CREATE SCHEMA empty")
    try:
        with again(copied, OPTIONS={"options": "-c search_path=empty,public"}):
            said = refused(copied, *DELETES)
    finally:
        copied.tell("DROP SCHEMA empty")

    assert "'again' and 'new' are the same database" in said


def test_marker_of_a_killed_copy_goes_away(fresh: Stage) -> None:
    fresh.tell(f"CREATE TABLE {MARKER}0 (id integer NOT NULL PRIMARY KEY)")

    assert fresh.report()["agrees"]
    assert not [name for name in fresh.rows() if name.startswith(MARKER)]


def postgresql(**facts: Any) -> PostgreSQLFacts:
    given: dict[str, Any] = {"system": 1, "database": 5, "is_standby": False}
    return PostgreSQLFacts(**given | {"tables": {"t": 7}} | facts)


def mysql(**facts: Any) -> MySQLFacts:
    given: dict[str, Any] = {"schema": "shop", "is_case_sensitive": True}
    given |= {"server": "a", "number": 1, "sources": frozenset()}
    return MySQLFacts(**given | facts)


SAME, DIFFERENT, UNKNOWN = Answer.SAME, Answer.DIFFERENT, Answer.UNKNOWN
HIDDEN: dict[str, Any] = {"server": "b", "number": 2, "sources": None}
REPLICA = HIDDEN | {"sources": frozenset({"c"})}
#: What is compared -> source, target, whether the marker was seen, answer.
CASES: dict[str, tuple[Any, Any, bool | None, Answer]] = {
    "marker": (postgresql(), postgresql(), True, SAME),
    "marker without rights": (postgresql(system=None), postgresql(), True, SAME),
    "schema": (postgresql(), postgresql(tables={"t": 8}), True, DIFFERENT),
    # A snapshot that was restored has the identifiers of its origin.
    "clone": (postgresql(), postgresql(), False, DIFFERENT),
    "no rights": (postgresql(system=None), postgresql(), False, DIFFERENT),
    "not looked": (postgresql(), postgresql(), None, UNKNOWN),
    "standby": (postgresql(is_standby=True), postgresql(), False, UNKNOWN),
    "standby seen": (postgresql(is_standby=True), postgresql(), True, SAME),
    "standby of another": (
        postgresql(is_standby=True, system=2),
        postgresql(),
        False,
        DIFFERENT,
    ),
    "another database of a standby": (
        postgresql(is_standby=True, database=6),
        postgresql(),
        False,
        DIFFERENT,
    ),
    "unknown standby": (
        postgresql(is_standby=True, system=None),
        postgresql(),
        False,
        UNKNOWN,
    ),
    "subscriber": (
        postgresql(system=2, subscribed=frozenset("t")),
        postgresql(published=frozenset("t")),
        False,
        UNKNOWN,
    ),
    "subscriber to others": (
        postgresql(system=2, subscribed=frozenset("t")),
        postgresql(),
        False,
        DIFFERENT,
    ),
    "MySQL's marker": (mysql(), mysql(), True, SAME),
    "MySQL's schema": (mysql(), mysql(schema="other"), False, DIFFERENT),
    "case that counts": (mysql(), mysql(schema="Shop"), False, DIFFERENT),
    "case that does not count": (
        mysql(clusters=frozenset("x")),
        mysql(schema="Shop", is_case_sensitive=False, clusters=frozenset("x")),
        False,
        SAME,
    ),
    "nodes": (
        mysql(server="b", clusters=frozenset("x")),
        mysql(clusters=frozenset("x")),
        False,
        SAME,
    ),
    "two clusters": (
        mysql(server="b", clusters=frozenset("y")),
        mysql(clusters=frozenset("x")),
        False,
        DIFFERENT,
    ),
    "two servers": (mysql(server="b"), mysql(), False, DIFFERENT),
    "replica": (mysql(**REPLICA | {"sources": {"a"}}), mysql(), False, SAME),
    "replica of another": (mysql(**REPLICA), mysql(), False, UNKNOWN),
    "replica with GTIDs": (
        mysql(**REPLICA, origins=frozenset("c")),
        mysql(origins=frozenset("a")),
        False,
        DIFFERENT,
    ),
    "replica of a replica": (
        mysql(**REPLICA, origins=frozenset("ac")),
        mysql(origins=frozenset("a")),
        False,
        UNKNOWN,
    ),
    "may not ask": (mysql(**HIDDEN), mysql(), False, UNKNOWN),
    "may not ask, no binary log": (
        mysql(**HIDDEN),
        mysql(has_log=False),
        False,
        DIFFERENT,
    ),
    "may not ask, one number": (
        mysql(**HIDDEN | {"number": 1}),
        mysql(),
        False,
        DIFFERENT,
    ),
    "may not look": (mysql(), mysql(), None, UNKNOWN),
    "may not look at another": (mysql(server="b"), mysql(), None, DIFFERENT),
    "MariaDB may not look": (mysql(server=""), mysql(server=""), None, UNKNOWN),
}


@pytest.mark.flavours("sqlite")
@pytest.mark.parametrize("case", CASES)
def test_identities_are_compared(case: str) -> None:
    source, target, seen, answer = CASES[case]

    verdict = source.compare(target, sees_marker=seen)

    assert verdict.answer is answer
    assert verdict.reason.endswith(".")
    assert bool(verdict.advice) >= (answer is UNKNOWN)
