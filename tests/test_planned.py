"""What is planned from unrendered states is what a schema editor is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps as global_apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.migrations import (
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    AlterModelTable,
    AlterOrderWithRespectTo,
    AlterUniqueTogether,
    CreateModel,
    DeleteModel,
    Migration,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameIndex,
    RenameModel,
    RunPython,
    RunSQL,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from fkguard import compat
from fkguard.declared.models import Rendered
from fkguard.declared.states import Unrendered
from fkguard.planning.editor_calls import recorder
from fkguard.planning.planner import Planner
from fkguard.schema.catalogue import Table
from fkguard.schema.events import Event, RenameTable, RunStatement
from tests.harness import Scenario, Step
from tests.scenarios import of_this_leg
from tests.scenarios.builders import create, integer, key, text, unique

pytestmark = pytest.mark.django_db


def asked_for(
    operation: Operation,
    app_label: str,
    from_state: ProjectState,
    to_state: ProjectState,
    *,
    backwards: bool,
) -> list[Event]:
    """Return what Django's own code asks of an editor."""
    recorded: list[Event] = []
    editor = recorder(connection, recorded)
    run = operation.database_backwards if backwards else operation.database_forwards
    run(app_label, editor, from_state.clone(), to_state.clone())
    return recorded


def with_tables(events: list[Event]) -> list[tuple[Event, Table | None]]:
    """Pair events with the tables that the state after them declares."""
    return [
        (
            each,
            normal(
                each.declared(each.to if isinstance(each, RenameTable) else each.table)
            ),
        )
        for each in events
        if not isinstance(each, RunStatement)
    ]


def normal(table: Table | None) -> Any:
    """Return a table in an order that sources need not agree about."""
    if table is None:
        return None
    return (
        table.name,
        sorted(map(repr, table.columns)),
        sorted(map(repr, table.constraints)),
    )


def is_seen_too_late(operation: Operation, state: ProjectState) -> bool:
    """Say whether rendered models tell of another moment than unrendered ones.

    A model without a key is rendered with one, and Django removes an index with the
    model that still has it.
    """
    if isinstance(operation, RemoveIndex):
        return True
    return isinstance(operation, RemoveField) and not any(
        field.primary_key
        for (_, name), model in state.models.items()
        if name == operation.model_name_lower
        for field in model.fields.values()
    )


def is_code(operation: Operation) -> bool:
    inner = getattr(operation, "database_operations", ())
    return isinstance(operation, RunPython | RunSQL) or any(map(is_code, inner))


def assert_equal_histories(
    migrations: list[Migration], state: ProjectState | None = None
) -> None:
    """Assert both directions of each operation, and the tables of each state."""
    state = state or ProjectState()
    for migration in migrations:
        before = state.clone()
        planner = Planner(connection, state)
        pairs = []
        steps = planner.forwards(migration)
        for operation in migration.operations:
            earlier = state.clone()
            step = next(steps)
            label = f"{step.label}, operation {step.number}: {operation.describe()}"
            compared = list if is_seen_too_late(operation, state) else with_tables
            planned = compared(list(step.events))
            later = state.clone()
            pairs.append((operation, earlier, later))
            if not is_code(operation):
                live = asked_for(
                    operation, migration.app_label, earlier, later, backwards=False
                )
                assert planned == compared(live), label
        assert_equal_tables(state)
        backwards = Planner(connection, before.clone()).backwards(migration, before)
        for operation, earlier, later in reversed(pairs):
            if not operation.reversible:
                return
            step = next(backwards)
            label = f"{step.label}, operation {step.number} backwards"
            if not is_code(operation):
                live = asked_for(
                    operation, migration.app_label, later, earlier, backwards=True
                )
                assert list(step.events) == live, label


def assert_equal_tables(state: ProjectState) -> None:
    """Assert that unrendered and rendered models declare the same tables."""
    unrendered = Unrendered(connection, state)
    rendered = Rendered(connection)
    try:
        found = {
            rendered.key_of(model._meta.db_table): normal(rendered.table(model))
            for model in compat.models_of(state.clone().apps)
            if not model._meta.proxy
            and (model._meta.auto_created or model._meta.label_lower in labels(state))
        }
    except (FieldDoesNotExist, ValueError):
        # Nobody can render a state whose relations point nowhere.
        return
    assert {name: normal(unrendered.look_up(name)) for name in found} == found
    for model_state in state.models.values():
        if not model_state.options.get("proxy"):
            table = unrendered.table(model_state)
            assert normal(table) == found[table.name]


