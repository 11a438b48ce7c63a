"""What users, and their files, rely on; it does not change between releases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import load_command_class

import fkguard
from fkguard import conf
from fkguard.judgement.hazards import HAZARDS
from fkguard.lint import baseline
from fkguard.recovery import ledger
from fkguard.reports import FORMATS, Entry
from fkguard.schema.constraints import Unique

#: The id of each hazard and the name of its page, which acknowledgements, baselines and
#: SILENCED_SYSTEM_CHECKS contain.
IDS = {
    "E101": "unique_member_dropped",
    "E102": "unknown_unique_dropped",
    "E103": "index_condition_column_dropped",
    "E104": "check_member_dropped",
    "E105": "column_readded",
    "E106": "dependents_cascaded",
    "E107": "primary_key_moved",
    "E108": "referenced_table_dropped",
    "E109": "referenced_table_refused",
    "E110": "referenced_table_dangling",
    "E190": "unforeseen_loss",
    "E201": "foreign_key_made_otherwise",
    "E202": "unconstrained_foreign_key_dropped",
    "E203": "outside_foreign_key_retyped",
    "W203": "foreign_key_mismatched",
    "E204": "unattributed_unique_dropped",
    "W205": "integrity_given_up",
    "E206": "referenced_unique_dropped",
    "E207": "many_to_many_retargeted",
    "W208": "join_table_without_unique",
    "E209": "name_taken",
    "E210": "column_definition_reset",
    "E211": "removal_not_found",
    "W221": "foreign_key_removed",
    "W222": "unique_removed",
    "W223": "check_removed",
    "W224": "foreign_key_retargeted",
    "W225": "unique_weakened",
    "I226": "constraint_replaced",
    "W227": "circular_foreign_keys",
    "W231": "sql_drops_constraint",
    "W232": "sql_not_read",
    "I233": "code_not_seen",
    "W234": "sql_converts_table",
    "W235": "foreign_key_checks_off",
    "W236": "pending_trigger_events",
    "E301": "engine_without_foreign_keys",
    "E302": "collation_differs",
    "E303": "column_type_differs",
    "E304": "uuid_storage_differs",
    "E305": "referenced_key_missing",
    "W305": "referenced_key_not_unique",
    "E306": "partitioned_or_temporary_table",
    "E307": "generated_column_in_key",
    "E308": "set_null_on_not_null",
    "E309": "text_column_in_key",
    "E310": "session_without_checks",
    "E311": "missing_referenced_table",
    "E312": "orphaned_rows",
    "E314": "half_applied",
    "E315": "name_too_long",
    "E316": "duplicate_rows",
    "E317": "null_rows",
    "E318": "rows_breaking_check",
    "E319": "values_cut",
    "E320": "type_held",
    "E321": "key_too_long",
    "E322": "type_not_converted",
    "E323": "row_too_large",
    "E401": "table_rebuilt",
    "W402": "constraint_recreated",
    "E501": "constraint_not_supported",
    "W502": "state_only_change",
    "W503": "foreign_key_left_behind",
    "E701": "table_absent",
    "E702": "constraint_missing",
    "E703": "constraint_weakened",
    "E704": "constraint_unenforced",
    "E705": "foreign_key_misdirected",
    "E706": "referential_action_altered",
    "E707": "engine_unenforcing",
    "E708": "foreign_key_ends_mismatched",
    "E709": "column_collation_altered",
    "W710": "constraint_undeclared",
    "W711": "foreign_key_undeclared",
}

#: The options of each subcommand, without those of every Django command.
OPTIONS = {
    "status": ("--database",),
    "release": ("--database", "--no-input"),
    "lint": (
        "--baseline",
        "--database",
        "--database-vendor",
        "--fail-level",
        "--fix",
        "--format",
        "--git-base",
        "--latest",
        "--latest-overall",
        "--output",
        "--reverse",
        "--third-party",
        "--unapplied",
        "--write",
        "--write-baseline",
    ),
    "verify": ("--database", "--format", "--output"),
    "repair": ("--apply", "--database", "--no-input", "--plan"),
    "orphans": ("--database", "--format"),
    "copy": (
        "--app",
        "--append",
        "--assume-different",
        "--dry-run",
        "--exclude",
        "--format",
        "--from",
        "--model",
        "--no-input",
        "--on-orphan",
        "--output",
        "--replace",
        "--report",
        "--resume",
        "--to",
        "--truncate",
    ),
    "explain": (),
}


def test_hazards() -> None:
    assert {each.id: each.slug for each in HAZARDS} == IDS


def test_settings() -> None:
    assert set(conf.SETTINGS) == {
        "ACKNOWLEDGED",
        "DATABASES",
        "CLAIM_WAIT",
        "LINT_MAKEMIGRATIONS",
        "MODE",
        "CLAIM",
    }
    assert conf.MODES == ("off", "warn", "auto", "strict")


def test_names_of_the_package() -> None:
    assert set(fkguard.__all__) == {"Acknowledgement", "__version__", "acknowledge"}


@pytest.mark.parametrize("name", OPTIONS)
def test_options(name: str) -> None:
    parser = load_command_class("fkguard", "fkguard").create_parser(
        "manage.py", "fkguard"
    )
    (commands,) = (each for each in parser._actions if each.dest == "subcommand")
    assert isinstance(commands.choices, dict)
    subparser = commands.choices[name]

    found = {option for each in subparser._actions for option in each.option_strings}

    assert set(commands.choices) == set(OPTIONS)
    assert found >= set(OPTIONS[name])


def test_formats() -> None:
    assert FORMATS == (
        "text",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "html",
        "markdown",
    )


def test_fingerprint() -> None:
    entry = Entry(
        id="E101",
        slug="unique_member_dropped",
        level="error",
        message="Any words.",
        app_label="library",
        migration="0002_step",
        table="library_book",
        constraint="book_place",
    )

    assert entry.fingerprint == "55f1fb62b9fbea634cf4e401477244de"


def test_baseline(tmp_path: Path) -> None:
    text = """{
      "version": 1,
      "entries": [
        {
          "migration": "library.0002_step", "id": "E101", "table": "library_book",
          "constraint": "book_place", "direction": "backwards",
          "vendors": ["mysql"], "message": "Any words.", "reason": "Sold."
        }
      ]
    }"""
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")

    (key,) = baseline.read(path).known

    assert key == (
        *("library.0002_step", "E101", "library_book", "book_place"),
        "backwards",
    )


#: As the first release writes it.
LEDGER_ROW = {
    "constraint": {
        "columns": ["series", "number"],
        "condition": "",
        "deferrable": "",
        "definition": "",
        "expressions": [],
        "include": [],
        "is_index": False,
        "is_inherited": False,
        "is_inline": False,
        "is_valid": True,
        "name": "book_place",
        "nulls_distinct": True,
        "prefixes": [],
        "reads": [],
    },
    "fields": {},
    "is_intent": False,
    "is_known": True,
    "kind": "Unique",
    "migration": "",
    "waits": False,
}


def test_row_of_the_ledger() -> None:
    row = ledger.Row(
        pk=1,
        origin="library.0002_step",
        table="library_book",
        structure=json.dumps(LEDGER_ROW),
    )

    owed = ledger._owed(row, json.loads(row.structure))

    assert owed.constraint == Unique(name="book_place", columns=("series", "number"))
    assert (owed.table, owed.origin) == ("library_book", "library.0002_step")
    assert json.loads(json.dumps(ledger._structure(owed))) == LEDGER_ROW
    assert set(ledger.KINDS) == {
        "Check",
        "Exclusion",
        "ForeignKey",
        "PrimaryKey",
        "Unique",
    }
