"""Operations put into the file of a migration, and the rest of it left as it is."""

from __future__ import annotations

import ast
import copy
import io
import os
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from textwrap import indent
from typing import Literal

from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import OperationWriter

from ...errors import FkguardError

Where = Literal["before", "after"]


class CannotRewrite(FkguardError):
    """The file is not written in a way that can be edited."""


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


class MigrationFile:
    """A migration's source, with edits that are made all at once."""

    def __init__(self, path: Path, count: int) -> None:
        """Read the file of a migration that has `count` operations."""
        self.path = path
        with path.open("rb") as file:
            self.encoding, _ = tokenize.detect_encoding(file.readline)
        # Without newline="", every line break would become "\n".
        with path.open(encoding=self.encoding, newline="") as file:
            self.text = file.read()
        self._newline = "\r\n" if "\r\n" in self.text else "\n"
        try:
            self._tree = ast.parse(self.text)
        except (SyntaxError, ValueError) as error:
            raise CannotRewrite("the file cannot be parsed") from error
        # str.splitlines() breaks at more characters than Python's own lines do.
        breaks = [each.end() for each in re.finditer(r"\r\n|\r|\n", self.text)]
        self._starts = [0, *breaks, len(self.text)]
        self._list = _operations(self._tree)
        if self._list is None or len(self._list.elts) != count:
            raise CannotRewrite("its list of operations is not written out")
        self.edits: list[_Edit] = []
        self.imports: set[str] = set()
        self.done: set[tuple[object, ...]] = set()

    def insert(self, number: int, where: Where, operation: Operation) -> None:
        """Put an operation before or behind the one of a number; once is enough."""
        source, imports = _source(operation)
        if not self._is_first((number, where, source)):
            return
        self.imports |= {*imports, "from django.db import migrations"}
        source = self._quoted(source)
        if where == "before":
            self.edits.append(self._before(number, source))
        else:
            self.edits.append(self._after(number, source))

    def remove(self, number: int) -> None:
        """Take the operation of a number out."""
        if not self._is_first((number, "remove", "")):
            return
        start, begins = self._beginning(number)
        end, is_alone, _ = self._ending(number)
        if not (begins and is_alone):
            raise CannotRewrite("several operations are on one line")
        self.edits.append(_Edit(start, end, ""))

    def rewritten(self) -> str:
        """Return the text with every edit made.

        Raises ``CannotRewrite`` where the file's encoding has no way to write it.
        """
        edits = [*self.edits, *self._import_edits()]
        text = self.text
        # From the end up. What is put where something is taken out comes last.
        order = sorted(
            enumerate(edits), key=lambda e: (e[1].start, e[1].end, e[0]), reverse=True
        )
        for _, edit in order:
            text = text[: edit.start] + edit.text + text[edit.end :]
        ast.parse(text)
        self._encoded(text)
        return text

    def copy(self) -> MigrationFile:
        """Return the file with edits that are its own from here on."""
        other = copy.copy(self)
        other.edits = [*self.edits]
        other.imports = {*self.imports}
        other.done = {*self.done}
        return other

    def write(self) -> None:
        """Write the file as it was written before, edits apart.

        It is there as a whole at any moment, before or after the edits.
        """
        content = self._encoded(self.rewritten())
        # Behind a symbolic link stands the file that is to be replaced.
        path = self.path.resolve()
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            written = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                written.chmod(path.stat().st_mode & 0o7777)
                written.replace(path)
            except BaseException:
                written.unlink(missing_ok=True)
                raise

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise CannotRewrite(
                f"the file is written in {self.encoding}, which has no "
                f"{text[error.start]!a}"
            ) from error

    def _is_first(self, key: tuple[object, ...]) -> bool:
        if key in self.done:
            return False
        self.done.add(key)
        return True

    # Positions.

    def _offset(self, line: int, column: int) -> int:
        """Return where a position of the syntax tree, which counts bytes, is."""
        start = self._starts[line - 1]
        text = self.text[start : self._starts[line]]
        return start + len(text.encode()[:column].decode())

    def _span(self, number: int) -> tuple[int, int]:
        assert self._list is not None
        node = self._list.elts[number - 1]
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def _beginning(self, number: int) -> tuple[int, bool]:
        """Return where an operation begins, and whether its line does.

        The comment lines right above it are its own.
        """
        start, _ = self._span(number)
        line = self._line_start(start)
        if self.text[line:start].strip():
            opens = "[" if isinstance(self._list, ast.List) else "("
            if self.text[line:start].rstrip()[-1] not in {opens, ","}:
                raise CannotRewrite("an operation is wrapped in an expression")
            return start, False
        while line:
            above = self._line_start(line - 1)
            if not self.text[above:line].lstrip().startswith("#"):
                break
            line = above
        return line, True

    def _ending(self, number: int) -> tuple[int, bool, bool]:
        """Return where what follows begins, whether on a new line, and the comma."""
        _, end = self._span(number)
        place, has_comma = end, False
        while place < len(self.text):
            character = self.text[place]
            if character == "#":
                place = self._line_end(place)
            elif character.isspace():
                place += 1
            elif character == "," and not has_comma:
                has_comma, end = True, place + 1
                break
            elif character in "])":
                closes = "]" if isinstance(self._list, ast.List) else ")"
                if character != closes:
                    raise CannotRewrite("an operation is wrapped in an expression")
                break
            else:
                raise CannotRewrite("an operation is wrapped in an expression")
        line = self._line_end(end)
        rest = self.text[end:line].strip()
        if not rest or rest.startswith("#"):
            return line, True, has_comma
        return end, False, has_comma

    # Edits.

    def _before(self, number: int, source: str) -> _Edit:
        start, begins = self._beginning(number)
        if not begins:
            return _Edit(start, start, f"{_in_one_line(source)}, ")
        return _Edit(start, start, self._block(number, source))

    def _after(self, number: int, source: str) -> _Edit:
        place, is_alone, has_comma = self._ending(number)
        _, end = self._span(number)
        if not is_alone or not self._beginning(number)[1]:
            comma = "" if has_comma else ","
            return _Edit(place, place, f"{comma} {_in_one_line(source)},")
        block = self._block(number, source)
        if not has_comma:
            self.edits.append(_Edit(end, end, ","))
        return _Edit(place, place, block)

    def _block(self, number: int, source: str) -> str:
        start, _ = self._span(number)
        margin = self.text[self._line_start(start) : start]
        return (indent(source, margin) + "\n").replace("\n", self._newline)

    def _quoted(self, source: str) -> str:
        """Return source with the kind of quotes that the file prefers."""
        if self.text.count("'") > self.text.count('"'):
            return source
        lines = source.splitlines(keepends=True)
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        for token in reversed(list(tokens)):
            body = token.string[1:-1]
            if (
                token.type == tokenize.STRING
                and token.string[0] == "'"
                and not token.string.startswith("'''")
                and '"' not in body
                and "\\" not in body
            ):
                row, column = token.start
                line = lines[row - 1]
                lines[row - 1] = f'{line[:column]}"{body}"{line[token.end[1] :]}'
        return "".join(lines)

    # Imports.

    def _import_edits(self) -> Iterator[_Edit]:
        bound = _bound(self._tree)
        lines = []
        for statement in sorted(self.imports):
            (node,) = ast.parse(statement).body
            name = _names(node)[0]
            if bound.get(name[0]) == name[1]:
                continue
            if name[0] in bound and not (
                isinstance(node, ast.Import)
                and bound[name[0]].partition(".")[0] == name[0]
            ):
                raise CannotRewrite(f"{name[0]} is something else in the file")
            if isinstance(node, ast.Import) and name[1] in _imported(self._tree):
                continue
            lines.append(statement)
        if "from django.db import models" in lines and (edit := self._models()):
            lines.remove("from django.db import models")
            yield edit
        if lines:
            place = self._behind_imports()
            text = "".join(f"{line}{self._newline}" for line in lines)
            yield _Edit(place, place, text)

    def _models(self) -> _Edit | None:
        """Return the edit of ``from django.db import migrations``, if it is there."""
        for node in self._tree.body:
            if (
                isinstance(node, ast.ImportFrom)
                and node.module == "django.db"
                and [(each.name, each.asname) for each in node.names]
                == [("migrations", None)]
            ):
                assert node.end_lineno is not None
                assert node.end_col_offset is not None
                end = self._offset(node.end_lineno, node.end_col_offset)
                if self.text[end - 1] == "s":
                    return _Edit(end, end, ", models")
        return None

    def _behind_imports(self) -> int:
        last = 0
        for node in self._tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom) or (
                last == 0
                and isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
            ):
                assert node.end_lineno is not None
                last = node.end_lineno
        return self._starts[last]


