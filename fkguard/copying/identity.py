"""Prove that the source of a copy is not its target."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db.utils import Error

from ..backends import backend_for
from ..backends.base.identity import Answer, Facts, Identity, Verdict
from ..backends.base.transfer import Transfer
from ..errors import FkguardError

#: Seconds that a replica has for what is committed in the target to arrive.
WAIT = 3.0
PAUSE = 0.1


class CannotCompare(FkguardError):
    """Whether the source is the target could not be examined; nothing was written."""


def compare(
    source: Transfer,
    target: Transfer,
    source_tables: Sequence[str] = (),
    target_tables: Sequence[str] = (),
    *,
    may_write: bool = True,
) -> Verdict:
    """Say whether two connections lead to the same database.

    The tables are those of the copy, by their keys. Without `may_write` no marker is
    created, and nothing but the identity of the servers is compared.
    """
    here, there = (
        backend_for(source.connection).identity(source),
        backend_for(target.connection).identity(target),
    )
    if here.family == there.family and may_write:
        _refuse_transactions(source, target)
    with here.asking():
        facts = here.facts(source_tables)
    if may_write:
        there.clean()
    verdict = (
        _compare(here, there, facts, target_tables, may_write=may_write)
        if here.family == there.family
        else Verdict(
            answer=Answer.DIFFERENT, reason="They are of two kinds of database."
        )
    )
    if verdict.answer is Answer.DIFFERENT and facts.borrowed:
        return Verdict(
            answer=Answer.UNKNOWN,
            reason="These are views or foreign tables in the source, whose rows may be "
            f"stored in the target: {', '.join(facts.borrowed)}.",
            advice="Leave the models out with --exclude, or copy from where the rows "
            "are stored.",
        )
    return verdict


def _compare(
    here: Identity,
    there: Identity,
    facts: Facts,
    target_tables: Sequence[str],
    *,
    may_write: bool,
) -> Verdict:
    with there.asking():
        others = there.facts(target_tables)
    verdict = facts.compare(others, sees_marker=None)
    if verdict.answer is Answer.SAME or not may_write:
        return verdict
    try:
        with there.marker() as name:
            return _look(here, name, facts, others)
    except Error as error:
        raise CannotCompare(
            f"{there.connection.alias!r} could be the same database as "
            f"{here.connection.alias!r}. The table that would prove otherwise could "
            f"not be created and dropped there: {error}"
        ) from error


def _refuse_transactions(*ends: Transfer) -> None:
    """Refuse a transaction that hides what other sessions commit."""
    for each in ends:
        if each.connection.in_atomic_block:
            raise CannotCompare(
                f"A transaction is open on {each.connection.alias!r}. Copy outside of "
                "atomic(): nothing could be proven inside of it."
            )


def _look(here: Identity, name: str, facts: Facts, others: Facts) -> Verdict:
    """Look for the marker, for a while where it may be on its way."""
    end = time.monotonic() + WAIT
    while True:
        with here.asking():
            seen = here.sees(name)
        verdict = facts.compare(others, sees_marker=seen)
        if verdict.answer is not Answer.UNKNOWN or time.monotonic() > end:
            return verdict
        time.sleep(PAUSE)
