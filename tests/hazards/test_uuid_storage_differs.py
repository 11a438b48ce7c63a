"""One column of a foreign key stores UUIDs natively, the other one as text."""

from __future__ import annotations

from fkguard.schema.catalogue import Column
from tests.hazards.cases import MARIADB, POSTGRESQL, Words, a_pair, words


def test_new_column_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="uuid"),
        Column(name="id", type="char(32)", collation="utf8mb4_general_ci"),
    )

    assert words(case) == Words(
        id="E304",
        message=(
            "library_book.author_id cannot reference library_author.id: one"
            " is stored as uuid, the other as char(32)."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. Django 5.0 and later use the "
            "type uuid of MariaDB 10.7; columns made before are char(32). "
            "FKGUARD_MODE=auto creates the new column as char(32) CHARACTER "
            "SET utf8mb4 COLLATE utf8mb4_general_ci instead.\n"
            "    library_book.author_id uuid NOT NULL\n"
            "    library_author.id char(32) CHARACTER SET utf8mb4 COLLATE "
            "utf8mb4_general_ci NOT NULL"
        ),
        instead=(
            "# before this operation:",
            (
                'migrations.RunSQL("ALTER TABLE `library_author` MODIFY `id` '
                'uuid NOT NULL"),'
            ),
        ),
    )


def test_postgresql() -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="character(32)"),
        Column(name="id", type="uuid"),
        is_new=False,
    )

    assert words(case) == Words(
        id="E304",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their types differ, character(32) and uuid."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("cannot be implemented"); only an '
            "atomic migration is rolled back. There is no equality operator"
            " between uuid and text.\n"
            "    library_book.author_id character(32) NOT NULL\n"
            "    library_author.id uuid NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ALTER COLUMN "author_id" TYPE '
                'uuid USING "author_id"::uuid\','
            ),
            "),",
        ),
    )


def test_both_native_is_compatible() -> None:
    assert (
        a_pair(
            MARIADB,
            Column(name="author_id", type="uuid"),
            Column(name="id", type="uuid"),
        )
        is None
    )
