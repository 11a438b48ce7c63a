"""No test falls between the legs, and none reaches what its kind has not."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.kinds import KINDS, PATHS, kind_of

ROOT = Path(__file__).resolve().parent.parent
MATRIX = [
    ("5.2", ["sqlite", "postgresql", "mariadb"]),
    ("6.0", ["sqlite"]),
    (
        "6.1",
        ["sqlite", "postgresql", "postgresql18", "mariadb", "mariadb118", "mysql"],
    ),
]


@pytest.fixture
def run_legs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    module = importlib.import_module("run_legs")
    versions = {each for usable in module.DJANGOS.values() for each in usable}
    found = {version: "python{}.{}".format(*version) for version in sorted(versions)}
    monkeypatch.setattr(module.environments, "every_interpreter", lambda: found)
    return module


def planned(run_legs: ModuleType, *arguments: str) -> list:
    legs, untested = run_legs.plan(run_legs.parse([*arguments]))
    assert untested == []
    return legs


def test_every_kind_runs_somewhere(run_legs: ModuleType) -> None:
    legs = planned(run_legs)

    assert {kind for leg in legs for kind in leg.kinds} == set(KINDS)


def test_every_database_and_django_is_in_a_leg(run_legs: ModuleType) -> None:
    legs = [leg for leg in planned(run_legs) if not leg.is_wheel]

    assert sorted((leg.django, leg.database) for leg in legs) == sorted(
        (django, database) for django, databases in MATRIX for database in databases
    )
    assert all("server" in leg.kinds for leg in legs)


def test_what_depends_on_the_server_runs_on_each_with_the_newest_django(
    run_legs: ModuleType,
) -> None:
    newest = {
        leg.database: set(leg.kinds)
        for leg in planned(run_legs)
        if leg.django == "6.1" and not leg.is_wheel
    }

    for database, kinds in newest.items():
        assert "server" in kinds, database
    for database in newest.keys() - run_legs.OTHER_VERSIONS:
        needed = {"twin", "run", "lint", "fuzz", "kill", "copy"}
        assert needed <= newest[database], database


def test_every_python_is_in_a_leg(run_legs: ModuleType) -> None:
    assert {leg.python for leg in planned(run_legs)} == {
        "{}.{}".format(*version)
        for versions in run_legs.DJANGOS.values()
        for version in versions
    }


def test_full_run_leaves_nothing_out(run_legs: ModuleType) -> None:
    legs = planned(run_legs, "--full")

    assert len(legs) == 3 * 6 + 1
    assert all(leg.kinds == () for leg in legs)


def test_chosen_database_runs_with_every_django(run_legs: ModuleType) -> None:
    legs = planned(run_legs, "--database", "mariadb118")

    assert [leg.django for leg in legs] == ["6.1", "6.0", "5.2"]


def test_every_path_is_there() -> None:
    assert [path for path in PATHS if not (ROOT / path).exists()] == []


def test_every_test_has_one_kind(request: pytest.FixtureRequest) -> None:
    kinds = {kind_of(item) for item in request.session.items}

    assert kinds <= set(KINDS) - {"smoke"}


def test_no_id_depends_on_an_address(request: pytest.FixtureRequest) -> None:
    ids = [item.nodeid for item in request.session.items]

    assert [each for each in ids if re.search(r"\b0x[0-9a-f]{6,}", each)] == []


def test_process_is_refused_to_a_unit() -> None:
    with pytest.raises(AssertionError, match="is of the kind 'unit' and starts"):
        subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.kind("project")
def test_process_is_started_where_the_kind_has_one() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)
