"""Findings, mode and acknowledgements to a verdict: allow, warn, wrap or refuse."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from django.core import checks

from .. import terminal
from ..acknowledgements import Acknowledgement
from ..errors import Refused, RefusedRerun
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Constraint, ForeignKey
from ..schema.events import CreateTable, Event, RenameTable
from ..schema.location import Place
from ..schema.matching import is_declared
from .blocked import by_rows_put_back
from .forecast import Forecast
from .foreign_keys.additions import missing_at_once
from .hazards import HAZARDS, Case, Hazard, Surroundings, cause_of
from .hazards.half_applied import HalfApplied
from .hazards.text import operations
from .recipes import Owed, Recipe, recipe_for

#: The first line of a refusal.
HEADLINE = "SystemCheckError: fkguard refuses this {what} on the database {alias!r}."

logger = logging.getLogger("fkguard")

ALLOW, WARN, WRAP, REFUSE = "allow", "warn", "wrap", "refuse"

#: Returns how many rows stand in the way, and a few of their keys; None where
#: nobody can tell.
Probe = Callable[[Consequence], "tuple[int, tuple[str, ...]] | None"]


#: Returns the model of a table, "app.Model", and its fields by column.
ModelOf = Callable[[str], "tuple[str, Mapping[str, str]]"]


def no_model(key: str) -> tuple[str, Mapping[str, str]]:
    """Tell of no model."""
    return "", {}


def no_probe(consequence: Consequence) -> tuple[int, tuple[str, ...]] | None:
    """Tell nothing about rows."""
    return None


@dataclass(kw_only=True)
class Finding:
    """A hazard in one place, and what is done about it."""

    hazard: Hazard
    case: Case
    action: str
    recipe: Recipe | None = None
    #: Whether the migration belongs to an installed package, which nobody edits.
    is_third_party: bool = False

    def as_message(self) -> checks.CheckMessage:
        """Return the finding as Django's check framework has it."""
        hint = self.hazard.why(self.case)
        if instead := self.hazard.instead(self.case):
            hint += f"\n{self.hazard.remedy}\n\n" + _indented(instead) + "\n"
        if self.is_third_party and self.action == REFUSE and self.hazard.is_acceptable:
            hint += (
                "\nThe migration belongs to an installed package. To accept the loss, "
                'add to FKGUARD["ACKNOWLEDGED"]:\n\n'
                + _indented(self.acknowledgement())
                + "\n"
            )
        hint += f"\nSee {self.hazard.url}"
        return checks.CheckMessage(
            self.hazard.level if self.action == REFUSE else checks.WARNING,
            self.hazard.message(self.case),
            hint=hint,
            obj=self.case.place,
            id=f"fkguard.{self.hazard.id}",
        )

    def acknowledgement(self) -> str:
        """Return the entry of ``FKGUARD["ACKNOWLEDGED"]`` that accepts the loss."""
        name = operations.text(self.case.names[0])
        return (
            f'"{self.case.place.label}": '
            f'[("{self.hazard.id}", {name}, "Why it is acceptable.")],'
        )


@dataclass(kw_only=True)
class Verdict:
    """What is to be done about one event."""

    findings: list[Finding] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    #: The owed constraint that the event asks to remove: nothing is left to run.
    settles: Owed | None = None
    #: Owed constraints to make after the event, and those owed no longer.
    due: list[Owed] = field(default_factory=list)
    struck: list[Owed] = field(default_factory=list)
    #: The table that is made, and the engine it is to have instead of the default.
    made: str = ""
    engine: str = ""

    @property
    def refused(self) -> list[Finding]:
        return [each for each in self.findings if each.action == REFUSE]


