"""A room imports from the floors below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fkguard

# What imports what is the same on every database.
pytestmark = pytest.mark.flavours("sqlite")

ROOT = Path(fkguard.__file__).parent

#: From the ground up. Rooms of one floor may import each other.
FLOORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "words",
        (
            "acknowledgements",
            "catalogue",
            "collector",
            "compat",
            "conf",
            "consequences",
            "constraints",
            "errors",
            "events",
            "naming",
            "terminal",
        ),
    ),
    (
        "facts",
        (
            "backends",
            "declared",
            "expected",
            "fields",
            "live",
            "memory",
            "operations",
            "planned",
            "probes",
            "stand_ins",
            "states",
        ),
    ),
    (
        "judgement",
        (
            "differences",
            "forecast",
            "hazards",
            "guard",
            "ledger",
            "recovery",
            "references",
        ),
    ),
    (
        "work",
        (
            "baseline",
            "calls",
            "claiming",
            "deferred",
            "definitions",
            "copying",
            "failing",
            "fixes",
            "leftovers",
            "lint",
            "model_keys",
            "makemigrations",
            "missing",
            "orphans",
            "editors",
            "intents",
            "begun",
            "journal",
            "owing",
            "plans",
            "preflight",
            "raw",
            "readback",
            "recipes",
            "relations",
            "repair",
            "reports",
            "rewriting",
            "resuming",
            "sessions",
            "takeovers",
            "unread",
            "verify",
        ),
    ),
    ("seams", ("patches",)),
    (
        "doors",
        (
            "apps",
            "checks",
            "contrib",
            "management",
            "models",
            "pytest_plugin",
            "__init__",
        ),
    ),
)
FLOOR_OF = {room: number for number, (_, rooms) in enumerate(FLOORS) for room in rooms}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the rooms that a module imports, and whether it does so in a function."""
    package = ["fkguard", *path.relative_to(ROOT).parts[:-1]]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node, is_late in walk(tree, False):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module.split(".") if node.module else [])]
            names = [[*base, alias.name] for alias in node.names]
        else:
            continue
        for name in names:
            # The version is a word that stands where the build looks for it.
            if name[0] == "fkguard" and len(name) > 1 and name[1] != "__version__":
                yield (name[1] if name[1] in FLOOR_OF else "__init__"), is_late


def walk(node: ast.AST, is_late: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        typing_only = (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        )
        if typing_only:
            continue
        yield child, is_late
        yield from walk(
            child, is_late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        )


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in modules()} == set(FLOOR_OF)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_room_imports_from_floors_below(path: Path) -> None:
    room = room_of(path)
    above = sorted(
        {
            other
            for other, is_late in imports(path)
            if FLOOR_OF[other] > FLOOR_OF[room] and room != "__init__"
        }
    )

    assert above == []


def test_one_room_imports_wrapt() -> None:
    users = {
        room_of(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(a.name == "wrapt" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "wrapt")
    }

    assert users == {"patches"}


def test_hazards_open_no_cursor() -> None:
    for path in sorted((ROOT / "hazards").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        asked = {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        } | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert asked.isdisjoint({"cursor", "connection", "connections"}), path.name


def test_imports_make_no_circle_when_the_package_is_loaded() -> None:
    """Follow imports at the top of modules; those in functions come later."""
    graph: dict[str, set[str]] = {}
    for path in modules():
        room = room_of(path)
        found = {o for o, is_late in imports(path) if not is_late and o != room}
        graph.setdefault(room, set()).update(found)

    def reach(room: str, seen: tuple[str, ...]) -> None:
        assert room not in seen, " -> ".join([*seen, room])
        for other in graph.get(room, ()):
            if other != "__init__":
                reach(other, (*seen, room))

    for room in sorted(graph):
        reach(room, ())
