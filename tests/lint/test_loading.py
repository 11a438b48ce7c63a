"""What is broken is told, and does not hide the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.test.utils import override_settings

from fkguard import lint
from fkguard.errors import CannotLint
from fkguard.lint.paths import Paths
from tests.harness import Lab
from tests.scenarios.builders import create, integer

#: No database is asked, so one leg is enough.
pytestmark = pytest.mark.flavours("sqlite")


@pytest.fixture
def written(lab: Lab) -> Lab:
    """Write two migrations of one app, and one of another that depends on them."""
    from django.db.migrations import AddField

    from tests.harness import Step

    lab.write(
        [create("Book", number=integer())],
        [AddField("Book", "pages", integer())],
        Step(app="otherapp", operations=[create("Loan", number=integer())]),
    )
    return lab


def problems(result: lint.Result) -> list[tuple[str, str]]:
    return [(each.label, each.message) for each in result.problems]


def looked_at(result: lint.Result) -> list[str]:
    return [each.label for each in result.migrations]


def run(**options: object) -> lint.Result:
    return lint.run(lint.Options(vendors=["postgresql"], **options))  # type: ignore[arg-type]


def path(lab: Lab, app: str, name: str):
    return lab.root / lab.package / app / f"{name}.py"


def test_sound_project_has_no_problem(written: Lab) -> None:
    result = run()

    assert problems(result) == []
    assert looked_at(result) == [
        "testapp.0001_step",
        "testapp.0002_step",
        "otherapp.0003_step",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import nothing_of_this_name\n",
            "ModuleNotFoundError: No module named 'nothing_of_this_name'",
        ),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
    ],
)
def test_import_error_does_not_hide_the_other_app(
    written: Lab, source: str, message: str
) -> None:
    path(written, "testapp", "0002_step").write_text(source)

    result = run()

    [broken] = result.problems
    assert broken.message == f"The migration 0002_step cannot be imported: {message}"
    assert (broken.label, broken.line) == ("testapp.0002_step", 1)
    assert broken.file.endswith("testapp/0002_step.py")
    assert looked_at(result) == ["otherapp.0003_step", "testapp.0001_step"]


def test_syntax_error_is_told_with_its_line(written: Lab) -> None:
    path(written, "testapp", "0002_step").write_text("\n\nclass Migration(\n")

    [broken] = run().problems

    assert broken.message.startswith(
        "The migration 0002_step cannot be imported: SyntaxError: "
    )
    assert broken.line == 3


def test_what_follows_a_broken_migration_in_its_app_is_left_out(written: Lab) -> None:
    path(written, "testapp", "0001_step").write_text("raise ValueError('no')\n")

    result = run()

    assert problems(result) == [
        (
            "testapp.0001_step",
            "The migration 0001_step cannot be imported: ValueError: no",
        ),
        (
            "testapp.0002_step",
            "0002_step: not checked, because an earlier migration could not be read.",
        ),
    ]
    assert looked_at(result) == ["otherapp.0003_step"]


def test_file_without_a_migration(written: Lab) -> None:
    path(written, "otherapp", "0003_step").write_text("migration = None\n")

    result = run()

    assert problems(result) == [
        ("otherapp.0003_step", "The module does not define a Migration class.")
    ]
    assert looked_at(result) == ["testapp.0001_step", "testapp.0002_step"]


def test_missing_dependency_is_told(written: Lab) -> None:
    path(written, "testapp", "0002_step").unlink()

    result = run()

    assert problems(result) == [
        (
            "otherapp.0003_step",
            "It depends on testapp.0002_step, which does not exist.",
        )
    ]
    assert looked_at(result) == ["otherapp.0003_step", "testapp.0001_step"]


def test_dependency_on_an_unknown_app_is_told(written: Lab) -> None:
    file = path(written, "otherapp", "0003_step")
    file.write_text(
        file.read_text().replace("('testapp', '0002_step')", "('no', '__first__')")
    )

    result = run()

    assert problems(result) == [
        ("otherapp.0003_step", "Dependency on unknown app: no.")
    ]
    assert len(looked_at(result)) == 3


def test_conflict_is_told_and_both_ends_are_judged(written: Lab) -> None:
    file = path(written, "testapp", "0002_step")
    path(written, "testapp", "0002_other").write_text(
        file.read_text().replace("pages", "volume")
    )

    result = run()

    assert problems(result) == [
        (
            "testapp.0002_step",
            (
                "testapp has several last migrations, 0002_other, 0002_step: each is "
                "checked after the migrations that it depends on. Run `manage.py "
                "makemigrations "
                "--merge`."
            ),
        )
    ]
    assert len(looked_at(result)) == 4


def test_circle_of_migrations_is_told(written: Lab) -> None:
    file = path(written, "testapp", "0001_step")
    file.write_text(
        file.read_text().replace(
            "dependencies = [\n",
            "dependencies = [\n        ('testapp', '0002_step'),\n",
        )
    )

    result = run()

    assert problems(result) == [
        (
            "testapp.0001_step",
            "testapp.0001_step, testapp.0002_step depend on each other in a circle.",
        )
    ]


def test_squashed_migrations_are_read_in_place_of_those_they_replace(
    written: Lab,
) -> None:
    file = path(written, "testapp", "0001_step")
    path(written, "testapp", "0001_squashed").write_text(
        file.read_text().replace(
            "dependencies = [",
            "replaces = [('testapp', '0001_step'), ('testapp', '0002_step')]\n\n"
            "    dependencies = [",
        )
    )

    result = run()

    assert problems(result) == []
    assert looked_at(result) == ["testapp.0001_squashed", "otherapp.0003_step"]
    with pytest.raises(CannotLint, match=r"replaced by testapp\.0001_squashed"):
        run(labels=["testapp.0002"])


def test_operation_that_cannot_be_followed_is_told_with_its_line(
    written: Lab,
) -> None:
    file = path(written, "testapp", "0002_step")
    file.write_text(file.read_text().replace("'Book'", "'Books'"))

    [broken] = run().problems

    assert broken.message == (
        "Operation 1 (Add field pages to Books) and the following ones cannot be "
        "checked: "
        "KeyError: ('testapp', 'books')"
    )
    lines = file.read_text().splitlines()
    assert broken.line == lines.index("        migrations.AddField(") + 1


def test_migration_modules_that_are_not_there(lab: Lab) -> None:
    with override_settings(MIGRATION_MODULES={"testapp": "nowhere.at_all"}):
        result = run()

    assert (
        "testapp",
        "MIGRATION_MODULES names nowhere.at_all, which does not exist.",
    ) in [*problems(result)]


def test_app_whose_migrations_are_switched_off(written: Lab) -> None:
    with override_settings(
        MIGRATION_MODULES={
            "testapp": f"{written.package}.testapp",
            "otherapp": None,
        }
    ):
        result = run()

    assert problems(result) == []
    assert looked_at(result) == ["testapp.0001_step", "testapp.0002_step"]


def test_file_elsewhere_is_named_as_an_import_would(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Settings put paths into sys.path that are no strings, and Python lets them."""
    monkeypatch.setattr(sys, "path", [*sys.path, tmp_path / "apps"])
    paths = Paths(tmp_path / "project")

    found = paths.relative(str(tmp_path / "apps" / "library" / "migrations" / "a.py"))

    assert found == "library/migrations/a.py"
