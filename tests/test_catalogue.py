"""Hazards in code, pages and tests are the same set, and the same names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import checks

import fkguard.judgement.hazards
from fkguard.judgement.hazards import HAZARDS, Hazard, named, page
from fkguard.judgement.hazards.drift import Drift

ROOM = Path(fkguard.judgement.hazards.__file__).parent
TESTS = Path(__file__).parent / "hazards"
#: Modules of the room that are no hazards.
SHARED = {"__init__", "base", "drift", "instead", "pairs", "sql", "wording"}
SECTIONS = (
    "What happens",
    "Which databases",
    "Why it is dangerous",
    "What fkguard does",
    "What to do",
    "Acknowledge it",
    "What fkguard cannot see",
)
SLUGS = sorted(each.slug for each in HAZARDS)

each_hazard = pytest.mark.parametrize("hazard", HAZARDS, ids=lambda each: each.slug)


def test_modules_are_the_hazards() -> None:
    assert sorted({each.stem for each in ROOM.glob("*.py")} - SHARED) == SLUGS


def test_pages_are_the_hazards() -> None:
    assert sorted(each.stem for each in (ROOM / "pages").iterdir()) == SLUGS


def test_tests_are_the_hazards() -> None:
    found = sorted(each.stem.removeprefix("test_") for each in TESTS.glob("test_*.py"))

    assert found == SLUGS


def test_ids_are_used_once() -> None:
    ids = [each.id for each in HAZARDS]

    assert sorted(set(ids)) == sorted(ids)


def test_order_of_judgement() -> None:
    """The first hazard that applies has the word, so the order is part of it."""
    assert [each.id for each in HAZARDS] == [
        *("E209", "E315", "E321", "E323", "E320", "E322", "E211"),
        *("E310", "E301", "E306", "E309", "E307", "E303", "E304", "E302"),
        *("E308", "E305", "W305"),
        *("E501", "W208", "W203", "W205", "E207", "E312"),
        *("E316", "W402", "E317", "E318", "E319"),
        *("E311", "E314"),
        *("W221", "W222", "W223", "W224", "W225", "I226", "W227"),
        *("W231", "W232", "I233", "W234", "W235", "W236", "W502", "W503"),
        *("E105", "E101", "E103", "E104", "E102", "E107", "E106"),
        *("E108", "E109", "E110"),
        *("E206", "E203", "E201", "E202", "E204", "E210"),
        *("E701", "E702", "E703", "E704", "E705"),
        *("E706", "E707", "E708", "E709", "W711", "W710"),
        *("E401", "E190"),
    ]


@each_hazard
def test_hazard_is_named_as_its_module(hazard: Hazard) -> None:
    assert type(hazard).__module__ == f"fkguard.judgement.hazards.{hazard.slug}"
    assert type(hazard).__name__ == hazard.slug.title().replace("_", "")


@each_hazard
def test_level_agrees_with_the_id(hazard: Hazard) -> None:
    levels = {"E": checks.ERROR, "W": checks.WARNING, "I": checks.INFO}

    assert re.fullmatch(r"[EWI]\d{3}", hazard.id)
    assert hazard.level == levels[hazard.id[0]]


@each_hazard
def test_warning_is_refused_in_no_mode(hazard: Hazard) -> None:
    # What a database has is told by verify, and stops no migration.
    is_judged = hazard.level == checks.ERROR and not isinstance(hazard, Drift)
    assert bool(hazard.refused_in) == is_judged
    assert hazard.refused_in <= {"strict", "auto"}


@each_hazard
def test_title_is_a_sentence(hazard: Hazard) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\.", hazard.title)


@each_hazard
def test_hazard_is_found_by_id_and_by_slug(hazard: Hazard) -> None:
    assert named(hazard.id) is hazard
    assert named(f"fkguard.{hazard.id}") is hazard
    assert named(hazard.id.lower()) is hazard
    assert named(hazard.slug) is hazard


def test_unknown_name_finds_nothing() -> None:
    assert named("E000") is None


@each_hazard
def test_page_has_title_and_sections(hazard: Hazard) -> None:
    text = page(hazard)

    assert text.startswith(f"# fkguard.{hazard.id}: {hazard.slug}\n")
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS


@each_hazard
def test_page_has_no_empty_section(hazard: Hazard) -> None:
    bodies = re.split(r"^## .+$", page(hazard), flags=re.MULTILINE)[1:]

    assert all(each.strip() for each in bodies)


@each_hazard
def test_page_says_what_each_mode_does(hazard: Hazard) -> None:
    modes = re.findall(r"^- \*\*(\w+)\*\* ", page(hazard), re.MULTILINE)

    if isinstance(hazard, Drift):
        assert modes == ["verify", "repair"]
    else:
        assert modes == ["strict", "auto", "warn"]


@each_hazard
def test_page_cites_a_manual_and_says_how_to_acknowledge(hazard: Hazard) -> None:
    text = page(hazard)

    assert re.search(r"https://(www\.|dev\.|docs\.)?\w+\.(org|com)/", text)
    if not isinstance(hazard, Drift):
        assert re.search(rf'\backnowledge\(\s*"{hazard.id}",', text)
    assert re.search(rf'^ +\(\s*"{hazard.id}",', text, re.MULTILINE)


@each_hazard
def test_page_avoids_the_words_of_salesmen(hazard: Hazard) -> None:
    words = re.findall(
        r"[a-z]+", re.sub(r"```.*?```", "", page(hazard), flags=re.S).lower()
    )

    assert not {"we", "our", "just", "simply", "easily"}.intersection(words)


@each_hazard
def test_examples_of_the_page_are_python(hazard: Hazard) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", page(hazard), re.M | re.S)

    assert len(blocks) >= (1 if isinstance(hazard, Drift) else 2)
    for block in blocks:
        compile(block, hazard.slug, "exec")
