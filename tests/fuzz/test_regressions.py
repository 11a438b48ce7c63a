"""Histories that once broke a promise, as few operations as it took."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.models.fields import Field

from fkguard.schema.constraints import ForeignKey
from tests.harness import Lab

from .player import Player, Tally
from .strategies import APP

pytestmark = [pytest.mark.django_db(transaction=True)]

each_mode = pytest.mark.parametrize("mode", ["strict", "auto"])

SHELF = f"{APP}.Shelf"


def key() -> tuple[str, Field[Any, Any]]:
    return "id", models.BigAutoField(primary_key=True)


def play(mode: str, *history: Sequence[Operation]) -> Tally:
    """Play a history there and back; raise ``Broken`` where a promise is broken."""
    player = Player(mode, Tally())
    with closing(player):
        for operations in history:
            if not player.play(operations):
                return player.tally
        player.play_back()
    return player.tally


#: A table that others reference, and one with two columns to make keys of.
SHELVES = ops.CreateModel("Shelf", [key(), ("floor", models.IntegerField(default=0))])


@each_mode
@pytest.mark.since(6, 1)  # Databases cascade.
def test_referential_action_that_the_operation_changes(mode: str) -> None:
    before = models.ForeignKey(SHELF, models.CASCADE, null=True)
    play(
        mode,
        [SHELVES],
        [ops.CreateModel("Book", [key(), ("shelf", before)])],
        [
            ops.AlterField(
                "Book", "shelf", models.ForeignKey(SHELF, models.DB_CASCADE, null=True)
            )
        ],
        [
            ops.AlterField(
                "Book", "shelf", models.ForeignKey(SHELF, models.DB_SET_NULL, null=True)
            )
        ],
        [ops.AlterField("Book", "shelf", before)],
    )


def pairs(*constraints: models.BaseConstraint) -> ops.CreateModel:
    """Return a table with a declared pair, whose columns are `row` and `place`."""
    fields = [
        key(),
        ("row", models.IntegerField(default=0)),
        ("place", models.IntegerField(default=0)),
    ]
    options = {"unique_together": {("row", "place")}, "constraints": [*constraints]}
    return ops.CreateModel("Book", fields, options=options)


def unique_index(*columns: str) -> ops.RunSQL:
    """Make a unique index that no state knows."""
    vendor_quote = connection.ops.quote_name
    return ops.RunSQL(
        f"CREATE UNIQUE INDEX {vendor_quote('byhand_1')} ON "
        f"{vendor_quote(f'{APP}_book')} ({', '.join(map(vendor_quote, columns))})",
        ops.RunSQL.noop,
    )


@each_mode
@pytest.mark.parametrize("columns", [("row", "place"), ("place", "row")])
def test_index_by_hand_equal_to_a_declared_unique(
    mode: str, columns: tuple[str, str]
) -> None:
    check = models.CheckConstraint(
        condition=models.Q(row__isnull=False), name="row_is_there"
    )
    twin = models.UniqueConstraint(fields=["row", "place"], name="pair")
    play(
        mode,
        [pairs(twin)],
        [unique_index(*columns)],
        [ops.AddConstraint("Book", check)],
    )


@each_mode
def test_constraint_that_is_not_made_rebuilds_the_table(mode: str) -> None:
    unmade = models.UniqueConstraint(
        fields=["row"], name="one_row", nulls_distinct=False
    )
    play(
        mode,
        [pairs()],
        [unique_index("place", "row")],
        [ops.AddConstraint("Book", unmade)],
    )


@each_mode
def test_two_foreign_keys_of_one_table_go_with_their_key(mode: str) -> None:
    def to_shelf() -> models.Field:
        return models.ForeignKey(SHELF, models.CASCADE, null=True, related_name="+")

    code = models.CharField(max_length=20, primary_key=True)
    play(
        mode,
        [SHELVES, ops.AddField("Shelf", "code", models.CharField(max_length=20))],
        [ops.CreateModel("Book", [key(), ("one", to_shelf()), ("two", to_shelf())])],
        [ops.RemoveField("Shelf", "id"), ops.AlterField("Shelf", "code", code)],
    )


@each_mode
def test_json_column_brings_its_own_check(mode: str) -> None:
    play(
        mode,
        [ops.CreateModel("Book", [key(), ("data", models.JSONField(default=dict))])],
        [ops.AddField("Book", "more", models.JSONField(default=dict))],
        [ops.AlterField("Book", "data", models.JSONField(null=True))],
    )


@each_mode
def test_uniques_that_a_rebuild_numbers_anew(mode: str) -> None:
    fields = [
        key(),
        ("row", models.IntegerField(null=True, unique=True)),
        ("place", models.CharField(max_length=20, null=True, unique=True)),
    ]
    again = models.IntegerField(null=True, unique=True)
    tally = play(
        mode,
        [ops.CreateModel("Book", fields)],
        [ops.RemoveField("Book", "row"), ops.AddField("Book", "row", again)],
    )

    assert tally.outcomes["refused"] == 0


@each_mode
def test_constraint_that_is_not_there_is_told(mode: str) -> None:
    """Nobody can remove it; fkguard says so, as Django would."""
    player = Player(mode, Tally())
    with closing(player):
        player.play([SHELVES])
        error = player.run(
            player.next([ops.RemoveConstraint("Shelf", "nowhere")]), mode, False
        )

    assert "The state has no constraint or index 'nowhere'." in str(error)


@each_mode
def test_plain_index_of_a_column_that_comes_back(mode: str) -> None:
    """An index guards no row: that it stays away is no reason to refuse."""
    index = models.Index(fields=["floor"], name="ix")
    again = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    player = Player(mode, Tally())
    with closing(player):
        player.play([SHELVES])
        player.play([ops.AddIndex("Shelf", index)])
        player.play(
            [ops.RemoveField("Shelf", "floor"), ops.AddField("Shelf", "floor", again)]
        )

        # Django itself fails on SQLite, where it builds the table again.
        assert player.tally.outcomes["refused"] == 0


@each_mode
def test_index_by_hand_equal_to_a_declared_unique_of_a_renamed_column(
    mode: str,
) -> None:
    """SQLite builds the table again, and the state's own unique is enough."""

    def to_shelf(**options: Any) -> Field[Any, Any]:
        return models.ForeignKey(SHELF, models.CASCADE, null=True, **options)

    fields = [key(), ("row", models.IntegerField(default=0)), ("shelf", to_shelf())]
    pair = {"unique_together": {("row", "shelf")}}
    play(
        mode,
        [SHELVES],
        [ops.CreateModel("Book", fields, options=pair)],
        [unique_index("row", "shelf_id")],
        [ops.AlterField("Book", "shelf", to_shelf(db_column="place"))],
    )


