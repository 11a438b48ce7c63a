"""A column of a constraint is removed and comes back."""

from __future__ import annotations

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, FAILS, SHRUNK
from fkguard.schema.constraints import Check, Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("series"))
PLACED = Unique(name="book_place", columns=("series", "number"))
TOGETHER = Unique(
    name="library_book_series_number_1a2b3c4d_uniq", columns=("series", "number")
)
TITLES = Unique(
    name="library_book_title_shelf_1a2b3c4e_uniq", columns=("title", "shelf")
)
CHECKED = Check(
    name="range", columns=("number", "series"), expression="(number <= series)"
)


def test_declared_constraint() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True, returns=True)

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later loses UNIQUE "
            "book_place (series, number)."
        ),
        why=(
            "PostgreSQL 15.8 drops the constraint with the column, and nothing "
            "restores it. The migration state still declares the constraint, so "
            "makemigrations never adds it again."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="book_place"),',
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="series", field=...),',
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["series", '
                '"number"], name="book_place"),'
            ),
            "),",
        ),
    )


def test_unique_together_that_mysql_shrinks() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        REMOVED,
        TOGETHER,
        is_known=True,
        returns=True,
        becomes=Unique(name=TOGETHER.name, columns=("number",)),
        others=(TITLES,),
    )

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later leaves UNIQUE "
            "library_book_series_number_1a2b3c4d_uniq (series, "
            "number) as UNIQUE (number)."
        ),
        why=(
            "MySQL 9.7.0 removes a dropped column from the key, and nothing restores "
            "it. The migration state still declares the constraint, so makemigrations "
            "never adds it again."
        ),
        instead=(
            "migrations.AlterUniqueTogether(",
            '    name="Book",',
            '    unique_together={("title", "shelf")},',
            "),",
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="series", field=...),',
            "migrations.AlterUniqueTogether(",
            '    name="Book",',
            '    unique_together={("title", "shelf"), ("series", "number")},',
            "),",
        ),
    )


def test_order_that_comes_back() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("_order")),
        Unique(name="book_place", columns=("series", "_order")),
        is_known=True,
        returns=True,
        becomes=Unique(name="book_place", columns=("series",)),
    )

    assert words(case).instead == (
        'migrations.RemoveConstraint(model_name="Book", name="book_place"),',
        'migrations.AlterOrderWithRespectTo(name="Book", order_with_respect_to=None),',
        'migrations.AlterOrderWithRespectTo(name="Book", order_with_respect_to="..."),',
        "migrations.AddConstraint(",
        '    model_name="Book",',
        (
            '    constraint=models.UniqueConstraint(fields=["series", "_order"], '
            'name="book_place"),'
        ),
        "),",
    )


def test_constraint_that_mariadb_refuses_to_break() -> None:
    case = a_case(
        MARIADB, FAILS, REMOVED, PLACED, is_known=True, returns=True, error="1072"
    )

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later fails because of "
            "UNIQUE book_place (series, "
            "number)."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1072, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="book_place"),',
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="series", field=...),',
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["series", '
                '"number"], name="book_place"),'
            ),
            "),",
        ),
    )


def test_constraint_made_by_hand() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, returns=True)

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later loses UNIQUE "
            "book_place (series, number)."
        ),
        why=(
            "PostgreSQL 15.8 drops the constraint with the column, and nothing "
            "restores it. No migration declares the constraint."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "book_place"\',',
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT '
                '"book_place" UNIQUE ("series", "number")\','
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="series", field=...),',
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT '
                '"book_place" UNIQUE ("series", "number")\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "book_place"\',',
            "),",
        ),
    )


def test_declared_check() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, CHECKED, is_known=True, returns=True)

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later loses CHECK range "
            "(number, series)."
        ),
        why=(
            "PostgreSQL 15.8 drops the constraint with the column, and nothing "
            "restores it. The migration state still declares the constraint, so "
            "makemigrations never adds it again."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="range"),',
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="series", field=...),',
            "migrations.AddConstraint(",
            '    model_name="Book",',
            ('    constraint=models.CheckConstraint(condition=..., name="range"),'),
            "),",
        ),
    )


def test_table_without_a_model() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, returns=True, model="")

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.series and adding it again later loses UNIQUE "
            "book_place (series, number)."
        ),
        why=(
            "PostgreSQL 15.8 drops the constraint with the column, and nothing "
            "restores it. No migration declares the constraint."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "book_place"\',',
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT '
                '"book_place" UNIQUE ("series", "number")\','
            ),
            "),",
            ('migrations.RunSQL(\'ALTER TABLE "library_book" DROP COLUMN "series"\'),'),
            "# or the RenameField that adds it again:",
            "# bring series back",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT '
                '"book_place" UNIQUE ("series", "number")\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "book_place"\',',
            "),",
        ),
    )


def test_constraint_that_the_state_calls_otherwise() -> None:
    """For a field that is gone, the state has its name instead of the column."""
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("author", "author_id")),
        Unique(name="legacy_key", columns=("author_id", "number")),
        is_known=True,
        returns=True,
        declared=Table(
            name="library_book",
            constraints=(
                Unique(name="book_author_number", columns=("author", "number")),
            ),
        ),
    )

    assert words(case) == Words(
        id="E105",
        message=(
            "Removing library_book.author_id and adding it again later loses UNIQUE "
            "legacy_key (author_id, number)."
        ),
        why=(
            "PostgreSQL 15.8 drops the constraint with the column, and nothing "
            "restores it. The migration state still declares the constraint, so "
            "makemigrations never adds it again."
        ),
        instead=(
            (
                'migrations.RemoveConstraint(model_name="Book", '
                'name="book_author_number"),'
            ),
            'migrations.RemoveField(model_name="Book", name="author"),',
            "# or the RenameField that adds it again:",
            'migrations.AddField(model_name="Book", name="author", field=...),',
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["author", '
                '"number"], name="book_author_number"),'
            ),
            "),",
        ),
    )


def test_column_that_stays_away_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True)

    assert judged(case) == "E101"


def test_constraint_beside_the_column_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        REMOVED,
        Unique(name="by_hand", columns=("title",), is_index=True),
        returns=True,
    )

    assert judged(case) == "E401"
