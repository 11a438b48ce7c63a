"""Random histories on this leg's server; `make fuzz` runs many more of them.

FKGUARD_FUZZ holds the number of histories, FKGUARD_FUZZ_SEED the seed.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db.migrations.operations.base import Operation
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.settings import LEG

from .player import Broken, Player, Tally, as_code, forwards
from .strategies import Drawer

HISTORIES = int(os.environ.get("FKGUARD_FUZZ", "25"))
SEED = int(os.environ.get("FKGUARD_FUZZ_SEED", "7"))
SECONDS = float(os.environ.get("FKGUARD_FUZZ_SECONDS", "20"))
#: How many moves a history has at most.
LENGTH = 9


def is_possible(draw: Drawer, operations: Sequence[Operation]) -> bool:
    """Say whether Django's own state takes the operations."""
    try:
        forwards(draw.state, operations).apps  # noqa: B018 - renders the models
    except Exception:  # noqa: BLE001 - makemigrations would never write it
        return False
    return True


History = list[Sequence[Operation]]


def draw_and_play(data: st.DataObject, mode: str, tally: Tally) -> None:
    """Play one history; raise ``Broken``, told by as few operations as it takes."""
    draw = Drawer(data)
    history: History = []
    tally.histories += 1
    with playing(mode, tally) as player:
        try:
            for _ in range(data.draw(st.integers(4, LENGTH))):
                operations = draw.operations()
                if not operations or not is_possible(draw, operations):
                    continue
                history.append(operations)
                if not player.play(operations):
                    return
                draw.state = player.state.clone()
            if data.draw(st.booleans()):
                player.play_back()
        except Broken as error:
            broken = error
        else:
            return
    raise minimised(history, mode, broken)


@contextmanager
def playing(mode: str, tally: Tally) -> Iterator[Player]:
    player = Player(mode, tally)
    try:
        yield player
    finally:
        player.clean()


def replay(history: History, mode: str) -> Broken | None:
    """Play a history again, backwards too, and return what it breaks."""
    with playing(mode, Tally()) as player:
        try:
            for operations in history:
                forwards(player.state, operations).apps  # noqa: B018 - renders
                if not player.play(operations):
                    return None
            player.play_back()
        except Broken as error:
            return error
        except Exception:  # noqa: BLE001 - what is left makes no history
            return None
    return None


def minimised(history: History, mode: str, broken: Broken) -> Broken:
    """Return the same failure of as few migrations as it takes."""
    number = len(history) - 1
    while number >= 0:
        shorter = history[:number] + history[number + 1 :]
        again = replay(shorter, mode)
        if again is not None and again.promise == broken.promise:
            history, broken = shorter, again
        number -= 1
    told = [as_code(each) for operations in history for each in operations]
    return Broken(f"{broken.promise} (mode {mode})", [*broken.lines, "", *told])


@pytest.fixture
def quiet() -> Iterator[None]:
    """Say nothing of what auto keeps: thousands of lines in a long campaign."""
    logger = logging.getLogger("fkguard")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quiet")
def test_histories(capsys: pytest.CaptureFixture[str]) -> None:
    """What was forecast is read back; nothing is lost, or stopped needlessly."""
    tally = Tally()
    broken: list[Broken] = []
    ending = time.monotonic() + SECONDS

    def run(data: st.DataObject, number: int, mode: str) -> None:
        if not number:
            # The example that hypothesis always tries first, the same for each seed.
            return
        try:
            draw_and_play(data, mode, tally)
        except Broken as error:
            broken.append(error)

    given_one = given(
        data=st.data(),
        number=st.integers(0, 1_000_000),
        mode=st.sampled_from(["strict", "auto"]),
    )
    # A seed for each history: from one seed, most examples are mutations of others.
    for number in range(HISTORIES):
        if time.monotonic() > ending:
            break
        options = settings(
            max_examples=2,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed(SEED + number)(options(given_one(run)))()
    with capsys.disabled():
        print(f"\n{LEG}: {tally}; seed {SEED}; {len(broken)} broken")
        for promise, many in Counter(each.promise for each in broken).items():
            print(f"  {many}: {promise}")
    assert not broken, "\n\n".join(str(each) for each in broken)
