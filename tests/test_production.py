"""Accounts, sessions and drivers as production has them: nothing is lost there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, OperationalError, connection, connections
from django.db.migrations import AddField, AlterField, RemoveField
from django.test.utils import override_settings

from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab
from tests.project import Project
from tests.scenarios.builders import create, integer, key, text, unique
from tests.settings import NAME_SUFFIX

HISTORY = [
    create("Author", name=text()),
    create(
        "Book",
        author=key("Author"),
        series=integer(),
        number=integer(),
        options={"constraints": [unique("book_place", "series", "number")]},
    ),
]
#: Drops a foreign key and a unique constraint for a while.
CHANGES = [
    AlterField("Book", "author", key("Author", null=True)),
    RemoveField("Book", "series"),
    AddField("Book", "series", integer()),
]
PASSWORD = "production"
COMMANDS = (
    ("fkguard", "verify"),
    ("fkguard", "status"),
    ("fkguard", "repair"),
    ("check", "--database", "default"),
)


@contextmanager
def connected(**settings: Any) -> Iterator[None]:
    """Use the database with other settings of the connection for a while."""
    old = connection.settings_dict.copy()
    options = {**old["OPTIONS"], **settings.pop("OPTIONS", {})}
    reconnect({**old, **settings, "OPTIONS": options})
    try:
        yield
    finally:
        reconnect(old)


def reconnect(settings: dict[str, Any]) -> None:
    """Give the alias a new connection, which has read nothing yet."""
    used: Any = connections["default"]
    used.close()
    if hasattr(used, "close_pool"):
        used.close_pool()
    used.settings_dict.clear()
    used.settings_dict.update(settings)
    del connections["default"]


def run(*command: str) -> tuple[object, str]:
    """Return the exit status of a command and what it prints.

    Patches are left out: some wait for a module to be imported.
    """
    output = io.StringIO()
    status: object = 0
    try:
        call_command(*command, stdout=output, no_color=True)
    except SystemExit as error:
        status = error.code
    lines = output.getvalue().splitlines()
    return status, "\n".join(e for e in lines if not e.startswith("patches "))


def constraints(lab: Lab) -> dict[str, int]:
    """Return the constraints of the scenario's own tables."""
    found = lab.snapshot().constraints()
    return {line: n for line, n in found.items() if not line.startswith("fkguard_")}


def migrates_verifies_and_repairs(lab: Lab) -> None:
    """Create tables, change them in auto, and repair what is dropped afterwards."""
    with override_settings(FKGUARD={"MODE": "auto"}):
        lab.write(HISTORY)
        assert lab.migrate_only("auto") is None
        lab.write(CHANGES)
        assert isinstance(lab.migrate_only("strict"), Refused)
        assert lab.migrate_only("auto") is None
        assert run("fkguard", "verify")[0] == 0
        drop = "CONSTRAINT" if FLAVOUR == "postgresql" else "INDEX"
        table = connection.ops.quote_name("testapp_book")
        lab.execute(f"ALTER TABLE {table} DROP {drop} book_place")
        status, printed = run("fkguard", "verify")
        assert status == 1
        assert "UNIQUE (series, number)" in printed
        status, printed = run("fkguard", "repair", "--apply", "--no-input")
        assert status == 0, printed
        assert run("fkguard", "verify")[0] == 0


# Sessions of MySQL and MariaDB

MYISAM = "SET default_storage_engine = MyISAM"
STRICT = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"
SESSIONS = [
    pytest.param(f"SET sql_mode = 'ANSI_QUOTES,{STRICT}'", id="ANSI_QUOTES"),
    pytest.param(
        f"SET sql_mode = 'NO_BACKSLASH_ESCAPES,{STRICT}'", id="NO_BACKSLASH_ESCAPES"
    ),
    pytest.param("SET autocommit = 0", id="autocommit"),
    pytest.param(MYISAM, id="MyISAM"),
    pytest.param("SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1", id="waits"),
    *(
        pytest.param(f"SET {name} = {value}", id=f"{name}={value}")
        for name, value, only in (
            ("sql_require_primary_key", "ON", "mysql"),
            ("sql_generate_invisible_primary_key", "ON", "mysql"),
            ("restrict_fk_on_non_standard_key", "OFF", "mysql"),
            ("restrict_fk_on_non_standard_key", "ON", "mysql"),
            ("innodb_snapshot_isolation", "ON", "mariadb"),
        )
        if only == FLAVOUR
    ),
]


