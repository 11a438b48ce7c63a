"""Keys of indexes are longer than the server takes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import AddConstraint, AddField, AlterField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, unique


def long(length: int, **options: Any) -> models.CharField:
    return models.CharField(max_length=length, default="", **options)


BOOK = create("Book", title=long(500), series=long(500), number=integer())
PAIR = AddConstraint("Book", unique("book_title", "title", "series"))

LONGER = "~ column testapp_book.title: varchar(500) NOT NULL -> varchar(800) NOT NULL"


def refused(name: str, *change: list[Any], size: int, **options: Any) -> Scenario:
    options = {
        "flavours": ("mysql",),
        "history": [[BOOK]],
        "harm": {"*": Harm(error="OperationalError: (1071")},
        **options,
    }
    lost = [Lost("testapp_book", "", (), f"{size} bytes")]
    return Scenario(hazard="H54", name=name, change=change, lost=lost, **options)


def harmless(name: str, *change: list[Any], **options: Any) -> Scenario:
    options = {"history": [[BOOK]], **options}
    return Scenario(hazard="H54", name=name, change=change, harmless=True, **options)


SCENARIOS = (
    refused("constraint", [PAIR], size=4000),
    refused(
        "unique_field_of_a_new_table",
        [create("Book", title=long(1000, unique=True))],
        size=4000,
        history=[],
    ),
    refused(
        "unique_field",
        [AlterField("Book", "title", long(800, unique=True))],
        size=3200,
        harm={
            "*": Harm(
                error="OperationalError: (1071",
                changes=(LONGER,),
            )
        },
    ),
    refused(
        "longer_under_a_unique",
        [AlterField("Book", "title", long(800, unique=True))],
        size=3200,
        history=[[create("Book", title=long(500, unique=True))]],
    ),
    refused(
        "primary_key",
        [create("Book", title=models.CharField(max_length=800, primary_key=True))],
        size=3200,
        history=[],
        flavours=("mysql", "mariadb"),
    ),
    harmless(
        "constraint_as_long_as_it_may_be",
        [AddConstraint("Book", unique("book_title", "title", "number"))],
        [AddField("Book", "code", long(768, unique=True, null=True))],
    ),
    harmless("constraint_elsewhere", [PAIR], flavours=("mariadb", "postgresql")),
    harmless(
        "shorter_characters",
        [AddField("Book", "code", long(1000, unique=True, db_collation="latin1_bin"))],
        flavours=("mysql", "mariadb"),
    ),
)
