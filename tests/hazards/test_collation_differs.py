"""The columns of a foreign key have different character sets or collations."""

from __future__ import annotations

from fkguard.schema.catalogue import Column, Server, Table
from tests.hazards.cases import MARIADB, MYSQL, Words, a_pair, words


def test_new_column_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="varchar(30)"),
        Column(
            name="id",
            type="varchar(20)",
            charset="latin1",
            collation="latin1_swedish_ci",
        ),
        table=Table(name="library_book", collation="utf8mb4_0900_ai_ci"),
    )

    assert words(case) == Words(
        id="E302",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their character sets differ, utf8mb4_0900_ai_ci and "
            "latin1_swedish_ci."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3780, and cannot roll back the earlier "
            "operations of the migration. The text columns of a foreign key need the "
            "same character set and collation; their lengths may differ. A column "
            "without a collation gets that of its table, and a table gets that of the "
            "database when it is created. "
            "FKGUARD_MODE=auto creates the new column as varchar(20) "
            "CHARACTER SET latin1 COLLATE latin1_swedish_ci instead.\n"
            "    library_book.author_id varchar(30) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_0900_ai_ci NOT NULL\n"
            "    library_author.id varchar(20) CHARACTER SET latin1 COLLATE"
            " latin1_swedish_ci NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_author` MODIFY `id` varchar(20) '
                'CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL",'
            ),
            "),",
        ),
    )


def test_existing_column_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="char(32)", null=True, collation="utf8mb4_bin"),
        Column(name="id", type="varchar(30)", collation="utf8mb4_general_ci"),
        is_new=False,
    )

    assert words(case) == Words(
        id="E302",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their collations differ, utf8mb4_bin and utf8mb4_general_ci."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. The text columns of a foreign key need the "
            "same character set and collation; their lengths may differ. A column "
            "without a collation gets that of its table, and a table gets that of the "
            "database when it is created.\n"
            "    library_book.author_id char(32) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_bin\n"
            "    library_author.id varchar(30) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_general_ci NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` MODIFY `author_id` char(32) '
                'CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",'
            ),
            "),",
        ),
    )


def test_table_of_the_new_column_is_the_odd_one() -> None:
    case = a_pair(
        Server(flavour="mysql", version=(9, 7, 0), collation="utf8mb4_bin"),
        Column(name="author_id", type="varchar(30)"),
        Column(
            name="id", type="varchar(30)", charset="utf8mb4", collation="utf8mb4_bin"
        ),
        table=Table(name="library_book", collation="latin1_swedish_ci"),
    )

    assert words(case) == Words(
        id="E302",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "their character sets differ, latin1_swedish_ci and "
            "utf8mb4_bin."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3780, and cannot roll back the earlier "
            "operations of the migration. The text columns of a foreign key need the "
            "same character set and collation; their lengths may differ. A column "
            "without a collation gets that of its table, and a table gets that of the "
            "database when it is created. "
            "FKGUARD_MODE=auto creates the new column as varchar(30) "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin instead.\n"
            "    library_book.author_id varchar(30) CHARACTER SET latin1 "
            "COLLATE latin1_swedish_ci NOT NULL\n"
            "    library_author.id varchar(30) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_bin NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` DEFAULT CHARACTER SET utf8mb4 '
                'COLLATE utf8mb4_bin",'
            ),
            "),",
        ),
    )


def test_lengths_differ_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
            Column(name="id", type="char(9)", collation="utf8mb4_bin"),
        )
        is None
    )


def test_collations_of_tables_that_the_columns_do_not_have_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
            Column(name="id", type="varchar(30)", collation="utf8mb4_bin"),
            table=Table(name="library_book", collation="latin1_swedish_ci"),
        )
        is None
    )
