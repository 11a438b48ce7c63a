"""Each fix of the corpus is clean when judged again, and on the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations import RunSQL

from fkguard import lint
from fkguard.backends import backend_for
from fkguard.lint import loading
from fkguard.lint.fix import recipes
from fkguard.planning.files import file_of
from fkguard.reports import ERROR
from tests.harness import FLAVOUR, Lab
from tests.lint.corpus import CORPUS, App
from tests.lint.test_corpus import expected, scenario


def is_fixable(app: App) -> bool:
    found = {line.partition(" ")[0] for line in expected(app.findings, FLAVOUR)}
    return FLAVOUR in app.flavours and bool(found & recipes.FIXABLE)


FIXABLE = [
    each
    for each in CORPUS
    if is_fixable(each)
    and not any(isinstance(o, RunSQL) for o in (*each.history, *each.change))
]


def judged(lab: Lab) -> lint.Result:
    version = backend_for(connection).introspection.server().version
    vendor = f"{FLAVOUR}:{'.'.join(map(str, version))}"
    return lint.run(
        lint.Options(labels=["testapp.0002"], vendors=[vendor], root=lab.root)
    )


def propose(result: lint.Result) -> recipes.Fixes:
    found = loading.load()
    order = [found.migrations[key] for key in found.order]
    return recipes.propose(result.entries, order, file_of)


TOGETHER = "unique_together_loses_a_member"


def test_corpus_has_something_to_fix() -> None:
    assert len(FIXABLE) >= 8


@pytest.mark.parametrize("app", FIXABLE, ids=str)
def test_fixed_migration_is_clean_and_keeps_what_is_declared(
    app: App, lab: Lab
) -> None:
    target = lab.prepare(scenario(app))
    proposed = propose(judged(lab))
    assert proposed.left == []
    assert proposed.files

    proposed.write()

    assert [each for each in judged(lab).entries if each.level == ERROR] == []
    outcome = lab.migrate(target, mode="strict")
    assert outcome.error is None, f"\n{outcome}"
    assert lab.missing() == []


def test_unapplied_again_it_is_as_before(lab: Lab) -> None:
    """A fix goes backwards as far as the migration that was written did."""
    app = next(each for each in FIXABLE if each.name == TOGETHER)
    target = lab.prepare(scenario(app))
    before = lab.snapshot().constraints()
    propose(judged(lab)).write()
    assert lab.migrate(target, mode="strict").error is None

    outcome = lab.migrate(lab.steps[0])

    assert outcome.error is None, f"\n{outcome}"
    # The column that comes back stands behind the others.
    assert lab.snapshot().constraints() == before