def _operations(tree: ast.Module) -> ast.List | ast.Tuple | None:
    """Return the list that the migration ends up with: the last one, as in Python."""
    found: ast.expr | None = None
    for node in tree.body:
        if not (isinstance(node, ast.ClassDef) and node.name == "Migration"):
            continue
        found = None
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                targets: Sequence[ast.expr] = statement.targets
            elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
                targets = [statement.target]
            else:
                continue
            if any(isinstance(t, ast.Name) and t.id == "operations" for t in targets):
                added = isinstance(statement, ast.AugAssign)
                found = None if added else statement.value
    if isinstance(found, ast.List | ast.Tuple) and not any(
        isinstance(each, ast.Starred) for each in found.elts
    ):
        return found
    return None


def _source(operation: Operation) -> tuple[str, set[str]]:
    """Return an operation as Django writes it, and the imports it needs."""
    source, imports = OperationWriter(operation, indentation=0).serialize()
    return source, set(imports)


def _in_one_line(source: str) -> str:
    return ast.unparse(ast.parse(source.rstrip().removesuffix(",")))


def _names(node: ast.stmt) -> list[tuple[str, str]]:
    """Return the names that an import binds, each with what it stands for."""
    if isinstance(node, ast.Import):
        return [
            (each.asname, each.name)
            if each.asname
            else (each.name.partition(".")[0], each.name)
            for each in node.names
        ]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [(e.asname or e.name, f"{module}.{e.name}") for e in node.names]
    return []


def _bound(tree: ast.Module) -> dict[str, str]:
    """Return the names of a module, with what an import makes them stand for."""
    found: dict[str, str] = {}
    for node in tree.body:
        found.update(_names(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = ""
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(dict.fromkeys(_targets(targets), ""))
    return found


def _targets(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                yield each.id


def _imported(tree: ast.Module) -> set[str]:
    """Return the modules that are imported by their whole names."""
    return {
        each.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for each in node.names
        if each.asname is None
    }
