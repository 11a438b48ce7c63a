"""A rebuild on SQLite creates a unique that code had dropped."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import (
    AddField,
    AlterField,
    AlterUniqueTogether,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.models import IntegerField

from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios.builders import create, integer, text

pytestmark = pytest.mark.flavours("sqlite")

both = pytest.mark.parametrize("mode", ["strict", "auto"])
TOGETHER = {("language", "page")}
CONTENT = create(
    "Content",
    language=text(),
    page=integer(),
    note=integer(unique=True, null=True),
    options={"unique_together": TOGETHER},
)
TWINS = (
    "INSERT INTO testapp_content (id, language, page) VALUES (1, 'en', 1), (2, 'en', 1)"
)
each_rebuild = pytest.mark.parametrize(
    "operation",
    [
        AddField("Content", "slug", text()),
        AlterField("Content", "note", IntegerField(default=0, null=True)),
        AlterField("Content", "page", integer(null=True)),
        RemoveField("Content", "note"),
    ],
    ids=lambda each: each.migration_name_fragment,
)


def free(apps: Any, schema_editor: Any) -> None:
    content = apps.get_model("testapp", "Content")
    schema_editor.alter_unique_together(content, TOGETHER, set())


def start(lab: Lab, *rows: str) -> None:
    lab.apply([CONTENT], [RunPython(free, RunPython.noop)])
    lab.execute(*rows)


@each_rebuild
def test_rebuild_fails_over_rows_that_it_would_have_to_keep_apart(
    lab: Lab, operation: Operation
) -> None:
    start(lab, TWINS)
    lab.write([operation])

    outcome = lab.migrate(mode="off")

    assert "UNIQUE constraint failed" in str(outcome.error)


@each_rebuild
@both
def test_rows_are_counted_before_the_rebuild(
    lab: Lab, operation: Operation, mode: str
) -> None:
    start(lab, TWINS)
    lab.write([operation])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E316" in str(outcome.error)
    assert "(en, 1): 2 rows" in str(outcome.error)


@each_rebuild
@both
def test_constraint_that_comes_back_is_a_warning(
    lab: Lab, operation: Operation, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    start(lab)
    lab.write([operation])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert caplog.text.count("fkguard.W402") == 1


@both
def test_code_before_it_may_remove_the_rows(lab: Lab, mode: str) -> None:
    start(lab, TWINS)
    lab.write(
        [RunSQL("DELETE FROM testapp_content WHERE id = 2")],
        [AddField("Content", "slug", text())],
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@both
def test_what_the_plan_itself_asks_for_does_not_come_back(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([create("Content", language=text(), page=integer(), note=integer())])
    lab.write(
        [
            AlterUniqueTogether("Content", {("language", "page"), ("page", "note")}),
            AddField("Content", "slug", text()),
            RenameField("Content", "page", "leaf"),
            AlterField("Content", "note", integer(unique=True)),
            AlterUniqueTogether("Content", {("language", "leaf"), ("slug", "note")}),
            AlterField("Content", "leaf", text()),
        ]
    )

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    assert "fkguard." not in caplog.text
