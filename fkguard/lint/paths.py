"""Where a migration is, and on which line an operation of it begins."""

from __future__ import annotations

import ast
import os
import sys
from functools import cached_property
from pathlib import Path

from django.db.migrations import Migration

from ..planning.files import file_of, is_installed


class Paths:
    """Files of migrations as a reader names them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = f"{root}{os.sep}"
        self._resolved = f"{root.resolve()}{os.sep}"
        self._lines: dict[str, list[int]] = {}

    @cached_property
    def _importable(self) -> tuple[str, ...]:
        return tuple(
            f"{os.fspath(folder).rstrip(os.sep)}{os.sep}"
            for folder in sys.path
            if folder
        )

    def of(self, migration: Migration) -> str:
        """Return the migration's file, relative to the root where it is below."""
        path = file_of(migration)
        return self.relative(path) if path else ""

    def relative(self, path: str) -> str:
        """Return a path as a POSIX path, relative to the root where it is below.

        Elsewhere it is what an import would look for, "django/contrib/...": a whole
        path names this machine and its user, and reports are passed on.
        """
        # As text: a history has a thousand of them, and each resolve() asks the disk.
        if not is_installed(path):
            for root in (self._root, self._resolved):
                if path.startswith(root):
                    return path[len(root) :].replace(os.sep, "/")
        found = [
            path[len(folder) :].replace(os.sep, "/")
            for folder in self._importable
            if path.startswith(folder)
        ]
        return min(found, key=len, default=Path(path).name)

    def shortened(self, text: str) -> str:
        """Return words of Python's, in which files are named by whole paths."""
        folders = {f"{each}/" for each in (str(self.root), *sys.path) if each}
        for folder in sorted(folders, key=len, reverse=True):
            text = text.replace(folder, "")
        return text

    def line(self, migration: Migration, number: int) -> int | None:
        """Return the line on which an operation begins, counted from 1.

        Where the list of operations is not written out, it is the line of the list,
        else of the class.
        """
        path = file_of(migration)
        if not path:
            return None
        if path not in self._lines:
            self._lines[path] = operation_lines(path)
        lines = self._lines[path]
        if not lines:
            return None
        return lines[number] if 0 < number < len(lines) else lines[0]


def operation_lines(path: str) -> list[int]:
    """Return the line of the list of operations, then of each that is written out."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []  # A migration that is compiled alone, or kept in a zip file.
    found: list[int] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            found = [node.lineno]
            for statement in node.body:
                value = _operations(statement)
                if value is not None:  # The last one counts, as in Python.
                    found = [statement.lineno, *_elements(value)]
    return found


def _operations(node: ast.stmt) -> ast.expr | None:
    """Return what a statement assigns to `operations`, or None."""
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return None
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    is_it = any(isinstance(t, ast.Name) and t.id == "operations" for t in targets)
    return node.value if is_it else None


def _elements(node: ast.expr) -> list[int]:
    if isinstance(node, ast.List | ast.Tuple):
        if any(isinstance(each, ast.Starred) for each in node.elts):
            return []
        return [each.lineno for each in node.elts]
    return []