@pytest.mark.flavours("mysql", "mariadb")
@pytest.mark.parametrize("sql", SESSIONS)
def test_session_migrates_verifies_and_repairs(lab: Lab, sql: str) -> None:
    with connected(OPTIONS={"init_command": sql}):
        migrates_verifies_and_repairs(lab)
        assert lab.is_enforced("INSERT INTO testapp_book (author_id) VALUES (99)")


@pytest.mark.flavours("mysql", "mariadb")
def test_default_engine_without_foreign_keys_is_refused_by_strict(lab: Lab) -> None:
    with connected(OPTIONS={"init_command": MYISAM}):
        lab.write(HISTORY)
        error = lab.migrate_only("strict")
        assert isinstance(error, Refused)
        assert "Only InnoDB" in str(error)
        assert constraints(lab) == {}


@pytest.mark.flavours("mysql", "mariadb")
def test_default_engine_without_transactions_changes_tables_that_have_them(
    lab: Lab,
) -> None:
    lab.apply(HISTORY)
    before = constraints(lab)

    with connected(OPTIONS={"init_command": MYISAM}):
        lab.write(CHANGES)
        assert lab.migrate_only("auto") is None
        # What the ledger holds has to outlive a crash.
        lab.execute("UPDATE testapp_author SET name = name")
        rows = engines(lab)

    assert rows["fkguard_ledger"] == "InnoDB"
    assert set(rows.values()) == {"InnoDB"}
    assert constraints(lab) == before


def engines(lab: Lab) -> dict[str, str]:
    with lab.connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, engine FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND table_name <> 'django_content_type'"
        )
        return dict(cursor.fetchall())


# Accounts


@contextmanager
def account(*statements: str, **settings: Any) -> Iterator[str]:
    """Log in as an account that only has what the statements grant it.

    They may name {user}, {owner}, a role that cannot log in, and {schema}.
    """
    quote = connection.ops.quote_name
    names = {
        name: f"fkguard_{name}{NAME_SUFFIX}"[-60:].lstrip("_")
        for name in ("user", "owner", "schema")
    }
    quoted = {name: quote(value) for name, value in names.items()}
    with connection.cursor() as cursor:
        if FLAVOUR == "postgresql":
            cursor.execute(f"CREATE ROLE {quoted['owner']}", [])
            sql = f"CREATE ROLE {quoted['user']} LOGIN NOINHERIT PASSWORD %s"
            cursor.execute(sql, [PASSWORD])
        else:
            names["user"] = names["user"][:32]
            quoted["user"] = f"{quote(names['user'])}@'%%'"
            cursor.execute(f"CREATE USER {quoted['user']} IDENTIFIED BY %s", [PASSWORD])
        for sql in statements:
            cursor.execute(
                sql.format(
                    database=quote(str(connection.settings_dict["NAME"])), **quoted
                ),
                [],
            )
    if "assume_role" in settings.get("OPTIONS", {}):
        settings["OPTIONS"] = {**settings["OPTIONS"], "assume_role": names["owner"]}
    try:
        with connected(USER=names["user"], PASSWORD=PASSWORD, **settings):
            yield names["schema"]
    finally:
        with connection.cursor() as cursor:
            if FLAVOUR == "postgresql":
                for name in ("user", "owner"):
                    cursor.execute(f"REASSIGN OWNED BY {quoted[name]} TO CURRENT_USER")
                    cursor.execute(f"DROP OWNED BY {quoted[name]} CASCADE")
                cursor.execute(f"DROP SCHEMA IF EXISTS {quoted['schema']} CASCADE")
                for name in ("user", "owner"):
                    cursor.execute(f"DROP ROLE {quoted[name]}")
            else:
                cursor.execute(f"DROP USER {quoted['user']}", [])


