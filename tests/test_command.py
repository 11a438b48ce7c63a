"""``manage.py fkguard``: pages and the state of the guard."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.test.utils import override_settings

from fkguard import __version__
from fkguard.backends import backend_for
from fkguard.guard import patches
from fkguard.judgement import hazards
from tests.test_patches import other_package


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("fkguard", *arguments, stdout=output, no_color=True)
    return output.getvalue()


@pytest.mark.parametrize(
    "name", ["E101", "e101", "fkguard.E101", "unique_member_dropped"]
)
def test_explain_prints_the_page(name: str) -> None:
    hazard = hazards.named("E101")
    assert hazard is not None

    assert run("explain", name) == hazards.page(hazard).rstrip("\n") + "\n"


def test_explain_without_a_name_lists_every_hazard() -> None:
    lines = run("explain").splitlines()

    assert len(lines) == len(hazards.HAZARDS)
    assert lines == sorted(lines)
    for each in hazards.HAZARDS:
        assert f"fkguard.{each.id}  {each.slug}  {each.title}" in lines


@pytest.mark.parametrize("name", ["E999", "", "unique", "../wording", "fkguard."])
def test_explain_knows_no_other_name(name: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("explain", name)

    assert str(caught.value) == (
        f"There is no hazard {name!r}. `manage.py fkguard explain` lists them all."
    )


def test_no_subcommand_is_an_error() -> None:
    with pytest.raises(CommandError, match="subcommand"):
        run()


@pytest.mark.django_db
def test_status_tells_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "strict")
    server = backend_for(connection).introspection.server().describe()

    assert run("status") == (
        f"fkguard   {__version__}\n"
        f"database  default: {server}\n"
        "mode      strict\n"
        f"patches   {len(patches.installed())} in place\n"
        "claim     none\n"
        "owed      nothing\n"
    )


@pytest.mark.django_db
def test_status_tells_a_patch_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseDatabaseSchemaEditor, "remove_field", other_package)

    text = run("status")

    assert f"{len(patches.installed()) - 1} in place, gone: django." in text
    assert "BaseDatabaseSchemaEditor.remove_field" in text


@pytest.mark.django_db(databases=["default", "other"])
def test_status_of_another_database() -> None:
    with override_settings(FKGUARD={"DATABASES": {"other": {"MODE": "warn"}}}):
        assert "mode      warn\n" in run("status", "--database", "other")


@pytest.mark.parametrize("subcommand", ["status", "release", "verify", "orphans"])
def test_unknown_database_is_an_error_of_use(subcommand: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(subcommand, "--database", "nowhere")

    assert str(caught.value) == "There is no database 'nowhere' in DATABASES."
    assert caught.value.returncode == 2


@pytest.mark.django_db
def test_status_under_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "yes")

    with pytest.raises(CommandError, match="FKGUARD_MODE in the environment is 'yes'"):
        run("status")
