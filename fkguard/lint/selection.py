"""Which migrations are to be judged."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..compat import Broken, Key
from ..errors import CannotLint
from ..planning.files import file_of, is_third_party
from .loading import LoadedMigrations
from .paths import Paths

if TYPE_CHECKING:
    from . import Options


#: What git tells its hooks of the repository.
OF_HOOKS = frozenset(
    "GIT_" + each
    for each in ("COMMON_DIR", "DIR", "IMPLICIT_WORK_TREE", "INDEX_FILE", "PREFIX")
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The migrations to judge, in the order in which they run."""

    keys: list[Key]
    #: Files that git names, where it was asked.
    changed: frozenset[str] | None = None


def choose(found: LoadedMigrations, options: Options) -> Chosen:
    """Return the migrations that all the options leave.

    Raises ``CannotLint`` for a label, a database or a commit that is not there.
    """
    keys = found.order
    labels = list(options.labels)
    if labels:
        wanted = _labelled(found, labels)
        keys = [key for key in keys if key in wanted]
    elif not options.third_party:
        keys = [k for k in keys if not is_third_party(found.migrations[k])]
    changed = None
    if options.git_base:
        changed = changed_files(options.git_base, options.root)
        keys = [
            key
            for key in keys
            if str(Path(file_of(found.migrations[key])).resolve()) in changed
        ]
    if options.unapplied:
        keys = [key for key in keys if key not in found.applied]
    if options.latest is not None:
        kept: set[Key] = set()
        left: dict[str, int] = {}
        for key in reversed(keys):
            left[key[0]] = left.get(key[0], 0) + 1
            if left[key[0]] <= options.latest:
                kept.add(key)
        keys = [key for key in keys if key in kept]
    if options.latest_overall is not None:
        keys = keys[-options.latest_overall :] if options.latest_overall > 0 else []
    return Chosen(keys=keys, changed=changed)


def _labelled(found: LoadedMigrations, labels: list[str]) -> set[Key]:
    apps = {key[0] for key in found.order}
    known = apps | found.unmigrated_apps | {each.app_label for each in found.broken}
    wanted: set[Key] = set()
    for label in labels:
        app_label, _, prefix = label.partition(".")
        if app_label not in known:
            raise CannotLint(f"There is no app {app_label!r} in INSTALLED_APPS.")
        if not prefix:
            wanted.update(key for key in found.order if key[0] == app_label)
            continue
        match = [
            key
            for key in found.order
            if key[0] == app_label and key[1].startswith(prefix)
        ]
        exact = [key for key in match if key[1] == prefix]
        if len(exact or match) == 1:
            wanted.update(exact or match)
            continue
        if match:
            names = ", ".join(name for _, name in match)
            raise CannotLint(f"{label} may be any of {names}.")
        for old, new in found.replaced.items():
            if old[0] == app_label and old[1].startswith(prefix):
                raise CannotLint(
                    f"{'.'.join(old)} is replaced by {'.'.join(new)}, which is read "
                    "in its place."
                )
        if any(
            each.app_label == app_label and each.migration.startswith(prefix)
            for each in found.broken
        ):
            continue  # It is told as a problem.
        raise CannotLint(f"There is no migration {label}.")
    return wanted


def concerns(broken: Broken, chosen: Chosen, options: Options, paths: Paths) -> bool:
    """Say whether a broken migration may be one that was asked for.

    Everything is read whatever is chosen, so what is broken in an app that nobody
    asked about is no answer to the question.
    """
    if options.labels:
        return broken.app_label in {each.partition(".")[0] for each in options.labels}
    return True


def changed_files(base: str, root: Path) -> frozenset[str]:
    """Return the files that are new or another since this branch left `base`.

    A renamed file counts under its new name. What is not committed, or not even
    added, counts too. Raises ``CannotLint`` where git cannot tell.
    """
    top = Path(os.fsdecode(_git(root, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    # The commit that both have: what `base` got since is not this branch's.
    start = _fork(top, base)
    diff = _git(top, "diff", "--name-status", "-z", "-M", start, "--")
    fields = diff.split(b"\0")
    names = []
    while fields and fields[0]:
        status = fields.pop(0)
        name = fields.pop(0)
        if status[:1] in {b"R", b"C"}:
            name = fields.pop(0)
        if status[:1] != b"D":
            names.append(name)
    new = _git(top, "ls-files", "-z", "--others", "--exclude-standard")
    names += [name for name in new.split(b"\0") if name]
    return frozenset(str((top / os.fsdecode(name)).resolve()) for name in names)


def _fork(top: Path, base: str) -> str:
    """Return the commit at which this branch left `base`."""
    try:
        commit = _git(
            top, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}"
        )
    except _GitFailed as error:
        raise CannotLint(
            f"--git-base: there is no commit {base!r} here; fetch it first."
        ) from error
    try:
        return _git(top, "merge-base", commit.decode().strip(), "HEAD").decode().strip()
    except _GitFailed as error:
        # git has no words for it, and ends with 1.
        is_shallow = _git(top, "rev-parse", "--is-shallow-repository").strip()
        why = (
            "this clone is shallow: fetch all of the history"
            if is_shallow == b"true"
            else "their histories are unrelated"
        )
        raise CannotLint(
            f"--git-base: {base!r} and HEAD have no commit in common; {why}."
        ) from error


class _GitFailed(CannotLint):
    """git has ended with an error."""


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            check=True,
            env=_environment(),
        )
    except FileNotFoundError as error:
        raise CannotLint("--git-base needs git, which is not installed.") from error
    except subprocess.CalledProcessError as error:
        lines = os.fsdecode(error.stderr).strip().splitlines()
        reason = lines[0] if lines else f"it ended with {error.returncode}"
        raise _GitFailed(f"git {arguments[0]} failed: {reason}") from error
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without what git has told a hook of its repository.

    In a linked worktree GIT_DIR alone makes the working directory the top. Whoever
    sets GIT_WORK_TREE beside it has said where the top is.
    """
    if "GIT_WORK_TREE" in os.environ:
        return dict(os.environ)
    return {name: each for name, each in os.environ.items() if name not in OF_HOOKS}
