"""A test runner that writes down what became of each test."""

from __future__ import annotations

import functools
import json
import os
import traceback
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.test.runner import DiscoverRunner

LEDGER = "fkguard_ledger"
CLAIM = "fkguard_claim"


class Result(unittest.TextTestResult):
    """Notes one word, and the error's text, for each test."""

    outcomes: dict[str, tuple[str, str]]
    #: The tables that belong to the test databases.
    tables: set[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = {}

    def _note(self, test: Any, outcome: str, text: str = "") -> None:
        # A test whose subtests fail has failed, whatever its other parts say.
        name = getattr(test, "test_case", test).id()
        if self.outcomes.get(name, ("",))[0] not in {"failed", "error"}:
            self.outcomes[name] = (outcome, text)

    def startTestRun(self) -> None:
        super().startTestRun()
        self.tables = tables()

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        outcome = self.outcomes.get(test.id(), ("", ""))
        if "fkguard.E" in outcome[1]:
            # What a refused test could not clean up is not to fail the next one.
            drop(tables() - self.tables - {CLAIM, LEDGER})
        if isinstance(test, TransactionTestCase) and not isinstance(test, TestCase):
            forget()

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self._note(test, "passed")

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self._note(test, "failed", _text(err))

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self._note(test, "error", _text(err))

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self._note(test, "skipped", reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self._note(test, "expected failure")

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self._note(test, "unexpected success")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test, "failed", _text(err))


def _text(err: Any) -> str:
    return "".join(traceback.format_exception(*err))


def tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def forget() -> None:
    """Empty the ledger.

    Tests that let a migration fail clean up after themselves, and know of no ledger;
    the next one may have a migration of the same name. Those of TestCase roll back.
    """
    if LEDGER in tables():
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {LEDGER}")


def drop(names: set[str]) -> None:
    quote = connection.ops.quote_name
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE {quote(name)}{cascade}")


def spare_the_tear_down(suite: Any) -> None:
    """Let the tests of the schema editor drop their tables in any order.

    After each test they are dropped with constraint checks off, whatever references
    them: a loss in itself, and one that would hide what the tests are about.
    """
    for case in {type(test) for test in suite}:
        drop = getattr(case, "delete_tables", None)
        if drop is not None and not hasattr(drop, "is_spared"):
            case.delete_tables = unguarded(drop)


def unguarded(method: Any) -> Any:
    @functools.wraps(method)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with mock.patch.dict(os.environ, {"FKGUARD_MODE": "off"}):
            return method(*args, **kwargs)

    wrapper.is_spared = True  # type: ignore[attr-defined]
    return wrapper


class Runner(DiscoverRunner):
    """Django's runner; the outcomes go to FKGUARD_SUITE_REPORT as JSON."""

    def get_resultclass(self) -> type[unittest.TextTestResult]:
        return Result

    def run_suite(self, suite: Any, **kwargs: Any) -> Any:
        spare_the_tear_down(suite)
        result: Any = super().run_suite(suite, **kwargs)
        report = Path(os.environ["FKGUARD_SUITE_REPORT"])
        report.write_text(json.dumps(result.outcomes), encoding="utf-8")
        return result
