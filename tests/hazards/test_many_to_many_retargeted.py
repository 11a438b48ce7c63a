"""A relation is changed to another model while it has rows."""

from __future__ import annotations

from fkguard.schema.consequences import JOIN_DROPPED, RETARGETED
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import AlterColumn, DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, judged, words

TAGS = DropTable(table="library_book_tags", joins="library.Book.tags")
RELABELLED = AlterColumn(
    table="library_book_tags",
    old=column("tag", "tag_id"),
    new=column("label", "label_id"),
)
LABEL = ForeignKey(
    name="label_fk", columns=("label_id",), to_table="library_label", to_columns=("id",)
)
NOTHING = Constraint(name="")


def test_join_table_with_rows() -> None:
    case = a_case(
        POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags", rows=3
    )

    assert words(case) == Words(
        id="E207",
        message=(
            "Removing and adding library.Book.tags drops the join "
            "table library_book_tags and its 3 rows."
        ),
        why=(
            "Django creates the new join table empty. Since Django 6.1, makemigrations "
            "writes RemoveField and AddField if a many-to-many field references "
            "another model."
        ),
        instead=(
            "# AddField: a second many-to-many field, to the other model",
            "# RunPython: copy what of Book.tags has a counterpart there",
            'migrations.RemoveField(model_name="Book", name="tags"),',
            "# RenameField: the second field to the name of the first",
        ),
    )


def test_row_without_counterpart_on_mysql() -> None:
    case = a_case(
        MYSQL,
        RETARGETED,
        RELABELLED,
        LABEL,
        table="library_book_tags",
        rows=1,
        sample=("7",),
    )

    assert words(case) == Words(
        id="E207",
        message=(
            "Pointing library_book_tags.tag_id at library_label "
            "fails: 1 row references nothing there (7)."
        ),
        why=(
            "MySQL 9.7.0 refuses the new foreign key with error "
            "1452, and cannot roll back: the column has been renamed and has no "
            "foreign key."
        ),
        instead=(
            "# RunPython, in a migration before this one: for each row of",
            "# library_book_tags, delete it or move it to a key that",
            "# library_label has",
        ),
    )


def test_rows_without_counterpart_on_postgresql() -> None:
    case = a_case(
        POSTGRESQL,
        RETARGETED,
        RELABELLED,
        LABEL,
        table="library_book_tags",
        rows=2,
        sample=("7", "8"),
    )

    assert words(case) == Words(
        id="E207",
        message=(
            "Pointing library_book_tags.tag_id at library_label "
            "fails: 2 rows reference nothing there (7, 8)."
        ),
        why=(
            "PostgreSQL 15.8 refuses the new foreign key; only an "
            "atomic migration is rolled back."
        ),
        instead=(
            "# RunPython, in a migration before this one: for each row of",
            "# library_book_tags, delete it or move it to a key that",
            "# library_label has",
        ),
    )


def test_relation_without_rows_loses_nothing() -> None:
    case = a_case(
        MYSQL, RETARGETED, RELABELLED, LABEL, table="library_book_tags", rows=0
    )

    assert judged(case) is None


def test_relation_whose_rows_were_not_counted_is_another_hazard() -> None:
    case = a_case(MYSQL, RETARGETED, RELABELLED, LABEL, table="library_book_tags")

    assert judged(case) == "W224"


def test_join_table_whose_rows_were_not_counted() -> None:
    case = a_case(POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags")

    assert words(case).message == (
        "Removing and adding library.Book.tags drops the join table library_book_tags "
        "and all its rows."
    )


def test_join_table_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags", rows=0
    )

    assert judged(case) is None
