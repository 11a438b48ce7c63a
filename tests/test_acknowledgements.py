"""A loss that somebody wants: named, with a reason, and no wider than that."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from typing import Any

import pytest
from django.db.migrations.operations.base import Operation
from django.test.utils import override_settings

from fkguard import acknowledge
from fkguard.acknowledgements import Acknowledgement
from fkguard.errors import Refused
from fkguard.judgement.hazards import HAZARDS
from fkguard.planning import files
from tests.harness import Lab, Step
from tests.test_plans import BOOK, HARMLESS, REMOVE

MODES = ["strict", "auto"]


def write(lab: Lab, step: Step | Sequence[Operation], acknowledged: str) -> None:
    """Write a migration with a line in its file."""
    [(app, name)] = lab.write(step)
    path = lab.root / lab.package / app / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(
        f"from fkguard import acknowledge\n{source}\n"
        f"    fkguard_acknowledged = [{acknowledged}]\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize("mode", [*MODES, "warn"])
@pytest.mark.parametrize("hazard", ["E101", "fkguard.E101"])
def test_acknowledged_loss_runs(
    lab: Lab, mode: str, hazard: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([BOOK])
    write(lab, [REMOVE], f'acknowledge("{hazard}", "book_place", reason="Sold.")')

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"
    # Where no transaction carries it, the unique is written down until it is gone.
    kept = "+ table fkguard_ledger"
    assert [each for each in outcome.changes if each != kept] == [
        "+ migration testapp.0002",
        "- column testapp_book.series",
        "- testapp_book: UNIQUE (series, number) [book_place]",
    ]
    assert "fkguard." not in caplog.text


@pytest.mark.parametrize("mode", MODES)
def test_loss_acknowledged_in_settings_runs(lab: Lab, mode: str) -> None:
    lab.apply([BOOK])
    lab.write([REMOVE])

    with override_settings(
        FKGUARD={
            "ACKNOWLEDGED": {"testapp.0002_step": [("E101", "book_place", "Sold.")]}
        }
    ):
        outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.parametrize("mode", MODES)
def test_refusal_of_an_installed_migration_offers_the_entry(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry can be pasted, and the next run accepts the loss."""
    lab.apply([BOOK])
    lab.write([REMOVE])
    monkeypatch.setattr(files, "_folders", lambda: (f"{lab.root}{os.sep}",))

    refused = lab.migrate(mode=mode).error

    assert isinstance(refused, Refused)
    [message] = refused.messages
    entry = '"testapp.0002_step": [("E101", "book_place", "Why it is acceptable.")],'
    assert (
        "\nThe migration belongs to an installed package. To accept the loss, add to "
        f'FKGUARD["ACKNOWLEDGED"]:\n\n    {entry}\n\nSee '
    ) in str(message.hint)
    with override_settings(
        FKGUARD={"ACKNOWLEDGED": ast.literal_eval(f"{{{entry}}}")},
    ):
        outcome = lab.migrate(mode=mode)
    assert outcome.error is None, f"\n{outcome}"


def test_refusal_of_a_migration_of_the_project_offers_no_entry(lab: Lab) -> None:
    """A migration that can be edited is to be edited."""
    lab.apply([BOOK])
    lab.write([REMOVE])

    refused = lab.migrate(mode="strict").error

    assert isinstance(refused, Refused)
    [message] = refused.messages
    assert "ACKNOWLEDGED" not in str(message.hint)


def test_only_losses_can_be_accepted() -> None:
    """An acknowledgement does not help a statement that the server refuses."""
    fails = {each.id for each in HAZARDS if not each.is_acceptable}
    assert {"E303", "E311", "E312", "E317", "E323"} <= fails
    assert not fails & {"E101", "E204", "E210", "E301", "E501"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "words",
    [
        'acknowledge("E101", "another", reason="Sold.")',
        'acknowledge("E102", "book_place", reason="Sold.")',
    ],
)
def test_acknowledgement_of_something_else_is_none(
    lab: Lab, mode: str, words: str
) -> None:
    lab.apply([BOOK])
    write(lab, [REMOVE], words)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "fkguard.W006" in str(outcome.error)


def test_acknowledgement_speaks_for_its_own_migration_alone(lab: Lab) -> None:
    lab.apply([BOOK])
    write(lab, [HARMLESS], 'acknowledge("E101", "book_place", reason="Sold.")')
    lab.write([REMOVE])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "testapp.0003_step" in str(outcome.error)


def test_unused_acknowledgement_is_told(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([BOOK])
    write(lab, [HARMLESS], 'acknowledge("E101", "book_place", reason="Sold.")')

    outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert [record.message for record in caplog.records] == [
        (
            "testapp.0002_step: (fkguard.W006) The acknowledgement of E101 for "
            "book_place matches nothing.\n\tHINT: Remove it, or correct the hazard or "
            "the constraint's name."
        )
    ]


def test_acknowledgement_in_a_file_needs_a_reason(lab: Lab) -> None:
    lab.apply([BOOK])
    write(lab, [REMOVE], 'acknowledge("E101", "book_place", reason=" ")')

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, ValueError), f"\n{outcome}"
    assert outcome.is_untouched


@pytest.mark.parametrize("words", ['("E101", "book_place", "Sold.")', '"E101"', "7"])
@pytest.mark.parametrize("mode", MODES)
def test_what_is_no_acknowledgement_is_refused(lab: Lab, words: str, mode: str) -> None:
    lab.apply([BOOK])
    write(lab, [REMOVE], words)

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("", "c", "r"), "hazard"),
        (("E101", " ", "r"), "constraint"),
        (("E101", "c", ""), "reason"),
        (("E101", "c", None), "reason"),
        ((101, "c", "r"), "hazard"),
    ],
)
def test_acknowledge_needs_every_word(arguments: Any, what: str) -> None:
    hazard, constraint, reason = arguments

    with pytest.raises(ValueError, match=rf"acknowledge\(\) needs a {what}, in words."):
        acknowledge(hazard, constraint, reason=reason)


def test_acknowledge_needs_the_reason_by_name() -> None:
    with pytest.raises(TypeError):
        acknowledge("E101", "book_place", "Sold.")


def test_acknowledge_trims_its_words() -> None:
    assert acknowledge(" E101 ", " c", reason=" r ") == Acknowledgement(
        "E101", "c", "r"
    )


@pytest.mark.parametrize(
    ("hazard", "names", "matches"),
    [
        ("E101", ("c",), True),
        ("fkguard.E101", ("c",), True),
        ("E101", ("t(a, b)", "c"), True),
        ("E102", ("c",), False),
        ("E101", ("C",), False),
        ("E101", (), False),
    ],
)
def test_acknowledgement_matches_by_both(
    hazard: str, names: tuple[str, ...], matches: bool
) -> None:
    each = Acknowledgement("fkguard.E101", "c", "r")

    assert each.matches(hazard, *names) is matches
