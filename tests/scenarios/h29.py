"""A foreign key references what no unique key covers."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, key, text

CODE = models.CharField(max_length=30, unique=True)
AUTHOR = create("Author", code=CODE, name=text())
BOOK = create("Book", author=key("Author", to_field="code"))
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
SERVERS = ("mysql", "mariadb")
UNRESTRICTED = "SET SESSION restrict_fk_on_non_standard_key = OFF"
ACCEPTED = Harm(
    changes=(
        "+ migration testapp.0002",
        "+ table testapp_book",
        "+ testapp_book: (author_id) REFERENCES testapp_author (code)",
    )
)


def without_unique(*more: str) -> Callable[[BaseDatabaseWrapper], None]:
    """Return what drops the unique of ``code``, as somebody with a prompt would."""

    def work(connection: BaseDatabaseWrapper) -> None:
        quote = connection.ops.quote_name
        word = "INDEX" if connection.vendor == "mysql" else "CONSTRAINT"
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "testapp_author")
            for name, info in found.items():
                if info["unique"] and info["columns"] == ["code"]:
                    cursor.execute(
                        f"ALTER TABLE testapp_author DROP {word} {quote(name)}"
                    )
            for statement in more:
                cursor.execute(statement)

    return work


REMADE = (
    "DROP TABLE testapp_author",
    (
        "CREATE TABLE testapp_author (id integer PRIMARY KEY AUTOINCREMENT, "
        "code varchar(30) NOT NULL, name varchar(30) NOT NULL)"
    ),
)

SCENARIOS = (
    Scenario(
        hazard="H29",
        name="unique_is_gone",
        history=[[AUTHOR]],
        by_hand={"*": without_unique(), "sqlite": REMADE},
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (6125", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
            "postgresql": Harm(error="ProgrammingError: there is no unique constraint"),
            "sqlite": Harm(error="OperationalError: foreign key mismatch"),
        },
    ),
    Scenario(
        hazard="H29",
        name="prefix",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={
            "*": without_unique("CREATE UNIQUE INDEX codes ON testapp_author (code(5))")
        },
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (6125", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
        },
    ),
    Scenario(
        hazard="H29",
        name="plain_index",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": without_unique("CREATE INDEX codes ON testapp_author (code)")},
        change=[[BOOK]],
        lost=[LOST],
        auto={"mariadb": "allowed", "mysql": "refused"},
        harm={
            "mysql": Harm(
                error="OperationalError: (6125", changes=("+ table testapp_book",)
            ),
            "mariadb": ACCEPTED,
        },
    ),
    Scenario(
        hazard="H29",
        name="left_part_of_a_unique",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={
            "*": without_unique(
                "CREATE UNIQUE INDEX codes ON testapp_author (code, name)"
            )
        },
        change=[[BOOK]],
        lost=[LOST],
        auto={"mariadb": "allowed", "mysql": "refused"},
        harm={
            "mysql": Harm(
                error="OperationalError: (6125", changes=("+ table testapp_book",)
            ),
            "mariadb": ACCEPTED,
        },
    ),
    Scenario(
        hazard="H29",
        name="plain_index_where_the_rule_is_off",
        flavours=("mysql",),
        history=[[AUTHOR]],
        by_hand={
            "*": without_unique(
                "CREATE INDEX codes ON testapp_author (code)", UNRESTRICTED
            )
        },
        change=[[BOOK]],
        lost=[LOST],
        auto="allowed",
        harm={"*": ACCEPTED},
    ),
    Scenario(
        hazard="H29",
        name="unique_is_gone_where_the_rule_is_off",
        flavours=("mysql",),
        history=[[AUTHOR]],
        by_hand={"*": without_unique(UNRESTRICTED)},
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "*": Harm(
                error="OperationalError: (1822", changes=("+ table testapp_book",)
            )
        },
    ),
    Scenario(
        hazard="H29",
        name="deferrable_unique",
        flavours=("postgresql",),
        history=[[AUTHOR]],
        by_hand={
            "*": without_unique(
                "ALTER TABLE testapp_author ADD UNIQUE (code) DEFERRABLE"
            )
        },
        change=[[BOOK]],
        lost=[LOST],
        harm={"*": Harm(error="OperationalError: cannot use a deferrable unique")},
    ),
    Scenario(
        hazard="H29",
        name="partial_unique",
        flavours=("postgresql", "sqlite"),
        history=[[AUTHOR]],
        by_hand={
            "postgresql": without_unique(
                "CREATE UNIQUE INDEX codes ON testapp_author (code) WHERE id > 0"
            ),
            "sqlite": (
                *REMADE,
                "CREATE UNIQUE INDEX codes ON testapp_author (code) WHERE id > 0",
            ),
        },
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "postgresql": Harm(error="ProgrammingError: there is no unique constraint"),
            "sqlite": Harm(error="OperationalError: foreign key mismatch"),
        },
    ),
    Scenario(
        hazard="H29",
        name="unique_made_by_hand",
        history=[[AUTHOR]],
        by_hand={
            "*": without_unique("CREATE UNIQUE INDEX codes ON testapp_author (code)"),
            "sqlite": (*REMADE, "CREATE UNIQUE INDEX codes ON testapp_author (code)"),
        },
        change=[[BOOK]],
        harmless=True,
    ),
    Scenario(
        hazard="H43",
        name="unique_of_another_collation",
        flavours=("sqlite",),
        history=[[AUTHOR]],
        by_hand={
            "*": (
                *REMADE,
                "CREATE UNIQUE INDEX codes ON testapp_author (code COLLATE NOCASE)",
            )
        },
        change=[[BOOK]],
        lost=[LOST],
        harm={"*": Harm(error="OperationalError: foreign key mismatch")},
    ),
    Scenario(
        hazard="H43",
        name="descending_unique",
        flavours=("sqlite",),
        history=[[AUTHOR]],
        by_hand={
            "*": (
                *REMADE,
                "CREATE UNIQUE INDEX codes ON testapp_author (code DESC)",
            )
        },
        change=[[BOOK]],
        harmless=True,
    ),
)