#: What Django's tables of the test database need, besides those of the scenario.
DJANGO = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {owner}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {owner}",
)


@pytest.mark.flavours("postgresql")
def test_role_that_is_assumed_migrates_verifies_and_repairs(lab: Lab) -> None:
    with account(
        "GRANT {owner} TO {user}",
        "GRANT CREATE ON SCHEMA public TO {owner}",
        *DJANGO,
        OPTIONS={"assume_role": "owner"},
    ):
        migrates_verifies_and_repairs(lab)


@pytest.mark.flavours("postgresql")
def test_member_of_the_owner_migrates_verifies_and_repairs(lab: Lab) -> None:
    with account(
        "ALTER ROLE {user} INHERIT",
        "GRANT {owner} TO {user}",
        "GRANT CREATE ON SCHEMA public TO {owner}",
        *DJANGO,
    ):
        lab.write(HISTORY)
        assert lab.migrate_only("auto") is None
    # Its tables are another role's now, as those of an earlier deployment are.
    with account(
        "ALTER ROLE {user} INHERIT",
        "GRANT {owner} TO {user}",
        "GRANT CREATE ON SCHEMA public TO {owner}",
        "ALTER TABLE testapp_author OWNER TO {owner}",
        "ALTER TABLE testapp_book OWNER TO {owner}",
        *DJANGO,
    ):
        lab.write(CHANGES)
        assert lab.migrate_only("auto") is None
        assert run("fkguard", "verify")[0] == 0
        lab.execute("ALTER TABLE testapp_book DROP CONSTRAINT book_place")
        assert run("fkguard", "repair", "--apply", "--no-input")[0] == 0
        assert run("fkguard", "verify")[0] == 0


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("mode", ["off", "warn", "auto"])
def test_role_that_does_not_own_the_tables_changes_nothing(lab: Lab, mode: str) -> None:
    lab.apply(HISTORY)
    before, applied = constraints(lab), lab.snapshot().applied

    with account(
        # In this order: since PostgreSQL 16, GRANT decides what is inherited.
        "ALTER ROLE {user} INHERIT",
        "GRANT {owner} TO {user}",
        "GRANT CREATE ON SCHEMA public TO {owner}",
        *DJANGO,
    ):
        lab.write(CHANGES)
        error = lab.migrate_only(mode)
        assert error is not None
        assert "must be owner" in str(error)

    assert constraints(lab) == before
    assert lab.snapshot().applied == applied


@pytest.mark.flavours("postgresql")
def test_schema_of_its_own_is_all_that_an_account_needs(lab: Lab) -> None:
    with account(
        "REVOKE ALL ON SCHEMA public FROM {user}",
        "CREATE SCHEMA {schema} AUTHORIZATION {user}",
        "ALTER ROLE {user} SET search_path = {schema}",
    ):
        call_command("migrate", "contenttypes", verbosity=0)
        migrates_verifies_and_repairs(lab)


@pytest.mark.flavours("mysql", "mariadb")
def test_database_of_its_own_is_all_that_an_account_needs(lab: Lab) -> None:
    with account(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES "
        "ON {database}.* TO {user}"
    ):
        migrates_verifies_and_repairs(lab)


# Sessions of PostgreSQL


@pytest.mark.flavours("postgresql")
def test_read_only_session_can_be_checked_and_not_migrated(lab: Lab) -> None:
    lab.apply(HISTORY)
    # Django writes content types and permissions at the end of the first command.
    assert lab.migrate_only("off") is None
    whole = [run(*command) for command in COMMANDS]

    with connected(OPTIONS={"options": "-c default_transaction_read_only=on"}):
        assert [run(*command) for command in COMMANDS] == whole
        assert lab.migrate_only("auto") is None
        lab.write(CHANGES)
        for mode in ("off", "warn", "auto"):
            error = lab.migrate_only(mode)
            assert "read-only" in str(error)
            lab.reconnect()
    assert lab.migrate_only("auto") is None
    assert lab.missing() == []


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize(
    "options", ["-c lock_timeout=300", "-c statement_timeout=3000"], ids=str
)
def test_session_with_timeouts_migrates_verifies_and_repairs(
    lab: Lab, options: str
) -> None:
    with connected(OPTIONS={"options": options}):
        migrates_verifies_and_repairs(lab)