@each_mode
def test_way_back_past_a_renamed_referenced_field(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """RenameField writes the new `to_field` into the states before it, too."""
    book = models.ForeignKey("testapp.Book", models.CASCADE, to_field="code")
    lab.write(
        [
            ops.CreateModel(
                "Book", [key(), ("code", models.IntegerField(unique=True))]
            ),
            ops.CreateModel("Loan", [key(), ("book", book)]),
        ],
        [ops.AddIndex("Loan", models.Index(fields=["book", "id"], name="both"))],
        [ops.RenameField("Book", "code", "number")],
    )
    assert lab.migrate(mode=mode).error is None
    monkeypatch.setenv("FKGUARD_MODE", mode)

    call_command("migrate", "testapp", "0001", verbosity=0)

    catalogue = lab.snapshot().catalogue
    assert [f.to_columns for f in catalogue.tables["testapp_loan"].of(ForeignKey)] == [
        ("code",)
    ]


@each_mode
def test_member_of_a_composite_primary_key_that_becomes_nullable(mode: str) -> None:
    """MariaDB passes over NULL there; other servers refuse it."""
    pair = models.CompositePrimaryKey("row", "place")
    fields = [
        ("pk", pair),
        ("row", models.IntegerField()),
        ("place", models.IntegerField()),
    ]
    play(
        mode,
        [ops.CreateModel("Book", fields)],
        [ops.AlterField("Book", "row", models.IntegerField(null=True))],
    )


def cascading() -> ops.RunSQL:
    """Make a second foreign key of the relation, one that cascades."""
    quote = connection.ops.quote_name
    return ops.RunSQL(
        f"ALTER TABLE {quote(f'{APP}_book')} ADD CONSTRAINT {quote('byhand_1')} "
        f"FOREIGN KEY ({quote('shelf_id')}) REFERENCES {quote(f'{APP}_shelf')} "
        f"({quote('id')}) ON DELETE CASCADE",
        ops.RunSQL.noop,
    )


@each_mode
@pytest.mark.flavours("mysql", "mariadb", "postgresql")
def test_second_foreign_key_of_a_relation_that_becomes_unique(mode: str) -> None:
    def to_shelf(**options: Any) -> Field[Any, Any]:
        return models.ForeignKey(SHELF, models.CASCADE, **options)

    play(
        mode,
        [SHELVES],
        [ops.CreateModel("Book", [key(), ("shelf", to_shelf())])],
        [cascading()],
        [ops.AlterField("Book", "shelf", to_shelf(unique=True))],
    )


@each_mode
@pytest.mark.flavours("mysql", "mariadb", "postgresql")
@pytest.mark.since(6, 1)  # Databases cascade.
def test_second_foreign_key_of_a_relation_whose_action_changes(mode: str) -> None:
    play(
        mode,
        [SHELVES],
        [
            ops.CreateModel(
                "Book", [key(), ("shelf", models.ForeignKey(SHELF, models.DB_CASCADE))]
            )
        ],
        [cascading()],
        [ops.AlterField("Book", "shelf", models.ForeignKey(SHELF, models.DO_NOTHING))],
    )


def test_unique_comes_back_beside_one_that_is_not_made() -> None:
    """MySQL makes no NULLS NOT DISTINCT, and what it makes stands behind it."""
    unmade = models.UniqueConstraint(
        fields=["code"], name="one_code", nulls_distinct=False
    )
    fields = [key(), ("code", models.IntegerField(null=True))]
    play(
        "auto",
        [ops.CreateModel("Book", fields, options={"constraints": [unmade]})],
        [
            ops.AddConstraint(
                "Book", models.UniqueConstraint(fields=["code"], name="uc")
            )
        ],
        [
            ops.RemoveField("Book", "code"),
            ops.AddField("Book", "code", models.IntegerField(null=True)),
        ],
    )


@pytest.mark.flavours("sqlite", "postgresql")
def test_index_by_hand_beside_a_unique_that_goes_and_comes_back() -> None:
    """SQLite builds the table again to take the unique away."""
    unique = models.UniqueConstraint(fields=["row", "place"], name="uc")
    fields = [
        key(),
        ("row", models.IntegerField(default=0)),
        ("place", models.IntegerField(default=0)),
        ("room", models.IntegerField(null=True)),
    ]
    quote = connection.ops.quote_name
    partial = (
        f"CREATE UNIQUE INDEX {quote('byhand_1')} ON {quote(f'{APP}_book')} "
        f"({quote('room')}) WHERE {quote('row')} > 0"
    )
    play(
        "auto",
        [ops.CreateModel("Book", fields, options={"constraints": [unique]})],
        [ops.RunSQL(partial, ops.RunSQL.noop)],
        [
            ops.RemoveField("Book", "place"),
            ops.AddField("Book", "place", models.IntegerField(default=0)),
        ],
    )


@each_mode
def test_named_unique_equal_to_the_primary_key_of_its_table(mode: str) -> None:
    play(
        mode,
        [
            ops.CreateModel(
                "Book",
                [
                    ("pk", models.CompositePrimaryKey("row", "place")),
                    ("row", models.IntegerField()),
                    ("place", models.IntegerField()),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=["row", "place"], name="uc1")
                    ]
                },
            )
        ],
    )


@each_mode
def test_two_named_uniques_of_the_same_columns(mode: str) -> None:
    twins = [
        models.UniqueConstraint(fields=["row", "place"], name=name)
        for name in ("uc1", "uc2")
    ]
    play(mode, [pairs(*twins)])
