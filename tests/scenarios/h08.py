"""A table is dropped while something references it: H08, H09 and H10."""

from __future__ import annotations

from django.db.migrations import (
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    SeparateDatabaseAndState,
)
from django.db.models import AutoField, ManyToManyField

from tests.harness import Harm, Lost, Scenario, Step
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
PERSON = create("Person", name=text())
BOOK = create("Book", author=key("Author"), number=integer())
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
LEGACY = {
    "mysql|mariadb": [
        (
            "CREATE TABLE legacy (author_id bigint NOT NULL, "
            "CONSTRAINT by_hand FOREIGN KEY (author_id) REFERENCES testapp_author (id))"
        )
    ],
    "*": [
        (
            "CREATE TABLE legacy (author_id bigint NOT NULL, "
            "CONSTRAINT by_hand FOREIGN KEY (author_id) REFERENCES testapp_author (id))"
        )
    ],
}
FORGOTTEN = SeparateDatabaseAndState(state_operations=[RemoveField("Book", "author")])
HAZARDS = (
    ("H08", ("postgresql",)),
    ("H09", ("mysql", "mariadb")),
    ("H10", ("sqlite",)),
)
CHECKS_OFF = "SET foreign_key_checks = 0"


def referenced(hazard: str, flavours: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Return what every server is asked, under the id of its own answer."""
    return (
        Scenario(
            hazard=hazard,
            name="referenced_model_deleted",
            history=[[AUTHOR, BOOK]],
            change=[[DeleteModel("Author")]],
            flavours=flavours,
            lost=[LOST],
            harm={
                "postgresql": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        "- table testapp_author",
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    )
                ),
                "mysql": Harm(error="OperationalError: (3730"),
                "mariadb": Harm(error="IntegrityError: (1451"),
                "sqlite": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        (
                            "+ testapp_book: (author_id) REFERENCES testapp_author (id)"
                            ", which is not there"
                        ),
                        "- table testapp_author",
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    )
                ),
            },
        ),
        Scenario(
            # Only the state lets go of it: the database keeps the reference.
            hazard=hazard,
            name="model_deleted_that_the_database_alone_references",
            history=[[AUTHOR, BOOK]],
            change=[[FORGOTTEN, DeleteModel("Author")]],
            flavours=flavours,
            lost=[LOST],
            harm={
                "postgresql": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        "- table testapp_author",
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    )
                ),
                "mysql": Harm(error="OperationalError: (3730"),
                "mariadb": Harm(error="IntegrityError: (1451"),
                "sqlite": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        (
                            "+ testapp_book: (author_id) REFERENCES testapp_author (id)"
                            ", which is not there"
                        ),
                        "- table testapp_author",
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    )
                ),
            },
        ),
        Scenario(
            hazard=hazard,
            name="model_deleted_that_another_app_references",
            history=[
                [AUTHOR],
                Step(
                    app="otherapp",
                    operations=[create("Loan", author=key("testapp.Author"))],
                ),
            ],
            change=[[DeleteModel("Author")]],
            flavours=flavours,
            lost=[Lost("otherapp_loan", "FOREIGN KEY", ("author_id",))],
            harm={
                "postgresql": Harm(
                    changes=(
                        "+ migration testapp.0003",
                        "- otherapp_loan: (author_id) REFERENCES testapp_author (id)",
                        "- table testapp_author",
                    )
                ),
                "mysql": Harm(error="OperationalError: (3730"),
                "mariadb": Harm(error="IntegrityError: (1451"),
                "sqlite": Harm(
                    changes=(
                        "+ migration testapp.0003",
                        (
                            "+ otherapp_loan: (author_id)"
                            " REFERENCES testapp_author (id), which is not there"
                        ),
                        "- otherapp_loan: (author_id) REFERENCES testapp_author (id)",
                        "- table testapp_author",
                    )
                ),
            },
        ),
        Scenario(
            hazard=hazard,
            name="model_deleted_that_a_table_elsewhere_references",
            history=[[AUTHOR]],
            by_hand=LEGACY,
            change=[[DeleteModel("Author")]],
            flavours=flavours,
            lost=[Lost("legacy", "FOREIGN KEY", ("author_id",), "by_hand")],
            harm={
                "postgresql": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        (
                            "- legacy: (author_id) REFERENCES testapp_author (id)"
                            " [by_hand]"
                        ),
                        "- table testapp_author",
                    )
                ),
                "mysql": Harm(error="OperationalError: (3730"),
                "mariadb": Harm(error="IntegrityError: (1451"),
                "sqlite": Harm(
                    changes=(
                        (
                            "+ legacy: (author_id) REFERENCES testapp_author (id)"
                            ", which is not there [by_hand]"
                        ),
                        "+ migration testapp.0002",
                        (
                            "- legacy: (author_id) REFERENCES testapp_author (id)"
                            " [by_hand]"
                        ),
                        "- table testapp_author",
                    )
                ),
            },
        ),
        Scenario(
            hazard=hazard,
            name="foreign_key_removed_first",
            history=[[AUTHOR, BOOK]],
            change=[[RemoveField("Book", "author"), DeleteModel("Author")]],
            flavours=flavours,
            harmless=True,
        ),
        Scenario(
            hazard=hazard,
            name="foreign_key_retargeted_first",
            history=[[AUTHOR, BOOK, PERSON]],
            change=[
                [AlterField("Book", "author", key("Person"))],
                [DeleteModel("Author")],
            ],
            flavours=flavours,
            harmless=True,
        ),
        Scenario(
            hazard=hazard,
            name="referencing_model_deleted_first",
            history=[[AUTHOR, BOOK]],
            change=[[DeleteModel("Book"), DeleteModel("Author")]],
            flavours=flavours,
            harmless=True,
        ),
        Scenario(
            hazard=hazard,
            name="model_referencing_itself_deleted",
            history=[
                [
                    create(
                        "Author",
                        master=key("Author", null=True),
                        friends=ManyToManyField("testapp.author"),
                    )
                ]
            ],
            change=[[DeleteModel("Author")]],
            flavours=flavours,
            harmless=True,
        ),
    )


SCENARIOS = (
    *(each for row in HAZARDS for each in referenced(*row)),
    *(
        Scenario(
            # On SQLite the reference is text, and finds the new table.
            hazard=hazard,
            name="model_deleted_and_created_again",
            history=[[AUTHOR, BOOK]],
            change=[[DeleteModel("Author"), AUTHOR]],
            flavours=flavours,
            lost=[LOST],
            harm={
                "postgresql": Harm(
                    changes=(
                        "+ migration testapp.0002",
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    )
                ),
                "mysql": Harm(error="OperationalError: (3730"),
                "mariadb": Harm(error="IntegrityError: (1451"),
            },
        )
        for hazard, flavours in HAZARDS[:2]
    ),
    Scenario(
        hazard="H08",
        name="model_under_a_view_deleted",
        history=[[AUTHOR]],
        by_hand={"*": ["CREATE VIEW names AS SELECT name FROM testapp_author"]},
        change=[[DeleteModel("Author")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_author", "view", ("name",), "names")],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- table testapp_author",
                    "- testapp_author: view names",
                )
            )
        },
    ),
    Scenario(
        hazard="H09",
        name="model_deleted_in_a_session_without_checks",
        history=[[AUTHOR, BOOK]],
        by_hand={"*": [CHECKS_OFF]},
        change=[[FORGOTTEN, DeleteModel("Author")]],
        flavours=("mysql", "mariadb"),
        lost=[LOST],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    (
                        "+ testapp_book: (author_id) REFERENCES testapp_author (id)"
                        ", which is not there"
                    ),
                    "- table testapp_author",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H09",
        name="created_again_with_another_key_without_checks",
        history=[[AUTHOR, BOOK]],
        by_hand={"*": [CHECKS_OFF]},
        change=[
            [
                FORGOTTEN,
                DeleteModel("Author"),
                CreateModel(
                    "Author",
                    [
                        ("id", AutoField(primary_key=True, serialize=False)),
                        ("name", text()),
                    ],
                ),
            ]
        ],
        flavours=("mysql", "mariadb"),
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (3780",
                changes=(
                    (
                        "+ testapp_book: (author_id) REFERENCES testapp_author (id)"
                        ", which is not there"
                    ),
                    "- table testapp_author",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                ),
            ),
            "mariadb": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "~ column testapp_author.id: bigint NOT NULL -> int NOT NULL",
                )
            ),
        },
    ),
)