class Judge:
    """Judges events one after the other, carrying a forecast along."""

    def __init__(
        self,
        forecast: Forecast,
        mode: str,
        *,
        acknowledgements: Callable[[Place], Iterable[Acknowledgement]],
        probe: Probe = no_probe,
        returns: Callable[[str, str], bool] = lambda table, column: False,
        model_of: ModelOf = no_model,
        resolves: Callable[[Owed], bool] = lambda owed: False,
        passes: Callable[[Constraint, Place], bool] = lambda constraint, place: False,
        has_table: Callable[[str], bool] = lambda key: True,
        is_third_party: Callable[[Place], bool] = lambda place: False,
    ) -> None:
        self.forecast = forecast
        # Strict refuses what auto keeps; both look at what follows from it.
        forecast.keeps_columns = mode in {"auto", "strict"}
        self.mode = mode
        self.acknowledgements = acknowledgements
        self.probe = probe
        self.returns = returns
        self.model_of = model_of
        self.resolves = resolves
        #: Whether a constraint that cannot be made here is gone at the plan's end.
        self.passes = passes
        #: Whether a table is there that a foreign key is to reference.
        self.has_table = has_table
        #: Whether the migration of a place belongs to an installed package.
        self.is_third_party = is_third_party
        #: Acknowledgements that matched something.
        self.used: set[Acknowledgement] = set()

    def consider(self, event: Event, place: Place) -> Verdict:
        """Carry the forecast through an event; say what is to be done about it."""
        if (owed := self.forecast.settled_by(event)) is not None:
            self.forecast.owed.remove(owed)
            return Verdict(settles=owed, struck=[owed])
        catalogue = self.forecast.catalogue
        before = dict(catalogue.tables)
        verdict = Verdict()
        if isinstance(event, CreateTable):
            verdict.made = event.table
            verdict.engine = self.forecast.consequences.server.given_engine
        late = missing_at_once(catalogue, event, self.has_table)
        for consequence in (*self.forecast.apply(event), *late):
            table = before.get(consequence.table) or Table(name=consequence.table)
            finding = self.finding(consequence, table, place, before)
            if finding is None:
                continue
            verdict.findings.append(finding)
            if finding.recipe is not None:
                self.forecast.wrap(finding.recipe)
                verdict.recipes.append(finding.recipe)
        verdict.due, verdict.struck = self.forecast.follow(event)
        rules = self.forecast.consequences
        for owed in verdict.due:
            for consequence in by_rows_put_back(rules, event, owed.constraint):
                table = before.get(consequence.table) or Table(name=consequence.table)
                finding = self.finding(consequence, table, place, before)
                if finding is not None:
                    verdict.findings.append(finding)
        return verdict

    def finding(
        self,
        consequence: Consequence,
        before: Table,
        place: Place,
        earlier: Mapping[str, Table] | None = None,
    ) -> Finding | None:
        """Return what is wrong with a consequence, and what is done about it.

        `earlier` holds the tables before the event, where they are known.
        """
        if consequence.kind == kinds.UNCREATED and self.passes(
            consequence.constraint, place
        ):
            return None
        rows = -1
        sample: tuple[str, ...] = ()
        if consequence.kind in kinds.ABOUT_ROWS:
            answer = self.probe(consequence)
            if answer is not None and answer[0]:
                rows, sample = answer
            elif consequence.kind != kinds.RECREATED:
                return None
        event = consequence.event
        owner, fields = self.model_of(consequence.table)
        case = Case(
            consequence=consequence,
            server=self.forecast.catalogue.server,
            place=place,
            before=before,
            is_known=is_declared(event, consequence.table, consequence.constraint),
            returns=self.returns(event.table, _column(event)),
            model=place.model,
            owner=owner,
            fields=fields,
            declared=event.declared(consequence.table),
            rows=rows,
            sample=sample,
            surroundings=self._surroundings(consequence, before, earlier),
        )
        hazard = self.hazard(case)
        recipe: Recipe | None = None
        if self.mode == "auto" or self._acknowledges(case, place):
            recipe = recipe_for(consequence, self.forecast.backend, case.is_known)
        if recipe is not None and recipe.owed is not None:
            recipe.owed.origin = str(place)
            recipe.owed.migration = place.label
        finding = partial(
            Finding,
            hazard=hazard,
            case=case,
            is_third_party=self.is_third_party(place),
        )
        if self._acknowledges(case, place):
            self.forecast.let_go(consequence)
            if consequence.kind == kinds.NOT_FOUND:
                recipe = Recipe(consequence=consequence, replaces=True)
            elif recipe is not None:
                # Wanted: dropped by name, so that every database does the same.
                recipe = (
                    Recipe(consequence=consequence, drops_first=True)
                    if recipe.drops_first
                    else None
                )
            return finding(action=ALLOW, recipe=recipe)
        if self.mode == "warn" or not hazard.is_refused(case, self.mode):
            return finding(action=WARN)
        if recipe is not None and (recipe.owed is None or self.resolves(recipe.owed)):
            return finding(action=WRAP, recipe=recipe)
        return finding(action=REFUSE)

    def hazard(self, case: Case) -> Hazard:
        """Return the hazard that is the cause of a case."""
        return cause_of(case, self.forecast.catalogue) or HAZARDS[-1]

    def _surroundings(
        self,
        consequence: Consequence,
        before: Table,
        earlier: Mapping[str, Table] | None,
    ) -> Surroundings:
        """Return the tables that a consequence concerns."""
        event, now = consequence.event, self.forecast.catalogue.tables
        keys = [*dict.fromkeys([*concerned_tables(consequence), event.table])]
        then = now if earlier is None else earlier
        renamed = {event.table: event.to} if isinstance(event, RenameTable) else {}
        tables_before = (
            before if key == before.name else then.get(key) for key in keys
        )
        tables_after = (now.get(renamed.get(key, key)) for key in keys)
        return Surroundings(
            before=tuple(filter(None, tables_before)),
            after=tuple(filter(None, tables_after)),
        )

    def _acknowledges(self, case: Case, place: Place) -> bool:
        acknowledgements = tuple(self.acknowledgements(place))
        if not acknowledgements:
            return False
        # Whether a column returns is known at the end of the plan only, and an
        # acknowledgement of either reading is one.
        ids = {
            self.hazard(replace(case, returns=returns)).id for returns in (True, False)
        }
        for each in acknowledgements:
            if any(each.matches(id_, *case.names) for id_ in ids):
                self.used.add(each)
                return True
        return False


