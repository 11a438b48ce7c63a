"""What modules import, and what they may not ask for."""

from __future__ import annotations

import ast
from pathlib import Path

import fkguard

ROOT = Path(fkguard.__file__).parent


def test_hazards_open_no_cursor() -> None:
    hazards = sorted(ROOT.rglob("hazards/**/*.py"))
    assert len(hazards) > 60
    for path in hazards:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        asked = {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        } | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert asked.isdisjoint({"cursor", "connection", "connections"}), path.name
