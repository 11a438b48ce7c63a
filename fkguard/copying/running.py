"""Copy from one database to another, from the preflight to the proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ..backends import backend_for
from ..backends.base.identity import Answer
from ..backends.base.transfer import Transfer
from ..errors import FkguardError
from ..schema.catalogue import Catalogue
from . import identity, preflight, proof
from .checkpoint import Journal
from .context import Examined
from .order import Group, groups
from .orphans import FAIL
from .preflight import MADE_BY_MIGRATE, Preflight
from .problems import Finding, rows
from .progress import Quiet
from .proof import Content, Proven
from .reading import Reader
from .selection import Selection, select
from .writing import Writer


class CannotCopy(FkguardError):
    """The copy could not begin, and nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user has asked for."""

    #: Labels of apps and models; all where there is none.
    labels: tuple[str, ...] = ()
    #: Labels of those that are not copied.
    excluded: tuple[str, ...] = ()
    on_orphan: str = FAIL
    #: Rows of the target stay, and those of the source come beside them.
    append: bool = False
    #: Rows of the target are deleted in every table that is copied.
    truncate: bool = False
    #: Tables whose rows in the target make way.
    replace: frozenset[str] = frozenset()
    resume: bool = False
    #: Both ends are examined, and no row is written.
    dry_run: bool = False
    #: The user vouches that the source is not the target, where nothing proves it.
    assume_different: bool = False

    def plan(self, source: str) -> dict[str, Any]:
        """Return what a later run has to have in common with this one."""
        return {
            "source": source,
            "labels": sorted(self.labels),
            "excluded": sorted(self.excluded),
            "on_orphan": self.on_orphan,
            "append": self.append,
        }


@dataclass(kw_only=True)
class Outcome:
    """What a copy has come to."""

    source: str
    target: str
    way_in: str = ""
    findings: list[Finding] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    #: Tables whose rows in the target made way -> how many.
    replaced: dict[str, int] = field(default_factory=dict)
    proven: list[Proven] = field(default_factory=list)
    #: Tables that would be copied -> their rows, of a dry run.
    examined: dict[str, int] | None = None
    #: examine, load and prove -> the seconds that it took.
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.is_error]

    @property
    def agrees(self) -> bool:
        return not self.errors and all(each.agrees for each in self.proven)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "target": self.target,
            "agrees": self.agrees,
            "way_in": self.way_in,
            "findings": [
                {
                    "id": f"fkguard.{each.code}",
                    "message": each.message,
                    "hint": each.hint,
                    "table": each.table,
                    "columns": list(each.columns),
                    "count": each.count,
                    "samples": list(each.samples),
                }
                for each in self.findings
            ],
            "choices": self.choices,
            "replaced": self.replaced,
            "seconds": {n: round(each, 3) for n, each in self.seconds.items()},
            "tables": [each.as_json() for each in self.proven],
        }


def nobody(question: str) -> bool:
    """Answer no, where nobody can be asked."""
    return False


class Copying:
    """One copy."""

    def __init__(
        self,
        source: BaseDatabaseWrapper,
        target: BaseDatabaseWrapper,
        options: Options,
        *,
        progress: Quiet | None = None,
        confirm: Callable[[str], bool] = nobody,
    ) -> None:
        self.options = options
        self.progress = progress or Quiet()
        self.confirm = confirm
        self.source: Transfer = backend_for(source).transfer
        self.target: Transfer = backend_for(target).transfer
        self.journal = Journal(target)
        self.selection: Selection = select(
            source, target, options.labels, options.excluded
        )
        self.catalogue: Catalogue = backend_for(target).introspection.read()
        self.outcome = Outcome(
            source=source.alias, target=target.alias, way_in=self.target.way_in
        )

    def run(self) -> Outcome:
        """Examine, copy and compare."""
        self._check_replaced()
        self._check_identity()
        begun = self._begun()
        with self.source.reading():
            with self._phase("examine"):
                is_clear = self._is_clear(begun)
            if not is_clear or self.options.dry_run:
                return self.outcome
            with self.target.writing():
                self._copy(begun)
        return self.outcome

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Measure the seconds of a phase."""
        begin = time.monotonic()
        yield
        self.outcome.seconds[name] = time.monotonic() - begin

    # Before

    def _check_identity(self) -> None:
        """Refuse to write to a database that is not proven to be another one."""
        source, target = self.outcome.source, self.outcome.target
        verdict = identity.compare(
            self.source,
            self.target,
            [each.source for each in self.selection.tables.values()],
            list(self.selection.tables),
        )
        if verdict.answer is Answer.DIFFERENT:
            return
        said = " ".join(filter(None, (verdict.reason, verdict.advice)))
        if verdict.answer is Answer.SAME:
            raise CannotCopy(
                f"{source!r} and {target!r} are the same database. {said} Nothing was "
                "copied."
            )
        if not self.options.assume_different:
            raise CannotCopy(
                f"{target!r} may be the same database as {source!r}. {said} A copy "
                f"deletes rows of {target!r}: of the same database, they would be "
                "the only ones. If it is another database, --assume-different copies. "
                "Nothing was copied."
            )
        self.outcome.findings.append(
            Finding(
                code="W606",
                message=f"{target!r} is taken for another database than {source!r} "
                f"because of --assume-different. {verdict.reason}",
            )
        )

    def _check_replaced(self) -> None:
        """Refuse names of --replace that no table has."""
        if unknown := sorted(self.options.replace - {*self.selection.tables}):
            raise CannotCopy(
                f"--replace: {', '.join(unknown)} is no table that is copied. It takes "
                "the names of tables in the target; nothing was copied."
            )

    def _begun(self) -> dict[str, Any] | None:
        """Return the plan of the copy to go on with, or None to begin one."""
        plan = self.journal.plan()
        alias = self.outcome.target
        if plan is None:
            if self.options.resume:
                raise CannotCopy(
                    f"There is nothing to resume: no copy into {alias!r} was "
                    "interrupted. Run the command without --resume."
                )
            return None
        done, total = self.journal.progress()
        if self.options.resume:
            wanted = self.options.plan(self.outcome.source)
            differs = [n for n, v in wanted.items() if plan.get(n) != v]
            if differs:
                raise CannotCopy(
                    f"The copy into {alias!r} was begun with another "
                    f"{', '.join(differs)}. Give the options that it was begun with, "
                    "or begin anew with --truncate."
                )
            return plan
        if not self.options.truncate:
            raise CannotCopy(
                f"{alias!r} holds a copy that was interrupted: {done} of {total} "
                "tables are complete. Go on with --resume, or begin anew with "
                "--truncate, which deletes what is there."
            )
        return None

    def _is_clear(self, begun: dict[str, Any] | None) -> bool:
        """Examine both ends; say whether nothing stands in the way."""
        found = self.outcome.findings
        found += preflight.schema(self.target, self.selection, self.catalogue)
        if any(each.code == "E601" for each in found):
            found[:0] = self.selection.findings
            return False
        self.groups: list[Group] = groups(
            self.catalogue, self.selection.tables, can_defer=self.target.can_defer
        )
        examining = Preflight(
            self.source,
            self.target,
            self.selection,
            self.catalogue,
            backend_for(self.source.connection).introspection.read(),
            self.progress,
        )
        if begun is None:
            self._look_at_target()
        with self.target.writing():
            examining.orphans(self.options.on_orphan)
            examining.rows(is_summed=self.options.append)
            examining.uniques(
                beside=self._staying() if self.options.append and not begun else ()
            )
        examining.checks()
        examining.circles(self.groups)
        self.examined: Examined = examining.found
        found += examining.found.findings
        self.outcome.choices = examining.found.chosen
        if self.options.dry_run:
            contents = examining.found.contents
            self.outcome.examined = {n: each.rows for n, each in contents.items()}
        return not self.outcome.errors

    def _staying(self) -> list[str]:
        return [n for n in self.selection.tables if not self.target.is_empty(n)]

    def _look_at_target(self) -> None:
        """Find the tables of the target that have rows, and whether they may go."""
        options, outcome = self.options, self.outcome
        full = {
            name: self.target.count(name)
            for name in self.selection.tables
            if not self.target.is_empty(name)
        }
        if options.append:
            return
        if options.truncate:
            outcome.replaced = full
            if full and not options.dry_run and not self.confirm(self._question(full)):
                raise CannotCopy("Nothing was deleted, and nothing was copied.")
            return
        mine = {*MADE_BY_MIGRATE, *options.replace}
        outcome.replaced = {n: c for n, c in full.items() if n in mine}
        others = {n: c for n, c in full.items() if n not in mine}
        same = {n: c for n, c in others.items() if self._is_as_in_source(n)}
        outcome.replaced |= same
        others = {n: c for n, c in others.items() if n not in same}
        for name, count in outcome.replaced.items():
            outcome.findings.append(
                Finding(
                    code="W604",
                    table=name,
                    count=count,
                    message=f"{name} of {outcome.target!r}: {rows(count)} "
                    f"{'is' if count == 1 else 'are'} replaced by "
                    f"{'that' if count == 1 else 'those'} of the source.",
                )
            )
        if others:
            tables = " ".join(others)
            for name, count in others.items():
                outcome.findings.append(
                    Finding(
                        code="E602",
                        table=name,
                        count=count,
                        message=f"{name} of {outcome.target!r} has {rows(count)}, "
                        + (
                            "which is none of the source's."
                            if count == 1
                            else "which are not those of the source."
                        ),
                        hint=(
                            f"If migrations made these rows, replace them: --replace "
                            f"{tables}. Otherwise, --append keeps them, and "
                            "--truncate deletes the rows of every table."
                        )
                        if name == list(others)[-1]
                        else "",
                    )
                )

    def _is_as_in_source(self, name: str) -> bool:
        """Say whether every row of a table is in the source, value by value."""
        table = self.selection.tables[name]
        if self.target.count(name) > 1000:
            return False
        here = set()
        reading = Reader(self.target, name, table.columns, table.key)
        try:
            for piece in reading.pieces():
                here |= {
                    reading.digest([[v] for v in row])
                    for row in zip(*reading.plain(piece), strict=True)
                }
            reading = Reader(self.source, table.source, table.columns, table.key)
            for piece in reading.pieces():
                for row in zip(*reading.plain(piece), strict=True):
                    here.discard(reading.digest([[v] for v in row]))
                if not here:
                    return True
        except (ValueError, ArithmeticError, TypeError):
            return False  # The examination of the rows says what is wrong with them.
        return not here

    def _question(self, full: dict[str, int]) -> str:
        lines = "\n".join(f"  {name}: {rows(count)}" for name, count in full.items())
        return (
            f"These rows of {self.outcome.target!r} will be deleted:\n{lines}\n"
            f"Type the name of the database, {self.outcome.target}, to go on: "
        )

    # Copying

    def _copy(self, begun: dict[str, Any] | None) -> None:
        writer = Writer(
            self.source,
            self.target,
            self.selection.tables,
            self.examined,
            self.journal,
            self.progress,
            self.catalogue,
        )
        with self._phase("load"):
            plan = begun or self._begin(writer)
            contents = self.examined.contents
            writer.write(self.groups, {n: c.rows for n, c in contents.items()})
            self.target.reset_sequences(
                [each.model for each in self.selection.tables.values()]
            )
        with self._phase("prove"):
            self.outcome.proven = proof.prove(
                self.target,
                self.catalogue,
                self.selection.tables.values(),
                contents,
                {
                    name: Content(rows=count, digest=int(digest, 16))
                    for name, (count, digest) in plan["before"].items()
                },
                self.progress,
                is_summed=self.options.append,
            )
        for each in self.outcome.proven:
            each.seconds = writer.seconds.get(each.table, 0.0)
        if self.outcome.agrees:
            self.journal.drop()

    def _begin(self, writer: Writer) -> dict[str, Any]:
        """Write the plan down, and delete what makes way, in one transaction."""
        plan = self.options.plan(self.outcome.source)
        plan["before"] = {}
        if self.options.append:
            for name in self._staying():
                table = self.selection.tables[name]
                has = proof.content(
                    Reader(self.target, name, table.columns, table.key),
                    name,
                    self.progress,
                    self.target.count(name),
                    is_summed=True,
                )
                plan["before"][name] = (has.rows, has.checksum)
        self.journal.create()
        with transaction.atomic(using=self.outcome.target):
            self.journal.begin(plan, list(self.selection.tables))
            writer.empty(self.groups, set(self.outcome.replaced))
        return plan