@pytest.mark.flavours("postgresql", "mysql", "mariadb")
def test_lock_that_is_not_given_in_time_loses_nothing(lab: Lab) -> None:
    lab.apply(HISTORY)
    lab.write(CHANGES)
    before = constraints(lab)
    options = (
        {"options": "-c lock_timeout=200"}
        if FLAVOUR == "postgresql"
        else {"init_command": "SET lock_wait_timeout = 1"}
    )
    other = connection.copy("other_session")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT * FROM testapp_book")
        with connected(OPTIONS=options):
            error = lab.migrate_only("auto")
            assert isinstance(error, OperationalError)
            lab.reconnect()
        other.rollback()
    finally:
        other.close()

    assert constraints(lab) == before
    assert lab.migrate_only("auto") is None
    assert constraints(lab) == before
    assert run("fkguard", "status")[0] == 0


# Connections


@pytest.mark.flavours("postgresql", "mysql", "mariadb")
def test_persistent_connection_migrates_verifies_and_repairs(lab: Lab) -> None:
    with connected(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True):
        migrates_verifies_and_repairs(lab)


@pytest.mark.flavours("postgresql")
@pytest.mark.parametrize("size", [1, 4])
def test_pool_of_psycopg_migrates_verifies_and_repairs(lab: Lab, size: int) -> None:
    pool = {"min_size": 1, "max_size": size, "timeout": 10}
    with connected(CONN_MAX_AGE=0, OPTIONS={"pool": pool}):
        migrates_verifies_and_repairs(lab)


PYMYSQL = """
import pymysql

pymysql.install_as_MySQLdb()
DATABASES = {{"default": {database!r}}}
FKGUARD = {{"MODE": "auto"}}
"""


@pytest.mark.kind("server")
@pytest.mark.flavours("mysql", "mariadb")
def test_pymysql_migrates_verifies_and_repairs(lab: Lab, tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.start('{"unique_together": {("series", "number")}}')
    project.step(
        2,
        """
        migrations.RemoveField("Book", "series"),
        migrations.AddField("Book", "series", models.IntegerField(null=True)),
        """,
    )
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    database = {name: connection.settings_dict[name] for name in names}
    with project.settings.open("a", encoding="utf-8") as settings:
        settings.write(PYMYSQL.format(database=database))

    def printed(*arguments: str, status: int = 0) -> str:
        done = project.django(*arguments)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    try:
        driver = "import django; django.setup(); import MySQLdb; print(MySQLdb)"
        assert "pymysql" in project.python("-c", driver).stdout
        printed("migrate")
        printed("fkguard", "verify")
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "library_book")
            (name,) = [
                name
                for name, each in found.items()
                if each["unique"] and each["columns"] == ["series", "number"]
            ]
        lab.execute(f"ALTER TABLE library_book DROP INDEX {name}")
        assert "UNIQUE (series, number)" in printed("fkguard", "verify", status=1)
        printed("fkguard", "repair", "--apply", "--no-input")
        printed("fkguard", "verify")
        assert "owed      nothing" in printed("fkguard", "status")
    finally:
        lab.execute("DELETE FROM django_migrations WHERE app = 'library'")


@pytest.mark.flavours("sqlite")
def test_write_ahead_log_with_another_writer_loses_nothing(lab: Lab) -> None:
    lab.apply(HISTORY)
    before = constraints(lab)
    lab.write(CHANGES)
    with connected(OPTIONS={"init_command": "PRAGMA journal_mode=WAL", "timeout": 0.2}):
        other = connection.copy("other_session")
        try:
            with other.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("INSERT INTO testapp_author (name) VALUES ('a')")
            error = lab.migrate_only("auto")
            assert isinstance(error, Error)
            assert "locked" in str(error)
            assert constraints(lab) == before
            with other.cursor() as cursor:
                cursor.execute("COMMIT")
        finally:
            other.close()
        assert lab.migrate_only("auto") is None
        assert constraints(lab) == before
        assert run("fkguard", "verify")[0] == 0
