"""Compare the reference pages with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fkguard
from fkguard import conf
from fkguard.judgement import hazards

ROOT = Path(__file__).resolve().parent.parent
#: Not below ROOT where an installed wheel is tested.
PACKAGE = Path(fkguard.__file__).parent
PUBLISHED = "https://fkguard.readthedocs.io/en/latest/"
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
)


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
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used.update(re.findall(r'\bid="(?:fkguard\.)?([EW]\d{3})"', source))

    assert used == set(re.findall(r"^## fkguard\.(\w+)", read("checks.md"), re.M))


def test_hazards_are_documented() -> None:
    listed = set(re.findall(r"\[(\w+)\]\([^)]*/(\w+)\.md\)", read("hazards.md")))

    assert listed == {(each.id, each.slug) for each in hazards.HAZARDS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text("utf-8"))

    assert [each for each in links if not target(page, each).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_files_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(r"`((?:fkguard|tests|docs|scripts)/[\w./]+)`", text)

    for each in named:
        base = PACKAGE.parent if each.startswith("fkguard/") else ROOT
        assert (base / each).exists(), each


def test_readme_links_work_on_the_package_index() -> None:
    """The index shows the README without the files beside it."""
    text = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"(?<!!)\[[^\]!]*\]\(([^)]+)\)", text)
    own = [each for each in links if each.startswith(PUBLISHED)]

    assert [each for each in links if not each.startswith("https://")] == []
    assert own
    for link in own:
        page = link.removeprefix(PUBLISHED).removesuffix(".html") or "index"
        assert (ROOT / "docs" / f"{page}.md").exists(), link


def target(page: Path, link: str) -> Path:
    """Return the file that a relative link of a page leads to."""
    path = (page.parent / link).resolve()
    if path.is_relative_to(ROOT / "fkguard"):
        return PACKAGE / path.relative_to(ROOT / "fkguard")
    return path
