"""An alteration recreates a foreign key with a different definition."""

from __future__ import annotations

from fkguard.schema.consequences import CHANGED, DROPPED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
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

ALTERED = AlterColumn(
    table="library_book",
    old=column(
        "author", "author_id", references=("library_author", "id"), db_constraint=True
    ),
    new=column(
        "author",
        "author_id",
        references=("library_author", "id"),
        db_constraint=True,
        null=True,
    ),
)
RETYPED = AlterColumn(
    table="library_author",
    old=column("id", unique=True),
    new=column("id", type="bigint", unique=True),
)
CASCADING = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
    on_delete="CASCADE",
)
PLAIN = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
SECOND = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_person",
    to_columns=("id",),
)


def test_action_of_the_altered_column() -> None:
    case = a_case(MYSQL, CHANGED, ALTERED, CASCADING, becomes=PLAIN)

    assert words(case) == Words(
        id="E201",
        message=(
            "Altering library_book.author_id recreates FOREIGN KEY "
            "by_hand (author_id) without ON DELETE CASCADE."
        ),
        why=(
            "Django drops every foreign key of an altered column, and recreates one, "
            "as the model declares it."
        ),
        instead=(
            ('migrations.AlterField(model_name="Book", name="author", field=...),'),
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`) ON DELETE CASCADE",'
            ),
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            "),",
            "# and drop the foreign key that Django created; otherwise there are two",
            "# or declare it, from Django 6.1: on_delete=DB_CASCADE",
        ),
    )


def test_action_of_a_referencing_table() -> None:
    case = a_case(
        POSTGRESQL,
        CHANGED,
        RETYPED,
        CASCADING,
        becomes=PLAIN,
        model="Author",
        owner="library.Book",
    )

    assert words(case) == Words(
        id="E201",
        message=(
            "Altering library_author.id recreates FOREIGN KEY by_hand "
            "(author_id) of library_book without ON DELETE "
            "CASCADE."
        ),
        why=(
            "Before a change of type, Django drops the foreign keys that reference the "
            "column. Afterwards it recreates them as the models declare them."
        ),
        instead=(
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                'FOREIGN KEY ("author_id") REFERENCES "library_author" '
                '("id") ON DELETE CASCADE\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            "),",
            "# and drop the foreign key that Django created; otherwise there are two",
            "# or declare it, from Django 6.1: on_delete=DB_CASCADE",
        ),
    )


def test_action_on_update() -> None:
    case = a_case(
        MARIADB,
        CHANGED,
        ALTERED,
        ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
            on_update="CASCADE",
        ),
        becomes=PLAIN,
    )

    assert words(case) == Words(
        id="E201",
        message=(
            "Altering library_book.author_id recreates FOREIGN KEY "
            "by_hand (author_id) without ON UPDATE CASCADE."
        ),
        why=(
            "Django drops every foreign key of an altered column, and recreates one, "
            "as the model declares it."
        ),
        instead=(
            ('migrations.AlterField(model_name="Book", name="author", field=...),'),
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`) ON UPDATE CASCADE",'
            ),
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            "),",
            "# and drop the foreign key that Django created; otherwise there are two",
        ),
    )


def test_second_foreign_key() -> None:
    case = a_case(POSTGRESQL, DROPPED, ALTERED, SECOND)

    assert words(case) == Words(
        id="E201",
        message=(
            "Altering library_book.author_id drops FOREIGN KEY "
            "by_hand (author_id), which references library_person, and does not "
            "recreate it."
        ),
        why=(
            "Django drops every foreign key of an altered column, and recreates one, "
            "as the model declares it."
        ),
        instead=(
            ('migrations.AlterField(model_name="Book", name="author", field=...),'),
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                'FOREIGN KEY ("author_id") REFERENCES "library_person" '
                '("id")\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            "),",
        ),
    )


def test_renamed_column() -> None:
    """The foreign key is made again over the new name."""
    case = a_case(
        POSTGRESQL,
        CHANGED,
        AlterColumn(
            table="library_book", old=ALTERED.old, new=column("writer", "writer_id")
        ),
        CASCADING,
        becomes=PLAIN,
    )

    assert words(case) == Words(
        id="E201",
        message=(
            "Renaming library_book.author_id to writer_id recreates "
            "FOREIGN KEY by_hand (author_id) without ON "
            "DELETE CASCADE."
        ),
        why=(
            "Django drops every foreign key of an altered column, and recreates one, "
            "as the model declares it."
        ),
        instead=(
            "migrations.RenameField(",
            '    model_name="Book",',
            '    old_name="author",',
            '    new_name="writer",',
            "),",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                'FOREIGN KEY ("writer_id") REFERENCES "library_author" '
                '("id") ON DELETE CASCADE\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            "),",
            "# and drop the foreign key that Django created; otherwise there are two",
            "# or declare it, from Django 6.1: on_delete=DB_CASCADE",
        ),
    )


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, CHANGED, ALTERED, CASCADING, becomes=PLAIN)

    assert judged(case) == "E401"


def test_foreign_key_of_a_referencing_table_is_another_hazard() -> None:
    case = a_case(MYSQL, DROPPED, RETYPED, PLAIN, model="Author")

    assert judged(case) == "E202"
