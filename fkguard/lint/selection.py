"""Which migrations are to be judged."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CannotLint
from .loading import Broken, Found, Key
from .locating import Paths, file_of

if TYPE_CHECKING:
    from . import Options


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The migrations to judge, in the order in which they run."""

    keys: list[Key]
    #: Files that git names, where it was asked.
    changed: frozenset[str] | None = None


def choose(found: Found, options: Options, paths: Paths) -> Chosen:
    """Return the migrations that all the options leave.

    Raises ``CannotLint`` for a label, a database or a commit that is not there.
    """
    keys = found.order
    labels = list(options.labels)
    if labels:
        wanted = _labelled(found, labels)
        keys = [key for key in keys if key in wanted]
    elif not options.third_party:
        keys = [k for k in keys if not paths.is_third_party(found.migrations[k])]
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


def _labelled(found: Found, labels: list[str]) -> set[Key]:
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
    top = Path(_git(root, "rev-parse", "--show-toplevel").strip())
    # The commit that both have: what `base` got since is not this branch's.
    commit = _git(
        top, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}"
    )
    start = _git(top, "merge-base", commit.strip(), "HEAD").strip()
    fields = _git(top, "diff", "--name-status", "-z", "-M", start, "--").split("\0")
    names = []
    while fields and fields[0]:
        status = fields.pop(0)
        name = fields.pop(0)
        if status[0] in "RC":
            name = fields.pop(0)
        if status[0] != "D":
            names.append(name)
    new = _git(top, "ls-files", "-z", "--others", "--exclude-standard")
    names += [name for name in new.split("\0") if name]
    return frozenset(str((top / name).resolve()) for name in names)


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise CannotLint("--git-base needs git, which is not installed.") from error
    except subprocess.CalledProcessError as error:
        lines = str(error.stderr).strip().splitlines()
        raise CannotLint(
            f"git {arguments[0]} failed: {lines[0] if lines else error}"
        ) from error
    return done.stdout