def labels(state: ProjectState) -> set[str]:
    return {f"{app}.{name}" for app, name in state.models}


def migrations_of(steps: Any) -> Iterator[Migration]:
    for number, each in enumerate(steps, start=1):
        step = each if isinstance(each, Step) else Step(operations=each)
        migration = Migration(f"{number:04}_step", step.app)
        migration.operations = list(step.operations)
        yield migration


@pytest.mark.parametrize("scenario", of_this_leg(), ids=str)
def test_scenario_is_planned_as_it_is_run(scenario: Scenario) -> None:
    assert_equal_histories(list(migrations_of([*scenario.history, *scenario.change])))


def assert_equal_history_of_django() -> None:
    """Assert it of every migration of Django's own apps; print how many there are."""
    loader = MigrationLoader(None)
    order: list[Any] = []
    for node in loader.graph.leaf_nodes():
        for each in loader.graph.forwards_plan(node):
            if each not in order:
                order.append(each)
    assert_equal_histories([loader.graph.nodes[each] for each in order])
    print(len(order))


@pytest.mark.kind("project")
def test_history_of_django_is_planned_as_it_is_run() -> None:
    # In a process of its own: what apps connect when they are ready stays connected.
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import django; django.setup(); from tests import test_planned;"
                "test_planned.assert_equal_history_of_django()"
            ),
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.contrib_settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert int(done.stdout) > 20


