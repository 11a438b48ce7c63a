"""The linter says what the guard says of the scenarios, as far as files tell."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from fkguard import lint
from fkguard.backends import backend_for
from fkguard.errors import Refused
from fkguard.reports import BACKWARDS, ERROR, FORWARDS
from tests.harness import FLAVOUR, Lab, Scenario, here
from tests.lint.test_corpus import MILD
from tests.scenarios import of_this_leg

#: What only the database knows: rows, and constraints that nothing in a file makes;
#: and what only a plan tells, of which the linter does not know where it ends.
UNKNOWN = {
    "H02-unapplied_over_sql_without_reverse",
    "H06-base_of_a_generated_field_removed",
    "H17-retargeted_with_rows_that_have_no_target",
    "H17-removed_and_added_without_rows",
    "H44-added_and_removed_again",
    "H53-view",
    "H53-generated_column",
    "H44-made_with_a_table_that_is_deleted_again",
    "H44-replaced_under_its_name",
    "H18-through_table_rebuilt_without_its_unique",
}
#: Rows in the way, and the character set of a table: only the database knows them.
ROWS = {"H37", "H41", "H49", "H50", "H51", "H52", "H54"}
#: Other ids for the same loss: each migration is judged by itself, so that a column
#: which a later one brings back is one that goes; and the catalogue of a server
#: tells a plain column in the key from one that an expression reads.
SAME = {"E105": "E101", "E103": "E101"}


def as_one(ids: set[str]) -> set[str]:
    return {SAME.get(each, each) for each in ids}


SCENARIOS = [
    each
    for each in of_this_leg()
    if not here(each.by_hand, ())
    and str(each) not in UNKNOWN
    and each.hazard not in ROWS
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_verdict_is_that_of_the_guard(
    scenario: Scenario, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario, "strict")

    count = len(scenario.history)
    steps = lab.steps[count:] or lab.steps[count - scenario.unapply :]
    version = backend_for(connection).introspection.server().version
    result = lint.run(
        lint.Options(
            labels=[
                ".".join(s) for s in (steps if scenario.unapply else lab.steps[count:])
            ],
            vendors=[f"{FLAVOUR}:{'.'.join(map(str, version))}"],
            reverse=bool(scenario.unapply),
        )
    )
    assert result.problems == []
    direction = BACKWARDS if scenario.unapply else FORWARDS
    entries = [each for each in result.entries if each.direction == direction]
    refused = any(each.level == ERROR for each in entries)
    assert refused == isinstance(outcome.error, Refused), f"\n{outcome}"
    if isinstance(outcome.error, Refused):
        told = {str(m.id).removeprefix("fkguard.") for m in outcome.error.messages}
    else:
        told = set(re.findall(r"fkguard\.([EWI]\d{3})\)", caplog.text))
    mine = {each.id for each in entries if not MILD.fullmatch(each.id)}
    assert as_one(mine) == as_one(told), f"\n{outcome}"
