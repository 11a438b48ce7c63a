"""Migrate one project from zero and back, in its own environment; print JSON.

Twice from zero: without the guard, and in strict. Both must leave the same schema,
or strict must say why not, and runs again with the acknowledgements that it offers;
`verify` must find nothing in it. Then every app goes
back to zero in strict, the last one first, and without the guard what strict refuses;
not so with ``FKGUARD_HISTORY_BACK=0``.
"""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import sys
from typing import Any

import django

#: What stands above the entry that a refusal offers.
ENTRIES = 'add to FKGUARD["ACKNOWLEDGED"]:'


def main() -> None:
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from fkguard.backends import backend_for

    result: dict[str, Any] = {"django": django.get_version()}
    make_database()
    try:
        error = migrate("off")
        without = backend_for(connection).introspection.read()
        result["error"] = text(error)
        executor = MigrationExecutor(connection)
        leaves = [key for key in executor.loader.graph.leaf_nodes() if key]
        result["migrations"] = len(executor.loader.applied_migrations)
        result["tables"] = len(without)
        result["constraints"] = sum(
            each.protects for table in without for each in table.constraints
        )
        make_database()
        refusal = migrate("strict")
        result["refusals"] = findings(refusal)
        result["accepted"] = accepted(refusal)
        if result["accepted"]:
            # What the refusal says how to go on with.
            settings.FKGUARD = {"ACKNOWLEDGED": merged(result["accepted"])}
            make_database()
            refusal = migrate("strict")
        if refusal is None:
            guarded = backend_for(connection).introspection.read()
            result["same"] = guarded.tables == {
                **without.tables,
                **{t.name: t for t in guarded if t.name.startswith("fkguard_")},
            }
        else:
            result["same"] = None
            result["off"] = text(migrate("off"))
        result["verify"] = drift()
        result["catalogue"] = {
            each: quoted
            for each in [*result["refusals"], *result["verify"]]
            if (quoted := quotation(each, without))
        }
        if os.environ.get("FKGUARD_HISTORY_BACK") != "0":
            result["back"] = back([app for app, _ in leaves])
    finally:
        drop_database()
    json.dump(result, sys.stdout)


def quotation(finding: str, catalogue: Any) -> str:
    """Return the constraints of a finding's table and kind that a catalogue has."""
    text = finding.partition(": ")[2]
    places = {
        found.start(): table
        for table in catalogue
        if (found := re.search(rf"\b{re.escape(table.name)}\b", text))
    }
    if not places:
        return ""
    table = places[min(places)]
    kind = "FOREIGN KEY" if "reference" in text.lower() else "UNIQUE"
    labels = sorted(
        f"{each.name or 'unnamed'} ({', '.join(each.columns)})"
        for each in table.constraints
        if each.kind == kind
    )
    return f"{kind} of {table.name}: {', '.join(labels) or 'none'}"


def accepted(refusal: Exception | None) -> list[str]:
    """Return the entries that a refusal offers for the settings."""
    return [
        line.strip()
        for message in getattr(refusal, "messages", ())
        for line in str(message.hint).partition(ENTRIES)[2].splitlines()
        if line.startswith("    ")
    ]


def merged(entries: list[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Return the entries as FKGUARD["ACKNOWLEDGED"] has them."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries:
        for label, triples in ast.literal_eval(f"{{{entry}}}").items():
            found.setdefault(label, []).extend(triples)
    return found


def drift() -> list[str]:
    """Return what `verify` says of the schema that the migrations have made."""
    from django.db import connection

    from fkguard.verify import verify

    return [
        f"fkguard.{each.hazard.id} {m.obj}: {m.msg}"
        for each in verify(connection).findings
        for m in [each.as_message()]
    ]


def back(apps: list[str]) -> dict[str, Any]:
    """Unapply app after app, those that nothing else needs first."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    told: dict[str, Any] = {"apps": 0, "migrations": 0}
    told.update(irreversible=[], refused=[], errors=[])
    for app in sorted(apps):
        plan = MigrationExecutor(connection).migration_plan([(app, None)])
        if not plan:
            continue
        if not all(o.reversible for m, _ in plan for o in m.operations):
            told["irreversible"].append(app)
            continue
        for mode in ("strict", "off"):
            os.environ["FKGUARD_MODE"] = mode
            try:
                call_command("migrate", app, "zero", verbosity=0, interactive=False)
            except Exception as error:  # noqa: BLE001 - the outcome tells it
                if mode == "strict" and findings(error):
                    told["refused"] += findings(error)
                    continue
                told["errors"].append(f"{app}: {text(error)}")
                return told
            told["apps"] += 1
            told["migrations"] += len(plan)
            break
    return told


def migrate(mode: str) -> Exception | None:
    from django.core.management import call_command

    os.environ["FKGUARD_MODE"] = mode
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:  # noqa: BLE001 - the outcome tells it
        return error
    return None


def findings(error: Exception | None) -> list[str]:
    messages = getattr(error, "messages", ())
    if error is not None and not messages and type(error).__name__ == "Refused":
        return [text(error)]
    return [f"{m.id} {m.obj}: {m.msg}" for m in messages if m.level >= 40]


def text(error: Exception | None) -> str:
    if error is None:
        return ""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def make_database() -> None:
    from django.db import connection

    drop_database()
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite":
        charset = " CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""
        with nowhere() as cursor:
            cursor.execute(f"CREATE DATABASE {name}{charset}")


def drop_database() -> None:
    from pathlib import Path

    from django.db import connection

    connection.close()
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
        return
    with nowhere() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def nowhere() -> Any:
    """Return a cursor on the server that is in no database of ours."""
    from django.db import connection

    return connection._nodb_cursor()


if __name__ == "__main__":
    main()
