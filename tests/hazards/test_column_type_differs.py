"""The columns of a foreign key have incompatible types."""

from __future__ import annotations

from dataclasses import replace

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
    Words,
    a_pair,
    column,
    words,
)


def test_unsigned_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="int unsigned", is_auto=True),
    )

    assert words(case) == Words(
        id="E303",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their types differ, bigint and int unsigned."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3780, and cannot roll back the earlier "
            "operations of the migration. Integers need the same width and "
            "sign, UNSIGNED or not; the display width does not matter. "
            "FKGUARD_MODE=auto creates the new column as int unsigned "
            "instead.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id int unsigned NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_author` MODIFY `id` bigint NOT NULL '
                'AUTO_INCREMENT",'
            ),
            "),",
        ),
    )


def test_existing_narrow_column_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="int(11)", null=True),
        Column(name="id", type="bigint(20)"),
        is_new=False,
    )

    assert words(case) == Words(
        id="E303",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their types differ, int and bigint."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. Integers need the same width "
            "and sign, UNSIGNED or not; the display width does not matter.\n"
            "    library_book.author_id int(11)\n"
            "    library_author.id bigint(20) NOT NULL"
        ),
        instead=(
            "# before this operation:",
            (
                'migrations.RunSQL("ALTER TABLE `library_book` MODIFY '
                '`author_id` bigint(20)"),'
            ),
        ),
    )


def test_text_and_integer_on_postgresql() -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="integer", null=True),
        Column(name="id", type="character varying(30)"),
        is_new=False,
    )

    assert words(case) == Words(
        id="E303",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their types differ, integer and character varying(30)."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("cannot be implemented"); only an '
            "atomic migration is rolled back. The two types need an equality operator; "
            "integers of any width have one.\n"
            "    library_book.author_id integer\n"
            "    library_author.id character varying(30) NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ALTER COLUMN "author_id" TYPE '
                'character varying(30) USING "author_id"::character '
                "varying(30)',"
            ),
            "),",
        ),
    )


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
