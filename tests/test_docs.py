"""Compare the reference pages with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fkguard import conf, hazards

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def read(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", conf.SETTINGS)
def test_setting_is_documented(name: str) -> None:
    assert f'FKGUARD["{name}"]' in read("settings.md")


@pytest.mark.parametrize("mode", conf.MODES)
def test_mode_is_documented(mode: str) -> None:
    assert f"`{mode}`" in read("settings.md")


def test_checks_are_documented() -> None:
    used = set()
    for path in (ROOT / "fkguard").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used.update(re.findall(r'id="fkguard\.([EW]\d{3})"', source))

    assert used == set(re.findall(r"^## fkguard\.(\w+)", read("checks.md"), re.M))


def test_hazards_are_documented() -> None:
    listed = set(re.findall(r"\[(\w+)\]\([^)]*/(\w+)\.md\)", read("hazards.md")))

    assert listed == {(each.id, each.slug) for each in hazards.HAZARDS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text("utf-8"))

    assert [each for each in links if not (page.parent / each).exists()] == []
