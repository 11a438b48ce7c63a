"""
Migrate real projects from zero and back, in strict: `make histories`.

    histories.py [--database NAME]... [--project NAME]... [--no-back] [--write]

Each project is installed from the package index into an environment of its own; the
packages of tests/histories/apps.py share one. Its whole history runs on PostgreSQL and
MariaDB without fkguard and in strict, which must leave the same schema, of which
`verify` must find nothing wrong, and then back as far as it can, unless `--no-back`
says not to. `--write` puts the table into
docs/reference/histories.md. The exit status is zero when nothing was refused or found
but what REASONS explains, and every schema was the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import environments
from run_legs import DATABASES, LOGS, ROOT, VENVS, Leg, environment_of, processes, tail
from servers import Servers, end_on_signals

sys.path.insert(0, str(ROOT))
from tests.histories.apps import APPS, VERSIONS

MANY_APPS = (
    *("django-allauth[mfa,socialaccount]", "djangorestframework", "django-reversion"),
    *("django-celery-beat", "django-celery-results", "django-axes", "django-q2"),
    *("social-auth-app-django", "django-oauth-toolkit", "django-guardian"),
    *("django-taggit", "django-two-factor-auth", "phonenumbers", "django-waffle"),
    *("django-silk", "django-auditlog", "django-constance"),
    "django-simple-history",
)
#: Project -> what to install, and the Django it runs on.
PROJECTS = {
    "wagtail": ("6.1", "wagtail==8.0.1"),
    "django-oscar": ("5.2", "django-oscar==4.2.1"),
    "django-cms": (
        "5.2",
        "django-cms==5.1.3 djangocms-text==1.0.2 django-filer==3.6.0 django-mptt",
    ),
    "django-hordak": ("5.2", "django-hordak==2.0.0"),
    "pretix": ("5.2", "pretix==2026.8.0"),
    # Of Open edX, which runs on MySQL.
    "openedx-core": ("5.2", "openedx-core==0.36.0 edx-organizations==9.0.0"),
    # Apps that many projects have, side by side.
    "many-apps": ("5.2", " ".join(MANY_APPS)),
}
#: Packages that share an environment, each migrated in a database of its own.
SMALL = "5.2", " ".join(f"{name}=={version}" for name, version in VERSIONS.items())
COLUMNS = (
    *("project", "database", "Django", "migrations", "tables", "constraints"),
    *("refused", "schema in strict", "verify", "back", "refused"),
)
PAGE = ROOT / "docs" / "reference" / "histories.md"
#: A refusal begins with this -> why it is right.
REASONS: dict[tuple[str, str], str] = {
    ("django-hordak", "fkguard.E106 hordak.0050_amount_to_debit_credit_add_fields"): (
        "Correct: Django 5.2 drops the column with CASCADE, and the view is "
        "dropped silently. The migration that recreates the view when migrating "
        "backwards comes before this one."
    ),
    ("pretix", "fkguard.E501"): (
        "Correct: MariaDB does not support conditional unique constraints, and "
        "Django skips them silently. pretix no longer supports MariaDB."
    ),
    ("pretix", "fkguard.E701 pretixbase.Invoice"): (
        "Correct: its migration 0288 contains SQL that MariaDB cannot parse, and "
        "fails after it has dropped columns."
    ),
    ("openedx-core", "fkguard.E210 oel_collections.0004_collection_key"): (
        "Correct: Django makes the column NOT NULL with a MODIFY that does not "
        "include its collation, and its unique constraint then considers `a` and "
        "`A` equal."
    ),
    ("openedx-core", "fkguard.E501"): (
        "Correct: MariaDB does not support unique constraints with expressions "
        "or conditions, and Django skips them silently."
    ),
    ("openedx-core", "fkguard.E701 oel_"): (
        "Correct: the model is a stub for the foreign keys of other packages. "
        "Its table was moved to another app and renamed."
    ),
    ("openedx-core", "fkguard.E709 openedx_content.Collection"): (
        "Correct: the collation of `E210`, which was run with `off`."
    ),
    ("many-apps", "fkguard.E204 account.0007_emailaddress_idx_email"): (
        "Correct: Django mistakes the conditional unique constraint for the "
        "index of the field, and drops it."
    ),
    ("many-apps", "fkguard.E501"): (
        "Correct: MariaDB does not support conditional unique constraints, and "
        "Django skips them silently. `auto` warns."
    ),
}


def play(
    project: str, database: str, servers: Servers, is_back: bool
) -> dict[str, Any]:
    """Migrate one project on one server and return what its child tells."""
    django, requirements = PROJECTS.get(project, SMALL)
    found = environments.interpreters()
    version = max(v for v in found if django != "5.2" or v <= (3, 13))
    leg = Leg(django, "{}.{}".format(*version), found[version], database)
    venv = f"history-{project}" if project in PROJECTS else "history-small"
    environments.make(
        venv,
        leg.interpreter,
        *(f"Django~={django}.0", "--editable", ".", *requirements.split()),
        *("--group", "databases"),
    )
    log = LOGS / f"history-{project}-{database}.log"
    log.unlink(missing_ok=True)
    environment = environment_of(leg, servers.environment()) | {
        "DJANGO_SETTINGS_MODULE": "tests.histories.settings",
        "FKGUARD_HISTORY": project,
        "FKGUARD_HISTORY_BACK": "1" if is_back else "0",
        "FKGUARD_TEST_NAME_SUFFIX": f"{leg.name_suffix}_{project.replace('-', '_')}",
        # pretix reads its configuration from files.
        "DATA_DIR": str(LOGS / "pretix"),
        "PRETIX_CONFIG_FILE": "",
        "PYTHONWARNINGS": "ignore",
    }
    (LOGS / "pretix").mkdir(exist_ok=True)
    python = str(VENVS / venv / "bin" / "python")
    command = [python, "-m", "tests.histories.child"]
    processes.run(command, log, env=environment, seconds=3600)
    lines = [
        line
        for line in log.read_text(errors="replace").splitlines()
        if line.startswith('{"django"')
    ]
    if not lines:
        raise SystemExit(f"{project} on {database} did not end:\n{tail(log)}")
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def row(project: str, database: str, result: dict[str, Any]) -> str:
    back = result.get("back")
    cells = [
        project,
        database,
        result["django"],
        str(result["migrations"]),
        str(result["tables"]),
        str(result["constraints"]),
        str(len(result["refusals"])) if result["refusals"] else "none",
        {True: "the same", False: "another", None: "-"}[result["same"]],
        str(len(result["verify"])) if result["verify"] else "clean",
        f"{back['apps']} apps, {back['migrations']} migrations" if back else "-",
        (str(len(back["refused"])) if back["refused"] else "none") if back else "-",
    ]
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--project", action="append", choices=[*PROJECTS, *APPS])
    parser.add_argument("--no-back", action="store_true", help="only from zero")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    databases = options.database or ["postgresql", "mariadb"]
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    rows, notes, wrong = [], [], 0
    try:
        servers.obtain([each for each in databases if each != "sqlite"])
        for project in options.project or [*PROJECTS, *APPS]:
            for database in databases:
                result = play(project, database, servers, not options.no_back)
                rows.append(row(project, database, result))
                print(rows[-1], flush=True)
                back = result.get("back", {"refused": []})
                for each in [
                    *(*result["refusals"], *result["verify"]),
                    *back["refused"],
                ]:
                    reason = explained(project, each)
                    wrong += not reason
                    notes.append(f"- {project}, {database}: {each} {reason}")
                    print(notes[-1], flush=True)
                for each in [result["error"], *back.get("errors", ())]:
                    if each:
                        # An error of the project's own, on this database.
                        notes.append(f"- {project}, {database}, unguarded: {each}")
                        print(notes[-1], flush=True)
                wrong += result["same"] is False
    finally:
        processes.stop()
        servers.stop()
    if options.write:
        write(rows, notes)
    return 1 if wrong else 0


def explained(project: str, refusal: str) -> str:
    """Return why a refusal is right; "" where nobody has looked."""
    for (name, beginning), reason in REASONS.items():
        if name == project and refusal.startswith(beginning):
            return reason
    return ""


def write(rows: list[str], notes: list[str]) -> None:
    head, _, _ = PAGE.read_text(encoding="utf-8").partition("## Results")
    table = [
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
        *rows,
    ]
    text = "\n".join(["## Results", "", *table, ""])
    if notes:
        text += "\n".join(["", "## Refusals and errors", "", *notes, ""])
    PAGE.write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
