"""The verdict on a pair of columns is the server's own, for hundreds of pairs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest
from django.db import Error, IntegrityError, transaction

from fkguard.backends import backend_named
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import Difference
from fkguard.schema.constraints import ForeignKey
from tests.backends.conftest import Database
from tests.backends.pairs import Pair, pairs

#: Another seed, or more pairs, to look for what these have not met.
SEED = int(os.environ.get("FKGUARD_TEST_SEED", "20261121"))
NUMBER = int(os.environ.get("FKGUARD_TEST_PAIRS", "330"))
#: So many tables at a time: the servers slow down with thousands of them.
BATCH = 400

#: Findings about a foreign key that the server makes all the same.
ACCEPTED = {"referenced_key_not_unique", "session_without_checks"}


class Trial:
    """Pairs that were made, judged by fkguard and then tried on the server."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.flavour = database.flavour
        self.made: list[Pair] = []
        self.verdicts: Counter[str] = Counter()
        self.disagreements: list[str] = []

    def run(self, wanted: int, seed: int) -> None:
        """Make, judge and try pairs until so many could be made."""
        source = self.pairs(seed)
        while len(self.made) < wanted:
            batch = list(islice(source, min(BATCH, wanted - len(self.made) + 20)))
            made = [pair for pair in batch if self.make(pair)]
            catalogue = self.database.read()
            judged = {pair: self.judge(catalogue, pair) for pair in made}
            errors = {pair: self.add(pair) for pair in made}
            after = self.database.read()
            for pair in made:
                self.compare(pair, judged[pair], errors[pair], after)
            self.made += made
            self.database.clean()

    def pairs(self, seed: int) -> Iterator[Pair]:
        """Yield the pairs of a seed for this server, without end."""
        version = self.database.introspection.server().version
        return pairs(self.flavour, version, seed)

    def make(self, pair: Pair) -> bool:
        """Make both tables; say whether the server could."""
        try:
            with transaction.atomic():
                self.database.execute(*pair.referenced, *pair.referencing)
        except Error:
            return False
        return True

    def key(self, pair: Pair) -> ForeignKey:
        on_delete = on_update = "NO ACTION"
        if " on delete " in pair.actions:
            on_delete = pair.actions.partition(" on delete ")[2].upper()
        if " on update " in pair.actions:
            on_update = pair.actions.partition(" on update ")[2].upper()
        p, c = pair.names
        return ForeignKey(
            name=f"{c}_fk",
            columns=("f",),
            to_table=p,
            to_columns=("k",),
            on_delete=on_delete,
            on_update=on_update,
        )

    def judge(self, catalogue: Catalogue, pair: Pair) -> Difference | None:
        table = catalogue.get(pair.names[1])
        if table is None:
            return None
        return (
            backend_named(catalogue.server.flavour)
            .compatibility(catalogue.server)
            .difference(catalogue, table, self.key(pair))
        )

    def add(self, pair: Pair) -> str:
        """Add the foreign key, or use it; return the server's objection."""
        p, c = pair.names
        try:
            if pair.rows:
                self.database.execute(*pair.rows)
            else:
                self.database.execute(
                    f"ALTER TABLE {c} ADD CONSTRAINT {c}_fk FOREIGN KEY (f) "
                    f"REFERENCES {p} (k){pair.actions}"
                )
        except IntegrityError as error:
            return "" if pair.rows else str(error)
        except Error as error:
            if pair.rows and "foreign key mismatch" not in str(error):
                raise
            return str(error) or type(error).__name__
        return ""

    def compare(
        self, pair: Pair, found: Difference | None, error: str, after: Catalogue
    ) -> None:
        table = after.get(pair.names[1])
        if table is None:
            return  # A temporary table, which this server's catalogue does not show.
        is_there = not error and any(table.of(ForeignKey))
        hazard = found.hazard if found is not None else ""
        self.verdicts[hazard or "none"] += 1
        if is_there != (not hazard or hazard in ACCEPTED):
            ends = f"{found.referencing}\n{found.referenced}" if found else ""
            self.disagreements.append(
                f"{pair}\nfkguard: {hazard or 'compatible'} "
                f"({found.fact if found else ''})\n{ends}\n"
                f"server:  {error or ('made' if is_there else 'ignored')}\n"
            )


@pytest.fixture
def trial(database: Database) -> Trial:
    return Trial(database)


def test_verdict_is_the_servers(trial: Trial) -> None:
    trial.run(NUMBER, SEED)

    assert trial.disagreements == [], "".join(trial.disagreements)
    assert len(trial.made) >= NUMBER
    # The pairs are worth something only if both answers are frequent.
    print(dict(trial.verdicts))
    assert trial.verdicts["none"] > NUMBER / 10
    assert len(trial.made) - trial.verdicts["none"] > NUMBER / 10


@pytest.mark.flavours("mysql")
def test_verdict_is_the_servers_without_the_rule_on_referenced_keys(
    trial: Trial,
) -> None:
    trial.database.execute("SET SESSION restrict_fk_on_non_standard_key = OFF")
    try:
        trial.run(NUMBER // 3, SEED + 1)
    finally:
        trial.database.execute("SET SESSION restrict_fk_on_non_standard_key = ON")

    assert trial.disagreements == [], "".join(trial.disagreements)
    assert trial.verdicts["referenced_key_not_unique"] > 0


@pytest.mark.flavours("mysql", "mariadb")
def test_nothing_is_compatible_in_a_session_with_checks_off(trial: Trial) -> None:
    """These servers then make foreign keys that they refuse otherwise."""
    made = [pair for pair in islice(trial.pairs(SEED + 2), 60) if trial.make(pair)]
    on = trial.database.read()
    trial.database.execute("SET foreign_key_checks = 0")
    off = trial.database.read()

    for pair in made:
        usual, found = trial.judge(on, pair), trial.judge(off, pair)
        if pair.names[1] in on:
            assert found is not None
            expected = "session_without_checks" if usual is None else usual.hazard
            assert found.hazard == expected
