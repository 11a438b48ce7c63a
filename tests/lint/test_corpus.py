"""The linter, the guard and the database say the same of each app of the corpus."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.migrations import RunSQL

from fkguard import lint
from fkguard.backends import backend_for
from fkguard.errors import Refused
from fkguard.reports import ERROR
from fkguard.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from tests.harness import DIGEST, FLAVOUR, FLAVOURS, Lab, Outcome, Scenario
from tests.lint.corpus import CONTROLS, CORPUS, App

#: What the linter alone tells of: the migration declares it, or nobody can tell.
MILD = re.compile(r"[WI]2[23]\d|W50[23]")

each_app = pytest.mark.parametrize("app", CORPUS, ids=str)
each_app_here = pytest.mark.parametrize(
    "app", [each for each in CORPUS if FLAVOUR in each.flavours], ids=str
)


def expected(findings, flavour: str) -> list[str]:
    if not isinstance(findings, dict):
        return sorted(findings)
    flat = {name: lines for key, lines in findings.items() for name in key.split("|")}
    return sorted(flat.get(flavour, flat.get("*", ())))


def scenario(app: App) -> Scenario:
    return Scenario(
        hazard="lint",
        name=app.name,
        history=[app.history],
        change=[app.change],
        rows=app.rows,
    )


def lines(result: lint.Result) -> list[str]:
    assert result.problems == []
    return sorted(
        DIGEST.sub("_*", f"{each.id} {each.table} {each.constraint}")
        for each in result.entries
    )


def test_corpus_is_as_large_as_it_should_be() -> None:
    assert len(CORPUS) >= 40
    assert len(CONTROLS) >= 15
    assert len({each.name for each in CORPUS}) == len(CORPUS)


@each_app
@pytest.mark.flavours("sqlite")
def test_findings_are_exact(app: App, lab: Lab) -> None:
    """Judge for every database, whichever of them this run has."""
    lab.write(app.history, app.change)
    for flavour in FLAVOURS:
        if flavour not in app.flavours:
            continue
        result = lint.run(lint.Options(labels=["testapp.0002_step"], vendors=[flavour]))
        assert lines(result) == expected(app.findings, flavour), flavour

        result = lint.run(lint.Options(labels=["testapp.0001_step"], vendors=[flavour]))
        assert lines(result) == expected(app.history_findings, flavour), flavour


@each_app
@pytest.mark.flavours("sqlite")
def test_findings_are_the_same_when_the_whole_history_is_judged(
    app: App, lab: Lab
) -> None:
    lab.write(app.history, app.change)

    result = lint.run(lint.Options(labels=["testapp"], vendors=list(app.flavours)))

    found = {
        flavour: sorted(
            DIGEST.sub("_*", f"{each.id} {each.table} {each.constraint}")
            for each in result.entries
            if flavour in each.vendors
        )
        for flavour in app.flavours
    }
    assert found == {
        flavour: sorted(
            [
                *expected(app.findings, flavour),
                *expected(app.history_findings, flavour),
            ]
        )
        for flavour in app.flavours
    }


def judged(lab: Lab) -> lint.Result:
    """Judge the second migration for the server of this run."""
    version = backend_for(connection).introspection.server().version
    vendor = f"{FLAVOUR}:{'.'.join(map(str, version))}"
    return lint.run(lint.Options(labels=["testapp.0002"], vendors=[vendor]))


@each_app_here
def test_verdict_is_that_of_the_guard(
    app: App, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = lab.run(scenario(app), "strict")

    result = judged(lab)

    refused = {each.id for each in result.entries if each.level == ERROR}
    if refused and any(isinstance(each, RunSQL) for each in app.change):
        # The guard sees what SQL did, not what it is going to do; SQLite and
        # MariaDB refuse it before that.
        assert outcome.error is not None
        return
    assert bool(refused) == isinstance(outcome.error, Refused), f"\n{outcome}"
    if isinstance(outcome.error, Refused):
        told = {str(m.id).removeprefix("fkguard.") for m in outcome.error.messages}
    else:
        assert outcome.error is None, f"\n{outcome}"
        told = set(re.findall(r"fkguard\.([EWI]\d{3})\)", caplog.text))
    assert {e.id for e in result.entries if not MILD.fullmatch(e.id)} == told


@each_app_here
def test_verdict_is_what_the_database_does(app: App, lab: Lab) -> None:
    outcome = lab.run(scenario(app), "off")

    result = judged(lab)

    gone = constraints_gone(outcome)
    levels = {each.level for each in result.entries}
    if ERROR in levels:
        unmade = {e.constraint for e in result.entries if e.id == "E501"}
        assert unmade.isdisjoint(names(outcome)), f"\n{outcome}"
        emptied = any(each.id == "E207" for each in result.entries)
        assert outcome.error or gone or unmade or emptied, f"\n{outcome}"
        if emptied:
            assert app.rows
            assert not rows_of(TAGS)
        return
    assert outcome.error is None, f"\n{outcome}"
    declared = {e.table for e in result.entries if e.id in DROPS}
    assert {line.partition(":")[0] for line in gone} == declared, f"\n{outcome}"
    # What SQL has made and drops, no state declares.
    drifting = any(
        each.id in {"W231", "W502"} and each.constraint != "by_hand"
        for each in result.entries
    )
    assert bool(lab.missing()) == drifting, f"\n{outcome}"


#: What takes a promise away that the database has kept, or that the SQL took.
DROPS = {"W205", "W221", "W222", "W223", "W225", "I226", "W231"}
TAGS = "testapp_book_tags"


def names(outcome: Outcome) -> set[str]:
    """Return the names of all constraints that are there."""
    return {
        each.name for table in outcome.after.catalogue for each in table.constraints
    }


def rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        return cursor.fetchone()[0]


def constraints_gone(outcome: Outcome) -> list[str]:
    """Return the constraints that are not there any more under any name.

    What went with all of its columns, or with its table, has nothing left to hold.
    """
    before, after = outcome.before.catalogue, outcome.after.catalogue
    gone = []
    for table in before:
        now = after.get(table.name)
        if now is None:
            continue
        columns = {column.name for column in now.columns}
        for constraint in table.constraints:
            if not constraint.protects or isinstance(constraint, PrimaryKey):
                continue
            if isinstance(constraint, Unique) and not constraint.uses & columns:
                continue
            if isinstance(constraint, ForeignKey) and constraint.to_table not in after:
                if constraint.to_table not in renamed(outcome):
                    gone.append(f"{table.name}: {constraint.describe()}, dangling")
                continue
            if not any(is_kept(constraint, e, columns) for e in now.constraints):
                gone.append(f"{table.name}: {constraint.describe()}")
    return gone


def renamed(outcome: Outcome) -> set[str]:
    """Return the tables that are there under another name."""
    before, after = outcome.before.catalogue, outcome.after.catalogue
    new = [table for table in after if table.name not in before]
    return {
        table.name
        for table in before
        if table.name not in after
        and any(each.columns == table.columns for each in new)
    }


def is_kept(old: Constraint, new: Constraint, columns: set[str]) -> bool:
    """Say whether a constraint keeps what another one promised."""
    if type(old) is not type(new):
        return False
    if old.name == new.name and len(old.columns) == len(new.columns):
        moved = set(old.columns) - set(new.columns)
        if moved and not moved & columns:
            return True  # Its column has another name.
    if isinstance(old, Unique) and isinstance(new, Unique):
        if len(new.columns) < len(old.columns) and new.name == old.name:
            return False  # MySQL has shrunk it.
        return (
            not (new.condition and new.condition != old.condition)
            and bool(new.columns)
            and set(new.columns) <= set(old.columns)
        ) or (old.expressions == new.expressions != ())
    if isinstance(old, ForeignKey) and isinstance(new, ForeignKey):
        return (old.columns, old.to_columns) == (new.columns, new.to_columns)
    if isinstance(old, Check) and isinstance(new, Check):
        return old.expression == new.expression
    return old.describe() == new.describe()