def finding_of(case: Case, catalogue: Catalogue, *, warns: bool = False) -> Finding:
    """Return a case of a database as it is, under its hazard.

    An error, where the hazard is one and the case does not only warn.
    """
    hazard = cause_of(case, catalogue) or HAZARDS[-1]
    is_error = hazard.level >= checks.ERROR and not warns
    return Finding(hazard=hazard, case=case, action=REFUSE if is_error else WARN)


def concerned_tables(consequence: Consequence) -> list[str]:
    """Return the keys of a constraint's table and of those that it references."""
    pair = (consequence.constraint, consequence.becomes)
    to = (each.to_table for each in pair if isinstance(each, ForeignKey))
    return [*dict.fromkeys([consequence.table, *to])]


def refusal(
    messages: Iterable[checks.CheckMessage],
    headline: str,
    ending: str = "nothing was run",
) -> Refused:
    """Return the exception that carries findings to the reader.

    `ending` says what has become of the schema.
    """
    # A silenced check is not shown; a refusal that shows no reason is no use.
    shown = tuple(
        each
        for each in messages
        if each.level >= checks.ERROR or not each.is_silenced()
    )
    errors = [each for each in shown if each.level >= checks.ERROR]
    is_rerun = {each.id for each in errors} == {f"fkguard.{HalfApplied.id}"}
    return (RefusedRerun if is_rerun else Refused)(
        terminal.refusal(headline, shown, ending),
        shown,
        headline=headline,
        ending=ending,
    )


def announce(findings: Iterable[Finding]) -> None:
    """Log what is warned of, and what auto keeps, each as one warning."""
    for each in findings:
        message = each.as_message()
        if each.action == WARN and not message.is_silenced():
            logger.warning("%s", message)
        elif each.action == WRAP and each.recipe and not each.recipe.column:
            # A column that is made otherwise is reported when it is made.
            case = each.case
            logger.warning(
                "%s: fkguard %s %s of %s (fkguard.%s).",
                case.place,
                "removes" if each.recipe.replaces else "keeps",
                each.hazard.kept(case),
                case.consequence.table,
                each.hazard.id,
            )


def _column(event: Event) -> str:
    old = getattr(event, "old", None)
    return old.column if old is not None else ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())