CASES: dict[str, list[list[Operation]]] = {
    "order_with_respect_to": [
        [create("Author"), create("Book", author=key("Author"), title=text())],
        [AlterOrderWithRespectTo("Book", "author")],
        [AlterField("Book", "author", key("Author", null=True))],
        [AlterOrderWithRespectTo("Book", None)],
    ],
    "many_to_many_of_every_kind": [
        [
            create("Author"),
            create(
                "Book",
                authors=models.ManyToManyField("testapp.Author"),
                similar=models.ManyToManyField("self"),
            ),
        ],
        [
            AddField(
                "Book",
                "editors",
                models.ManyToManyField(
                    "testapp.Author", related_name="+", db_table="editing"
                ),
            )
        ],
        [RenameField("Book", "authors", "writers")],
        [RenameModel("Author", "Person")],
        [RenameModel("Book", "Volume")],
        [AlterModelTable("Volume", "volumes")],
        [AlterField("Volume", "writers", models.ManyToManyField("testapp.Volume"))],
        [RemoveField("Volume", "editors"), DeleteModel("Volume")],
    ],
    "renamed_model_with_every_relation": [
        [
            create("Author", code=text(unique=True)),
            create(
                "Book",
                author=key("Author"),
                code=models.ForeignKey(
                    "testapp.Author", models.CASCADE, to_field="code", related_name="+"
                ),
                one=models.OneToOneField(
                    "testapp.Author", models.CASCADE, related_name="one"
                ),
                parent=models.ForeignKey("self", models.CASCADE, null=True),
            ),
        ],
        [RenameModel("Author", "Person")],
        [RenameField("Person", "code", "sign")],
        [AlterField("Person", "sign", text(unique=True, db_column="sgn"))],
        [AlterField("Person", "id", models.AutoField(primary_key=True))],
        [RenameModel("Book", "Volume")],
    ],
    "inheritance": [
        [
            create("Base", name=text()),
            CreateModel(
                "Child",
                [
                    (
                        "base_ptr",
                        models.OneToOneField(
                            "testapp.Base",
                            models.CASCADE,
                            parent_link=True,
                            primary_key=True,
                            auto_created=True,
                            serialize=False,
                        ),
                    ),
                    ("more", text(db_index=True)),
                ],
                bases=("testapp.base",),
            ),
            create("User", child=key("Child")),
        ],
        [AlterField("Base", "id", models.AutoField(primary_key=True))],
        [RenameModel("Child", "Kid")],
        [DeleteModel("User"), DeleteModel("Kid")],
    ],
    "proxy_and_unmanaged": [
        [
            create("Book", title=text()),
            CreateModel("Proxy", [], options={"proxy": True}, bases=("testapp.book",)),
            create("Outside", name=text(), options={"managed": False}),
            create("User", book=key("Proxy"), outside=key("Outside")),
        ],
        [
            AddField("Outside", "more", text()),
            AlterField("Book", "title", text(unique=True)),
        ],
        [AlterField("Book", "id", models.AutoField(primary_key=True))],
        [RenameModel("Outside", "Foreign"), RenameModel("Proxy", "Stand")],
        [RemoveField("Foreign", "more"), DeleteModel("User"), DeleteModel("Stand")],
    ],
    "indexes": [
        [create("Book", series=integer(), number=integer(db_index=True), title=text())],
        [
            AddIndex("Book", models.Index(fields=["series", "-number"], name="one")),
            AddIndex(
                "Book",
                models.Index(
                    fields=["title"], name="two", condition=models.Q(number__gt=0)
                ),
            ),
        ],
        [RenameIndex("Book", "three", old_name="one")],
        [RemoveIndex("Book", "three")],
    ],
    "constraints": [
        [
            create(
                "Book",
                series=integer(),
                number=models.PositiveIntegerField(default=0),
                options={
                    "unique_together": {("series", "number")},
                    "constraints": [
                        unique("a", "number", condition=models.Q(series__gt=0)),
                        models.CheckConstraint(
                            condition=models.Q(number__gt=models.F("series")),
                            name="b",
                        ),
                        unique("c", "series", deferrable=models.Deferrable.DEFERRED),
                        unique("d", "series", nulls_distinct=False),
                        unique("e", "series", include=["number"]),
                        models.UniqueConstraint(
                            models.F("series") + models.F("number"), name="f"
                        ),
                    ],
                },
            )
        ],
        [RenameField("Book", "series", "row")],
        [AlterUniqueTogether("Book", {("row",), ("number", "row")})],
        [RemoveConstraint("Book", each) for each in "abcdef"],
    ],
    "columns_of_every_kind": [
        [
            create(
                "Book",
                code=models.UUIDField(primary_key=True),
                slug=models.SlugField(),
                body=models.TextField(unique=True)
                if connection.vendor != "mysql"
                else text(unique=True),
                at=models.DateTimeField(auto_now=True),
                flag=models.BooleanField(null=True),
                data=models.JSONField(default=dict),
                price=models.DecimalField(max_digits=5, decimal_places=2),
                small=models.PositiveSmallIntegerField(db_default=3),
                file=models.FileField(),
                address=models.GenericIPAddressField(null=True),
                double=models.GeneratedField(
                    expression=models.F("small") * 2,
                    output_field=models.IntegerField(),
                    db_persist=True,
                ),
            ),
            create(
                "Copy",
                book=key("Book"),
                nothing=key("Book", db_constraint=False, related_name="+"),
            ),
        ],
        [AlterField("Book", "slug", models.SlugField(max_length=90, unique=True))],
        [AlterField("Book", "small", models.BigIntegerField(db_default=4, null=True))],
        [AlterField("Book", "flag", models.BooleanField(db_comment="a flag"))],
        [AlterField("Book", "price", models.FloatField(help_text="no SQL"))],
        [AlterField("Copy", "nothing", key("Book", related_name="+"))],
        [
            AlterField(
                "Copy", "book", models.OneToOneField("testapp.Book", models.CASCADE)
            )
        ],
        [AlterField("Copy", "book", models.UUIDField())],
        [AlterModelOptions("Book", {"ordering": ["slug"]})],
    ],
    "composite_key": [
        [
            CreateModel(
                "Place",
                [
                    ("pk", models.CompositePrimaryKey("room", "shelf")),
                    ("room", integer()),
                    ("shelf", integer()),
                    ("name", text()),
                ],
            )
        ],
        [RenameField("Place", "shelf", "board"), AddField("Place", "more", integer())],
        [RemoveField("Place", "name"), DeleteModel("Place")],
    ],
    "table_names": [
        [
            create(
                "Book",
                series=integer(),
                options={"db_table": '"quoted"', "unique_together": {("series", "id")}},
            ),
            create("Copy", book=key("Book"), options={"db_table": 'one"."two'}),
        ],
        [AlterModelTable("Book", "plain"), AlterModelTable("Copy", None)],
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_operations_are_planned_as_they_are_run(name: str) -> None:
    assert_equal_histories(list(migrations_of(CASES[name])))


def test_models_of_this_project_are_declared_alike() -> None:
    assert_equal_tables(ProjectState.from_apps(global_apps))
