"""The pictures of the documentation are what their source draws, and stand alone."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PICTURES = sorted((DOCS / "images").glob("*.svg"))


def drawn() -> dict[str, str]:
    """Return what docs/pictures.py draws now."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pictures: dict[str, str] = module.pictures()
    return pictures


def test_pictures_are_up_to_date() -> None:
    """`make docs` draws them again, for example after a change of .importlinter."""
    pictures = drawn()

    assert {
        name: (DOCS / "images" / name).read_text(encoding="utf-8") for name in pictures
    } == pictures


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: str(path.name))
def test_picture_has_a_title_and_loads_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    namespace = "{http://www.w3.org/2000/svg}"

    assert (root.findtext(f"{namespace}title") or "").strip()
    assert re.findall(r"@import|@font-face|<script|<image|(?:src|href)=", text) == []
    assert re.findall(r"url\((?!['\"]?#)", text) == []


def test_every_picture_is_shown() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)

    assert [each.name for each in PICTURES if each.name not in text] == []
