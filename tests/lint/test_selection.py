"""The migrations that are asked for are the ones that are judged."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations import AddField
from django.db.migrations.recorder import MigrationRecorder

from fkguard import lint
from fkguard.errors import CannotLint
from tests.harness import FLAVOURS, Lab, Step
from tests.scenarios.builders import create, integer

#: No database is asked, so one leg is enough.
pytestmark = pytest.mark.flavours("sqlite")


@pytest.fixture
def history(lab: Lab) -> Lab:
    """Write three migrations of one app and two of another."""
    lab.write(
        [create("Book", number=integer())],
        [AddField("Book", "pages", integer())],
        Step(app="otherapp", operations=[create("Loan", number=integer())]),
        [AddField("Book", "copies", integer())],
        Step(app="otherapp", operations=[AddField("Loan", "days", integer())]),
    )
    return lab


def chosen(**options: object) -> list[str]:
    result = lint.run(lint.Options(vendors=["postgresql"], **options))  # type: ignore[arg-type]
    assert result.problems == []
    return [each.label for each in result.migrations]


def test_all_but_those_of_installed_packages(history: Lab) -> None:
    assert chosen() == [
        "testapp.0001_step",
        "testapp.0002_step",
        "otherapp.0003_step",
        "testapp.0004_step",
        "otherapp.0005_step",
    ]
    assert "contenttypes.0001_initial" in chosen(third_party=True)
    assert chosen(labels=["contenttypes"])[0] == "contenttypes.0001_initial"


def test_latest_of_each_app(history: Lab) -> None:
    assert chosen(latest=1) == ["testapp.0004_step", "otherapp.0005_step"]
    assert chosen(latest=2, labels=["testapp"]) == [
        "testapp.0002_step",
        "testapp.0004_step",
    ]
    assert chosen(latest=0) == []


def test_latest_overall(history: Lab) -> None:
    assert chosen(latest_overall=1) == ["otherapp.0005_step"]
    assert chosen(latest_overall=3) == [
        "otherapp.0003_step",
        "testapp.0004_step",
        "otherapp.0005_step",
    ]


def test_labels(history: Lab) -> None:
    assert chosen(labels=["otherapp"]) == ["otherapp.0003_step", "otherapp.0005_step"]
    assert chosen(labels=["testapp.0002_step"]) == ["testapp.0002_step"]
    assert chosen(labels=["testapp.0004", "otherapp.0003"]) == [
        "otherapp.0003_step",
        "testapp.0004_step",
    ]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("nowhere", "There is no app 'nowhere' in INSTALLED_APPS."),
        ("testapp.0009", "There is no migration testapp.0009."),
        (
            "testapp.000",
            "testapp.000 may be any of 0001_step, 0002_step, 0004_step.",
        ),
    ],
)
def test_label_that_is_not_there(history: Lab, label: str, message: str) -> None:
    with pytest.raises(CannotLint) as caught:
        chosen(labels=[label])

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("vendor", "message"),
    [
        ("oracle", "fkguard does not support 'oracle'; it knows postgresql, mysql,"),
        ("mysql:new", "'new' is no version; write mysql:8.4."),
    ],
)
def test_vendor_that_is_not_known(history: Lab, vendor: str, message: str) -> None:
    with pytest.raises(CannotLint, match="^" + message.replace(".", r"\.")):
        lint.run(lint.Options(vendors=[vendor]))


@pytest.mark.flavours(*FLAVOURS)
def test_unapplied(history: Lab) -> None:
    from django.db import connection

    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.record_applied("testapp", "0001_step")
    recorder.record_applied("testapp", "0002_step")

    assert chosen(unapplied=True) == [
        "otherapp.0003_step",
        "testapp.0004_step",
        "otherapp.0005_step",
    ]
    with pytest.raises(CannotLint, match="There is no database 'nowhere'"):
        chosen(unapplied=True, database="nowhere")


class Repository:
    """A git repository around the migrations of a lab."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.commit()

    def git(self, *arguments: str) -> str:
        identity = {"NAME": "Test", "EMAIL": "test@example.com"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=os.environ
            | {f"GIT_AUTHOR_{name}": value for name, value in identity.items()}
            | {f"GIT_COMMITTER_{name}": value for name, value in identity.items()}
            | {"GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "A commit.")


@pytest.fixture
def repository(history: Lab) -> Repository:
    return Repository(history.root)


def since(repository: Repository, base: str = "main") -> list[str]:
    return chosen(git_base=base, root=repository.root)


def test_nothing_has_changed(repository: Repository) -> None:
    assert since(repository) == []


def test_committed_changed_and_untracked_files_count(
    repository: Repository, history: Lab
) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    history.write([AddField("Book", "committed", integer())])
    repository.commit()
    history.write([AddField("Book", "untracked", integer())])
    changed = history.root / history.package / "otherapp" / "0005_step.py"
    changed.write_text(changed.read_text() + "# changed\n")

    assert since(repository) == [
        "otherapp.0005_step",
        "testapp.0006_step",
        "testapp.0007_step",
    ]


def test_what_the_base_has_got_since_is_not_the_branchs(
    repository: Repository, history: Lab
) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    history.write([AddField("Book", "ours", integer())])
    repository.commit()
    repository.git("checkout", "-q", "main")
    step = history.root / history.package / "otherapp" / "0005_step.py"
    step.write_text(step.read_text() + "# theirs\n")
    repository.commit()
    repository.git("checkout", "-q", "branch")
    assert since(repository) == ["testapp.0006_step"]

    repository.git("merge", "-q", "main")

    assert since(repository) == ["testapp.0006_step"]


def test_renamed_migration_counts_under_its_new_name(
    repository: Repository, history: Lab
) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    folder = history.root / history.package / "otherapp"
    repository.git(
        "mv", str(folder / "0005_step.py"), str(folder / "0006_after_the_merge.py")
    )
    repository.commit()

    assert since(repository) == ["otherapp.0006_after_the_merge"]


@pytest.mark.parametrize("base", ["nowhere", "--all"])
def test_commit_that_is_not_there(base: str, repository: Repository) -> None:
    with pytest.raises(CannotLint) as caught:
        since(repository, base)

    assert str(caught.value) == (
        f"--git-base: there is no commit {base!r} here; fetch it first."
    )


def test_histories_that_have_nothing_in_common(
    repository: Repository, history: Lab
) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    history.write([AddField("Book", "ours", integer())])
    repository.commit()
    with pytest.raises(CannotLint) as caught:
        since(repository)
    assert str(caught.value) == (
        "--git-base: 'main' and HEAD have no commit in common; their histories are "
        "unrelated."
    )

    head = repository.git("rev-parse", "HEAD")
    (repository.root / ".git" / "shallow").write_text(head)
    with pytest.raises(CannotLint, match="this clone is shallow: fetch all of the"):
        since(repository)


def test_no_repository(history: Lab, tmp_path: Path) -> None:
    with pytest.raises(CannotLint, match="git rev-parse failed: fatal: not a git rep"):
        chosen(git_base="main", root=tmp_path)


def test_file_with_a_name_in_another_encoding(
    repository: Repository, history: Lab
) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    root = os.fsencode(repository.root)
    Path(os.fsdecode(root + b"/caf\xe9.txt")).touch()
    repository.commit()
    Path(os.fsdecode(root + b"/cr\xe8me.txt")).touch()
    history.write([AddField("Book", "ours", integer())])

    assert since(repository) == ["testapp.0006_step"]


def test_hook_in_a_linked_worktree(
    repository: Repository, history: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git tells a hook of the repository, and not of the folder that is its top."""
    history.write([AddField("Book", "ours", integer())])
    folder = repository.root / history.package
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.root / ".git" / "index"))
    monkeypatch.setenv("GIT_PREFIX", f"{history.package}/")

    assert chosen(git_base="main", root=folder) == ["testapp.0006_step"]


def test_command_ends_with_two_where_it_cannot_run(history: Lab) -> None:
    with pytest.raises(CommandError, match="There is no app 'nowhere'") as caught:
        call_command("fkguard", "lint", "nowhere")

    assert caught.value.returncode == 2


@pytest.mark.parametrize("option", ["--latest", "--latest-overall"])
@pytest.mark.parametrize("number", ["0", "-1", "all"])
def test_number_that_chooses_nothing(option: str, number: str, history: Lab) -> None:
    with pytest.raises(CommandError, match="must be a positive integer") as caught:
        call_command("fkguard", "lint", f"{option}={number}")

    assert caught.value.returncode == 1  # Of Django; a command line ends with 2.
