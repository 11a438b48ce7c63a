"""Settings: which one has the word, and what is said about a wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.test.utils import override_settings

from fkguard import conf
from fkguard.checks import check_settings
from fkguard.errors import BadSetting, Refused
from tests.harness import Lab
from tests.test_plans import BOOK, HARMLESS

MODES = "'off', 'warn', 'auto', 'strict'"
TRIPLES = (
    'FKGUARD["ACKNOWLEDGED"]["app.0001"] must list (hazard, constraint, reason) '
    "triples, each of them not empty."
)
HINT = "The modes are off, warn, auto, strict."


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FKGUARD_MODE", raising=False)


def test_mode_is_auto_where_nothing_is_said() -> None:
    assert conf.mode("default") == "auto"


@pytest.mark.parametrize("value", [None, {}])
def test_empty_setting_is_none(value: Any) -> None:
    with override_settings(FKGUARD=value):
        assert conf.mode("default") == "auto"
        assert check_settings(None) == []


def test_setting_has_the_word_before_the_default() -> None:
    with override_settings(FKGUARD={"MODE": "warn"}):
        assert conf.mode("default") == "warn"


def test_database_has_the_word_before_the_setting() -> None:
    with override_settings(
        FKGUARD={"MODE": "warn", "DATABASES": {"other": {"MODE": "strict"}}}
    ):
        assert conf.mode("default") == "warn"
        assert conf.mode("other") == "strict"


def test_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "off")
    with override_settings(
        FKGUARD={"MODE": "warn", "DATABASES": {"other": {"MODE": "strict"}}}
    ):
        assert conf.mode("default") == "off"
        assert conf.mode("other") == "off"


def test_empty_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "")
    assert conf.mode("default") == "auto"
    with override_settings(FKGUARD={"MODE": "warn"}):
        assert conf.mode("default") == "warn"
        assert check_settings(None) == []


WRONG = [
    ({"MODE": "on"}, f"FKGUARD[\"MODE\"] is 'on'; it must be one of {MODES}."),
    ({"MODE": None}, f'FKGUARD["MODE"] is None; it must be one of {MODES}.'),
    ({"MODE": ["auto"]}, f"FKGUARD[\"MODE\"] is ['auto']; it must be one of {MODES}."),
    (
        {"DATABASES": {"default": {"MODE": "Strict"}}},
        (
            'FKGUARD["DATABASES"]["default"]["MODE"] is \'Strict\'; it must be one of '
            f"{MODES}."
        ),
    ),
    ({"DATABASES": ["default"]}, 'FKGUARD["DATABASES"] must be a dictionary.'),
    (
        {"DATABASES": {"default": "strict"}},
        'FKGUARD["DATABASES"]["default"] must be a dictionary.',
    ),
    (
        {"DATABASES": {"default": {"mode": "strict"}}},
        (
            'FKGUARD["DATABASES"]["default"] has no setting \'mode\'; there are MODE, '
            "CLAIM, CLAIM_WAIT."
        ),
    ),
    (
        {"MODE": "off", "DATABASES": {"defualt": {"MODE": "strict"}}},
        'FKGUARD["DATABASES"]["defualt"] does not match any alias in DATABASES.',
    ),
    ("strict", "FKGUARD must be a dictionary, not str."),
    (
        {"MOD": "strict"},
        f"FKGUARD has no setting 'MOD'; there are {', '.join(conf.SETTINGS)}.",
    ),
    ({"CLAIM": "no"}, 'FKGUARD["CLAIM"] must be True or False.'),
    (
        {"DATABASES": {"default": {"CLAIM": None}}},
        'FKGUARD["DATABASES"]["default"]["CLAIM"] must be True or False.',
    ),
    (
        {"CLAIM_WAIT": -1},
        'FKGUARD["CLAIM_WAIT"] must be a number of seconds, 0 or more.',
    ),
    (
        {"CLAIM_WAIT": True},
        'FKGUARD["CLAIM_WAIT"] must be a number of seconds, 0 or more.',
    ),
    (
        {"LINT_MAKEMIGRATIONS": "no"},
        'FKGUARD["LINT_MAKEMIGRATIONS"] must be True or False.',
    ),
    ({"ACKNOWLEDGED": ["E101"]}, 'FKGUARD["ACKNOWLEDGED"] must be a dictionary.'),
    (
        {"ACKNOWLEDGED": {"app.0001": [("E101", "name")]}},
        TRIPLES,
    ),
    (
        {"ACKNOWLEDGED": {"app.0001": [("E101", "name", "  ")]}},
        TRIPLES,
    ),
    (
        {"ACKNOWLEDGED": {"app.0001": [(101, "name", "reason")]}},
        TRIPLES,
    ),
    (
        {"ACKNOWLEDGED": {"app.0001": "E101"}},
        TRIPLES,
    ),
    (
        {"ACKNOWLEDGED": {"app.0001": 7}},
        TRIPLES,
    ),
]


@pytest.mark.parametrize(("value", "text"), WRONG)
def test_check_tells_a_wrong_setting(value: Any, text: str) -> None:
    with override_settings(FKGUARD=value):
        assert check_settings(None) == [Error(text, hint=HINT, id="fkguard.E001")]


def test_wrong_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "stict")
    text = f"FKGUARD_MODE in the environment is 'stict'; it must be one of {MODES}."

    with pytest.raises(BadSetting) as caught:
        conf.mode("default")

    assert str(caught.value) == text
    assert check_settings(None) == [Error(text, hint=HINT, id="fkguard.E001")]


@pytest.mark.parametrize("skip_checks", [True, False])
def test_migrate_refuses_under_a_wrong_setting(lab: Lab, skip_checks: bool) -> None:
    lab.apply([BOOK])
    lab.write([HARMLESS])

    outcome = lab.migrate(mode="yes", skip_checks=skip_checks)

    assert isinstance(outcome.error, Refused if skip_checks else Exception)
    assert "fkguard.E001" in str(outcome.error)
    assert MODES in str(outcome.error)
    assert outcome.is_untouched


def run_manage(*arguments: str, mode: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "FKGUARD_MODE": mode,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.kind("project")
@pytest.mark.parametrize("option", ["--skip-checks", "--no-input"])
def test_command_line_prints_no_traceback(lab: Lab, option: str) -> None:
    done = run_manage("migrate", option, mode="yes")

    assert done.returncode == 1
    assert "fkguard.E001" in done.stderr
    assert MODES in done.stderr
    assert "Traceback" not in done.stderr


def test_check_command_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKGUARD_MODE", "yes")

    with pytest.raises(Exception, match=r"fkguard\.E001"):
        call_command("check")


def test_makemigrations_is_judged_where_nothing_is_said() -> None:
    assert conf.lints_makemigrations() is True


def test_makemigrations_is_not_judged_where_a_setting_says_so() -> None:
    with override_settings(FKGUARD={"LINT_MAKEMIGRATIONS": False}):
        assert conf.lints_makemigrations() is False
