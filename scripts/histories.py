"""
Migrate real projects from zero and back, in strict: `make histories`.

    histories.py [--database NAME]... [--project NAME]... [--no-back] [--write]
    histories.py --small [--database NAME]... [--project NAME]... [--kept] [--write]

Each project is installed from the package index into an environment of its own. Its
whole history runs on PostgreSQL and MariaDB without fkguard and in strict, which must
leave the same schema, of which `verify` must find nothing wrong, and then back as far
as it can, unless `--no-back` says not to.

`--small` migrates the packages of tests/histories/apps.py, which share an environment,
from zero on SQLite, PostgreSQL, MySQL and MariaDB. `--kept` uses the log of an earlier
run where there is one.

The Markdown is printed, and `--write` puts it into docs/reference/histories.md. The
exit status is zero when nothing was refused or found but what REASONS or FINDINGS
explains, and every schema was the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import environments
from run_legs import DATABASES, LOGS, ROOT, VENVS, Leg, environment_of, processes, tail
from servers import Servers, end_on_signals

sys.path.insert(0, str(ROOT))
from tests.histories.apps import APPS, ELSEWHERE, FINDINGS, requirements, versions

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
SMALL = "5.2", " ".join(requirements())
#: The databases of the table of small packages, and what it calls them.
SMALL_DATABASES = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
}
COLUMNS = (
    *("project", "database", "Django", "migrations", "tables", "constraints"),
    *("refused", "schema in strict", "verify", "back", "refused"),
)
#: What surrounds the generated part about the small packages.
SMALL_BEGIN = "<!-- small packages: begin -->"
SMALL_END = "<!-- small packages: end -->"
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


def log_of(project: str, database: str) -> Path:
    return LOGS / f"history-{project}-{database}.log"


def result_of(project: str, database: str) -> dict[str, Any] | None:
    """Return what the last run of a project on a database has printed."""
    log = log_of(project, database)
    if not log.exists():
        return None
    lines = [
        line
        for line in log.read_text(errors="replace").splitlines()
        if line.startswith('{"django"')
    ]
    result: dict[str, Any] | None = json.loads(lines[-1]) if lines else None
    return result


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
    log = log_of(project, database)
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
    result = result_of(project, database)
    if result is None:
        raise SystemExit(f"{project} on {database} did not end:\n{tail(log)}")
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
    parser.add_argument("--small", action="store_true", help="the small packages")
    parser.add_argument("--kept", action="store_true", help="use results of last time")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if options.small:
        return small(options)
    databases = options.database or ["postgresql", "mariadb"]
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    rows, notes, wrong = [], [], 0
    try:
        servers.obtain([each for each in databases if each != "sqlite"])
        for project in options.project or PROJECTS:
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


def small(options: argparse.Namespace) -> int:
    """Migrate the packages that share an environment; return the exit status."""
    LOGS.mkdir(exist_ok=True)
    databases = options.database or list(SMALL_DATABASES)
    results: dict[tuple[str, str], dict[str, Any]] = {}
    servers = Servers()
    end_on_signals()
    try:
        for project in options.project or APPS:
            for database in databases:
                result = result_of(project, database) if options.kept else None
                if result is None:
                    servers.obtain([each for each in [database] if each != "sqlite"])
                    result = play(project, database, servers, is_back=False)
                results[project, database] = result
    finally:
        processes.stop()
        servers.stop()
    lines, wrong = small_section(results)
    print("\n".join(lines))
    if options.write:
        write_small(lines)
    return 1 if wrong else 0


def small_section(
    results: dict[tuple[str, str], dict[str, Any]],
) -> tuple[list[str], int]:
    """Return the tables of the small packages, and how many cells are unexplained."""
    version_of = versions()
    projects = list(dict.fromkeys(project for project, _ in results))
    found: dict[str, tuple[str, list[str], list[str]]] = {}
    errors: dict[tuple[str, str], list[str]] = {}
    rows, wrong, counts = [], 0, dict.fromkeys(SMALL_DATABASES, 0)
    for project in projects:
        cells = []
        for database, title in SMALL_DATABASES.items():
            result = results.get((project, database))
            if result is None:
                cells.append("-")
                continue
            if result["error"]:
                # Its own error, which a run without fkguard has as well.
                errors.setdefault((project, result["error"]), []).append(title)
                cells.append("fails without fkguard")
                continue
            counts[database] += 1
            findings = [*result["refusals"], *result["verify"]]
            for each in findings:
                quoted, names, where = found.setdefault(each, ("", [], []))
                quoted = quoted or result.get("catalogue", {}).get(each, "")
                found[each] = quoted, names, where
                names += [project] * (project not in names)
                where += [title] * (title not in where)
            wrong += result["same"] is False
            cells.append(
                f"{result['constraints']} constraints, "
                + (f"{len(findings)} findings" if findings else "the same")
            )
        migrations = max(
            result["migrations"]
            for (name, _), result in results.items()
            if name == project
        )
        name = f"{project} {version_of[project]}"
        mark = " (*)" if project in ELSEWHERE else ""
        rows.append(f"| {name}{mark} | {migrations} | {' | '.join(cells)} |")
    columns = ["package", "migrations", *SMALL_DATABASES.values()]
    ran = ", ".join(
        f"{count} on {SMALL_DATABASES[database]}" for database, count in counts.items()
    )
    lines = [
        f"{len(projects)} packages, {ran}; the others fail without fkguard.",
        "",
        f"| {' | '.join(columns)} |",
        "|---" * len(columns) + "|",
        *rows,
        "",
        "### Findings of the small packages",
        "",
        "| finding | packages | databases | unguarded catalogue | verdict |",
        "|---|---|---|---|---|",
    ]
    for finding, (catalogue, names, where) in sorted(found.items()):
        verdict = next(
            (text for start, text in FINDINGS.items() if finding.startswith(start)), ""
        )
        wrong += not verdict
        lines.append(
            f"| {finding} | {', '.join(names)} | {', '.join(where)} "
            f"| {catalogue or '-'} | {verdict or 'not explained'} |"
        )
    if errors:
        lines += ["", "### Small packages that fail without fkguard", ""]
        lines += [
            f"- {project}, {', '.join(where)}: {error}"
            for (project, error), where in errors.items()
        ]
    return lines, wrong


def write_small(lines: list[str]) -> None:
    """Put the tables of the small packages where the page has those of last time."""
    text = PAGE.read_text(encoding="utf-8")
    head, begin, rest = text.partition(SMALL_BEGIN)
    _, end, tail_of_page = rest.partition(SMALL_END)
    if not (begin and end):
        raise SystemExit(f"{PAGE} has no place for the small packages.")
    PAGE.write_text(
        f"{head}{begin}\n{chr(10).join(lines)}\n{end}{tail_of_page}",
        encoding="utf-8",
    )


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
