"""The columns of a foreign key have incompatible types."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.forecast import Forecast
from fkguard.judgement.hazards import Case
from fkguard.schema.catalogue import Catalogue, Column, Table
from fkguard.schema.constraints import PrimaryKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    FOREIGN_KEY,
    MARIADB,
    MYSQL,
    PLACE,
    POSTGRESQL,
    a_pair,
    column,
    words,
)


def test_unsigned_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="int unsigned", is_auto=True),
    )

    found = words(case)
    assert found.id == "E303"
    assert found == snapshot


def test_existing_narrow_column_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="int(11)", null=True),
        Column(name="id", type="bigint(20)"),
        is_new=False,
    )

    found = words(case)
    assert found.id == "E303"
    assert found == snapshot


def test_text_and_integer_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="integer", null=True),
        Column(name="id", type="character varying(30)"),
        is_new=False,
    )

    found = words(case)
    assert found.id == "E303"
    assert found == snapshot


def test_display_width_differs_is_compatible() -> None:
    assert (
        a_pair(
            MARIADB,
            Column(name="author_id", type="int(11)"),
            Column(name="id", type="int(5)"),
        )
        is None
    )


def test_widths_differ_on_postgresql_is_compatible() -> None:
    assert (
        a_pair(
            POSTGRESQL,
            Column(name="author_id", type="integer"),
            Column(name="id", type="bigint"),
        )
        is None
    )


def test_type_that_is_not_known_on_postgresql_is_compatible() -> None:
    assert (
        a_pair(
            POSTGRESQL,
            Column(name="author_id", type="citext"),
            Column(name="id", type="text"),
        )
        is None
    )


def test_altered_column_keeps_its_sign() -> None:
    """MODIFY ... NULL writes the column as Django declares it."""
    id_, own = (
        Column(name=name, type="bigint unsigned") for name in ("id", "author_id")
    )
    book = Table(name="library_book", columns=(own,), constraints=(FOREIGN_KEY,))
    author = Table(
        name="library_author",
        columns=(id_,),
        constraints=(PrimaryKey(name="PRIMARY", columns=("id",)),),
    )
    old = column(
        "author",
        "author_id",
        type="bigint",
        references=("library_author", "id"),
        db_constraint=True,
        definition=("ForeignKey", (), {}),
    )
    new = replace(old, null=True, definition=("ForeignKey", (), {"null": True}))
    event = AlterColumn(
        table="library_book", old=old, new=new, constraints=(FOREIGN_KEY,)
    )
    forecast = Forecast(Catalogue(MYSQL, [author, book]))
    [found] = [each for each in forecast.apply(event) if each.difference is not None]

    assert found.difference is not None
    assert found.difference.remedy == replace(own, null=True)
    told = words(
        Case(consequence=found, server=MYSQL, place=PLACE, before=book, model="Book")
    )
    assert told.message == (
        "library_book.author_id cannot reference library_author.id: "
        "their types differ, bigint and bigint unsigned."
    )
    assert (
        "MODIFY redefines a column as Django declares it, although its type does not "
        "change. FKGUARD_MODE=auto keeps it as bigint unsigned.\n"
    ) in told.why
    assert told.instead == (
        "migrations.SeparateDatabaseAndState(",
        "    database_operations=[",
        "        migrations.RunSQL(",
        (
            '            "ALTER TABLE `library_book` MODIFY `author_id` bigint '
            'unsigned",'
        ),
        "        ),",
        "    ],",
        "    state_operations=[",
        ('        migrations.AlterField(model_name="Book", name="author", field=...),'),
        "    ],",
        "),",
    )
