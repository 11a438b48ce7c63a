"""A member of a multi-column unique is removed."""

from __future__ import annotations

from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterUniqueTogether,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RenameField,
)

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text, unique

PLACE = unique("book_place", "series", "number")
WITH_CONSTRAINT = create(
    "Book",
    series=integer(),
    number=integer(),
    title=text(),
    options={"constraints": [PLACE]},
)
WITH_TOGETHER = create(
    "Book",
    series=integer(),
    number=integer(),
    title=text(),
    options={"unique_together": {("series", "number")}},
)
WITH_AUTHOR = create(
    "Book",
    author=key("Author"),
    number=integer(),
    options={"unique_together": {("author", "number")}},
)
AUTHOR = create("Author", name=text())
LOST_CONSTRAINT = Lost("testapp_book", "UNIQUE", ("series", "number"), "book_place")
LOST_TOGETHER = Lost("testapp_book", "UNIQUE", ("series", "number"))
TWICE = (
    "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
    "INSERT INTO testapp_book (series, number, title) VALUES (1, 2, 'b')",
    "INSERT INTO testapp_book (series, number, title) VALUES (2, 1, 'c')",
    "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'd')",
)

SCENARIOS = (
    Scenario(
        hazard="H01",
        name="constraint_member_removed",
        history=[[WITH_CONSTRAINT]],
        change=[[RemoveField("Book", "series")]],
        lost=[LOST_CONSTRAINT],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="unique_together_member_removed",
        history=[[WITH_TOGETHER]],
        change=[[RemoveField("Book", "series")]],
        lost=[LOST_TOGETHER],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number)",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number)",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number)",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="last_of_three_members_removed",
        history=[
            [
                create(
                    "Book",
                    series=integer(),
                    number=integer(),
                    title=text(),
                    options={
                        "constraints": [unique("trio", "series", "number", "title")]
                    },
                )
            ]
        ],
        change=[[RemoveField("Book", "title")]],
        lost=[Lost("testapp_book", "UNIQUE", ("series", "number", "title"), "trio")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.title",
                    "- testapp_book: UNIQUE (series, number, title) [trio]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (series, number) [trio]",
                    "- column testapp_book.title",
                    "- testapp_book: UNIQUE (series, number, title) [trio]",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="foreign_key_member_removed",
        history=[[AUTHOR, WITH_AUTHOR]],
        change=[[RemoveField("Book", "author")]],
        lost=[Lost("testapp_book", "UNIQUE", ("author_id", "number"))],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.author_id",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: UNIQUE (author_id, number)",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number)",
                    "- column testapp_book.author_id",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: UNIQUE (author_id, number)",
                )
            ),
            "mariadb": Harm(
                error="OperationalError: (1072",
                changes=("- testapp_book: (author_id) REFERENCES testapp_author (id)",),
            ),
            "sqlite": Harm(
                error="FieldDoesNotExist: NewBook has no field named 'author'"
            ),
        },
    ),
    Scenario(
        hazard="H01",
        name="member_beside_foreign_key_removed",
        history=[[AUTHOR, WITH_AUTHOR]],
        change=[[RemoveField("Book", "number")]],
        lost=[Lost("testapp_book", "UNIQUE", ("author_id", "number"))],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.number",
                    "- testapp_book: UNIQUE (author_id, number)",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (author_id)",
                    "- column testapp_book.number",
                    "- testapp_book: UNIQUE (author_id, number)",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="rows_collide_in_the_shrunk_key",
        history=[[WITH_TOGETHER]],
        rows=[
            "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
            "INSERT INTO testapp_book (series, number, title) VALUES (2, 1, 'b')",
        ],
        change=[[RemoveField("Book", "series")]],
        lost=[LOST_TOGETHER],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number)",
                )
            ),
            "mysql": Harm(error="IntegrityError: (1062"),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="removed_and_added_back",
        history=[[WITH_CONSTRAINT]],
        change=[[RemoveField("Book", "series"), AddField("Book", "series", integer())]],
        lost=[LOST_CONSTRAINT],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        # Both rows get series 0, and the constraint has no way back.
        hazard="H01",
        name="added_back_over_rows_that_collide",
        history=[[WITH_CONSTRAINT]],
        rows=[
            "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
            "INSERT INTO testapp_book (series, number, title) VALUES (2, 1, 'b')",
        ],
        change=[[RemoveField("Book", "series"), AddField("Book", "series", integer())]],
        lost=[LOST_CONSTRAINT],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mysql": Harm(error="IntegrityError: (1062"),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        # Both rows get series 0, and still differ.
        hazard="H01",
        name="added_back_over_rows_that_differ",
        history=[[WITH_CONSTRAINT]],
        rows=[
            "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
            "INSERT INTO testapp_book (series, number, title) VALUES (1, 2, 'b')",
        ],
        change=[[RemoveField("Book", "series"), AddField("Book", "series", integer())]],
        lost=[LOST_CONSTRAINT],
        auto="kept",
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="removed_and_added_back_in_two_migrations",
        history=[[WITH_TOGETHER]],
        change=[
            [RemoveField("Book", "series")],
            [AddField("Book", "series", integer())],
        ],
        lost=[LOST_TOGETHER],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "- testapp_book: UNIQUE (series, number)",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "+ testapp_book: UNIQUE (number)",
                    "- testapp_book: UNIQUE (series, number)",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="foreign_key_removed_and_added_back",
        history=[[AUTHOR, WITH_AUTHOR]],
        change=[
            [
                RemoveField("Book", "author"),
                AddField("Book", "author", key("Author", null=True)),
            ]
        ],
        lost=[Lost("testapp_book", "UNIQUE", ("author_id", "number"))],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_author (id, name) VALUES (1, 'x')",
                "INSERT INTO testapp_author (id, name) VALUES (2, 'y')",
                "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
                "INSERT INTO testapp_book (author_id, number) VALUES (2, 1)",
                "INSERT INTO testapp_book (author_id, number) VALUES (1, 1)",
            )
        ],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (author_id, number)",
                    "~ column testapp_book.author_id: bigint NOT NULL -> bigint",
                )
            ),
            "mysql": Harm(
                failing=3,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number)",
                    "- testapp_book: UNIQUE (author_id, number)",
                    "~ column testapp_book.author_id: bigint NOT NULL -> bigint",
                ),
            ),
            "mariadb": Harm(
                error="OperationalError: (1072",
                changes=("- testapp_book: (author_id) REFERENCES testapp_author (id)",),
            ),
            "sqlite": Harm(
                error="FieldDoesNotExist: NewBook has no field named 'author'"
            ),
        },
    ),
    Scenario(
        hazard="H01",
        name="added_back_and_constraint_renamed_later",
        history=[[WITH_CONSTRAINT]],
        change=[
            [RemoveField("Book", "series")],
            [AddField("Book", "series", integer())],
            [
                RemoveConstraint("Book", "book_place"),
                AddConstraint("Book", unique("place_of_book", "series", "number")),
            ],
        ],
        lost=[LOST_CONSTRAINT],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                error='ProgrammingError: constraint "book_place" of relation',
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                ),
            ),
            "mysql": Harm(
                failing=3,
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "+ migration testapp.0004",
                    "+ testapp_book: UNIQUE (series, number) [place_of_book]",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="added_back_and_unique_together_changed_later",
        history=[[WITH_TOGETHER]],
        change=[
            [RemoveField("Book", "series")],
            [AddField("Book", "series", integer())],
            [AlterUniqueTogether("Book", {("series", "number", "title")})],
        ],
        lost=[LOST_TOGETHER],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'b')",
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
            )
        ],
        harm={
            "postgresql": Harm(
                error="ValueError: Found wrong number (0) of constraints for",
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "- testapp_book: UNIQUE (series, number)",
                ),
            ),
            "mysql": Harm(
                error="ValueError: Found wrong number (0) of constraints for",
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "+ testapp_book: UNIQUE (number)",
                    "- testapp_book: UNIQUE (series, number)",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        # saleor's warehouse.0024: the stand-in takes the name of the removed one.
        hazard="H01",
        name="stand_in_renamed_to_the_removed_member",
        history=[
            [WITH_TOGETHER],
            [AddField("Book", "new_series", models.BigIntegerField(default=0))],
        ],
        change=[
            [
                RemoveField("Book", "series"),
                RenameField("Book", "new_series", "series"),
            ]
        ],
        lost=[LOST_TOGETHER],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0003",
                    "- column testapp_book.new_series",
                    "- testapp_book: UNIQUE (series, number)",
                    "~ column testapp_book.series: int NOT NULL -> bigint NOT NULL",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0003",
                    "+ testapp_book: UNIQUE (number)",
                    "- column testapp_book.new_series",
                    "- testapp_book: UNIQUE (series, number)",
                    "~ column testapp_book.series: int NOT NULL -> bigint NOT NULL",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="stand_in_renamed_a_migration_later",
        history=[
            [WITH_CONSTRAINT],
            [AddField("Book", "new_series", models.BigIntegerField(default=0))],
        ],
        change=[
            [RemoveField("Book", "series")],
            [RenameField("Book", "new_series", "series")],
        ],
        lost=[LOST_CONSTRAINT],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0003",
                    "+ migration testapp.0004",
                    "- column testapp_book.new_series",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                    "~ column testapp_book.series: int NOT NULL -> bigint NOT NULL",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0003",
                    "+ migration testapp.0004",
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- column testapp_book.new_series",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                    "~ column testapp_book.series: int NOT NULL -> bigint NOT NULL",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="constraint_removed_behind_its_member",
        history=[[WITH_CONSTRAINT]],
        change=[
            [RemoveField("Book", "series"), RemoveConstraint("Book", "book_place")]
        ],
        lost=[LOST_CONSTRAINT],
        auto="kept",
        harm={
            "postgresql": Harm(
                error='ProgrammingError: constraint "book_place" of relation'
            ),
            "mysql": Harm(
                error="FieldDoesNotExist: Book has no field named 'series'",
                changes=(
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H01",
        name="unique_together_removed_behind_its_member",
        history=[[WITH_TOGETHER]],
        change=[
            [RemoveField("Book", "series")],
            [AlterUniqueTogether("Book", set())],
        ],
        lost=[LOST_TOGETHER],
        auto="kept",
        harm={
            "postgresql": Harm(
                error="FieldDoesNotExist: Book has no field named 'series'",
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number)",
                ),
            ),
            "mysql": Harm(
                error="FieldDoesNotExist: Book has no field named 'series'",
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number)",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number)",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        # Unapplied, the two operations are again a removal and an addition.
        hazard="H01",
        name="unapplied_over_a_repaired_constraint",
        history=[
            [WITH_CONSTRAINT],
            [
                RemoveField("Book", "series"),
                AddField("Book", "series", models.BigIntegerField(default=0)),
            ],
        ],
        by_hand={
            "postgresql": [
                (
                    "ALTER TABLE testapp_book "
                    "ADD CONSTRAINT book_place UNIQUE (series, number)"
                )
            ],
            "mysql": [
                (
                    "ALTER TABLE testapp_book DROP INDEX book_place, "
                    "ADD CONSTRAINT book_place UNIQUE (series, number)"
                )
            ],
        },
        # The history passes on these alone.
        flavours=("postgresql", "mysql"),
        unapply=1,
        lost=[LOST_CONSTRAINT],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "- migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                    "~ column testapp_book.series: bigint NOT NULL -> int NOT NULL",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                    "~ column testapp_book.series: bigint NOT NULL -> int NOT NULL",
                ),
            ),
        },
    ),
    Scenario(
        hazard="H01",
        name="constraint_removed_first",
        history=[[WITH_CONSTRAINT]],
        change=[
            [RemoveConstraint("Book", "book_place"), RemoveField("Book", "series")]
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="unique_together_removed_a_migration_before",
        history=[[WITH_TOGETHER]],
        change=[
            [AlterUniqueTogether("Book", set())],
            [RemoveField("Book", "series")],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="unique_together_with_foreign_key_removed_first",
        history=[[AUTHOR, WITH_AUTHOR]],
        change=[
            [AlterUniqueTogether("Book", set()), RemoveField("Book", "number")],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="constraint_replaced_first",
        history=[[WITH_CONSTRAINT]],
        change=[
            [
                RemoveConstraint("Book", "book_place"),
                AddConstraint("Book", unique("numbered", "number", "title")),
                RemoveField("Book", "series"),
            ]
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="unconstrained_field_removed",
        history=[[WITH_CONSTRAINT]],
        change=[[RemoveField("Book", "title")]],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="unique_field_removed",
        history=[[create("Book", number=integer(), code=text(unique=True))]],
        change=[[RemoveField("Book", "code")]],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="indexed_and_foreign_key_fields_removed",
        history=[
            [
                AUTHOR,
                create("Book", author=key("Author"), number=integer(db_index=True)),
            ]
        ],
        change=[[RemoveField("Book", "author"), RemoveField("Book", "number")]],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="member_renamed",
        history=[[WITH_CONSTRAINT]],
        change=[[RenameField("Book", "series", "row")]],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="model_with_constraint_deleted",
        history=[[WITH_CONSTRAINT]],
        change=[[DeleteModel("Book")]],
        harmless=True,
    ),
    Scenario(
        hazard="H01",
        name="unapplied_as_it_was_applied",
        history=[
            [create("Book", number=integer(), title=text())],
            [AddField("Book", "series", integer()), AddConstraint("Book", PLACE)],
        ],
        unapply=1,
        harmless=True,
    ),
)
