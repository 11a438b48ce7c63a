"""An altered foreign key comes back as Django writes it, and not as it was."""

from __future__ import annotations

from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AlterField
from django.db.models import DO_NOTHING, SET_NULL, AutoField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, drop_foreign_keys, integer, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"), number=integer())
NULLABLE = AlterField("Book", "author", key("Author", null=True))
SERVERS = ("postgresql", "mariadb", "mysql")
BY_HAND = "ALTER TABLE testapp_book ADD CONSTRAINT by_hand FOREIGN KEY (author_id) "


def instead(*statements: str) -> Callable[[BaseDatabaseWrapper], None]:
    """Return work that replaces the foreign key that Django made."""

    def work(connection: BaseDatabaseWrapper) -> None:
        drop_foreign_keys(connection, "testapp_book", ["author_id"])
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return work


CASCADING = {"*": instead(BY_HAND + "REFERENCES testapp_author (id) ON DELETE CASCADE")}
CASCADED = (
    "INSERT INTO testapp_author (id, name) VALUES (1, 'x')",
    "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
    "DELETE FROM testapp_author WHERE id = 1",
    "INSERT INTO testapp_book (author_id, number) VALUES (2, 1)",
)

SCENARIOS = (
    Scenario(
        hazard="H11",
        name="cascade_made_by_hand",
        history=[[AUTHOR, BOOK]],
        by_hand=CASCADING,
        change=[[NULLABLE]],
        flavours=SERVERS,
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")],
        auto="kept",
        violations=[CASCADED],
        harm={
            "*": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " ON DELETE CASCADE [by_hand]"
                    ),
                    "~ column testapp_book.author_id: bigint NOT NULL -> bigint",
                ),
            )
        },
    ),
    Scenario(
        hazard="H11",
        name="set_null_made_by_hand",
        history=[
            [
                AUTHOR,
                create(
                    "Book",
                    author=key("Author", null=True, on_delete=SET_NULL),
                    number=integer(),
                ),
            ]
        ],
        by_hand={
            "*": instead(BY_HAND + "REFERENCES testapp_author (id) ON DELETE SET NULL")
        },
        # The type has to change, or Django touches nothing.
        change=[
            [AlterField("Author", "id", AutoField(primary_key=True))],
        ],
        flavours=SERVERS,
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_author (id, name) VALUES (1, 'x')",
                "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
                "DELETE FROM testapp_author WHERE id = 1",
                "INSERT INTO testapp_book (author_id, number) VALUES (2, 1)",
            )
        ],
        harm={
            "*": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " ON DELETE SET NULL [by_hand]"
                    ),
                    "~ column testapp_author.id: bigint NOT NULL -> int NOT NULL",
                    "~ column testapp_book.author_id: bigint -> int",
                ),
            )
        },
    ),
    Scenario(
        # The column cannot be emptied any more: there is no way to keep the action.
        hazard="H33",
        name="set_null_made_by_hand_and_not_null",
        history=[[AUTHOR, create("Book", author=key("Author", null=True))]],
        by_hand={
            "*": instead(BY_HAND + "REFERENCES testapp_author (id) ON DELETE SET NULL")
        },
        change=[[AlterField("Book", "author", key("Author"))]],
        flavours=("mariadb", "mysql"),
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " ON DELETE SET NULL [by_hand]"
                    ),
                    "~ column testapp_book.author_id: bigint -> bigint NOT NULL",
                ),
            )
        },
    ),
    Scenario(
        hazard="H11",
        name="name_made_by_hand",
        history=[[AUTHOR, BOOK]],
        by_hand={"*": instead(BY_HAND + "REFERENCES testapp_author (id)")},
        change=[[NULLABLE]],
        flavours=SERVERS,
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")],
        auto="kept",
        violations=[("INSERT INTO testapp_book (author_id, number) VALUES (2, 1)",)],
        harm={
            "*": Harm(
                failing=0,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " [by_hand]"
                    ),
                    "~ column testapp_book.author_id: bigint NOT NULL -> bigint",
                ),
            )
        },
    ),
    Scenario(
        hazard="H11",
        name="second_foreign_key_made_by_hand",
        history=[[AUTHOR, BOOK, create("Person", name=text())]],
        by_hand={"*": [BY_HAND + "REFERENCES testapp_person (id)"]},
        change=[[NULLABLE]],
        flavours=SERVERS,
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_author (id, name) VALUES (1, 'x')",
                "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
            )
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_person (id)"
                        " [by_hand]"
                    ),
                    "~ column testapp_book.author_id: bigint NOT NULL -> bigint",
                )
            )
        },
    ),
    Scenario(
        # Nothing about these is in the database.
        hazard="H11",
        name="altered_in_python_alone",
        history=[[AUTHOR, BOOK]],
        by_hand=CASCADING,
        change=[
            [
                AlterField(
                    "Book",
                    "author",
                    key("Author", related_name="written", on_delete=DO_NOTHING),
                )
            ]
        ],
        flavours=SERVERS,
        harmless=True,
    ),
    Scenario(
        hazard="H11",
        name="foreign_key_that_django_made_altered",
        history=[[AUTHOR, BOOK]],
        change=[[NULLABLE]],
        harmless=True,
    ),
    Scenario(
        hazard="H11",
        name="field_beside_foreign_key_altered",
        history=[[AUTHOR, BOOK]],
        by_hand=CASCADING,
        change=[[AlterField("Book", "number", integer(null=True))]],
        flavours=SERVERS,
        harmless=True,
    ),
)
