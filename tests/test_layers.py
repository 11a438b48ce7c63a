"""What ``.importlinter``, which ``make lint`` checks, cannot say about modules."""

from __future__ import annotations

import ast
from configparser import ConfigParser
from pathlib import Path

import fkguard
from fkguard.backends import FLAVOURS

ROOT = Path(fkguard.__file__).parent
CONTRACTS = Path(__file__).parents[1] / ".importlinter"

#: Modules that every wing may import, or that Django looks for.
OUTSIDE = {"__init__", "models"}


def wings() -> set[str]:
    """Return the wings that the contract puts in order."""
    contracts = ConfigParser()
    contracts.read(CONTRACTS, encoding="utf-8")
    lines = contracts["importlinter:contract:wings"]["layers"].split()
    return {name.removeprefix("fkguard.") for name in lines if name != "|"}


def test_every_module_belongs_to_a_wing() -> None:
    found = {
        path.relative_to(ROOT).parts[0].removesuffix(".py")
        for path in ROOT.rglob("*.py")
    }

    assert found - OUTSIDE == wings()


def test_hazards_open_no_cursor() -> None:
    for path in sorted((ROOT / "judgement" / "hazards").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        asked = {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        } | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert asked.isdisjoint({"cursor", "connection", "connections"}), path.name


def test_nothing_is_remembered_on_objects_of_django() -> None:
    """A run is known by its `Run`; fields of a state are copies of fkguard's own."""
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        } | {
            str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)
        }
        own = {name for name in names if name.startswith("_fkguard_")}
        if path.relative_to(ROOT).as_posix() == "declared/states.py":
            own -= {"_fkguard_model", "_fkguard_origin"}
        assert not own, path.name


def test_nobody_asks_for_the_vendor_but_the_backends() -> None:
    """A fact of `Backend` says what differs."""
    asking = set()
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("backends/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            asked = {getattr(s, "attr", getattr(s, "id", "")) for s in sides}
            literals = {
                each.value
                for side in sides
                for each in ast.walk(side)
                if isinstance(each, ast.Constant)
            }
            if asked & {"vendor", "flavour"} and literals & {*FLAVOURS}:
                asking.add(name)

    assert not asking
