"""
Run the guard's tests through backends of other packages: `make backends`.

    backends.py [--backend NAME]...

For each backend class: every class of its schema editor is wrapped, and scenarios of
losses and their harmless twins come out as they do through Django's own backend. What
cannot be tested for want of a library is said, and fails nothing. The exit status is
zero when no test failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass

import environments
from run_legs import LOGS, VENVS, Leg, environment_of, processes, tail
from servers import Servers, end_on_signals

DJANGO = "5.2"
#: All of them in one environment; the last Django that all of them know.
REQUIREMENTS = (
    *("django-pg-zero-downtime-migrations", "django-postgres-extra"),
    *("django-prometheus", "django-tenants", "psycopg2-binary", "setuptools<81"),
)


@dataclass(frozen=True)
class Backend:
    engine: str
    database: str
    #: Python that fails where a library is missing.
    needs: str = ""


GIS = "from django.contrib.gis import gdal; gdal.gdal_version()"
BACKENDS = {
    "prometheus-postgresql": Backend(
        "django_prometheus.db.backends.postgresql", "postgresql"
    ),
    "prometheus-mysql": Backend("django_prometheus.db.backends.mysql", "mysql"),
    "prometheus-sqlite": Backend("django_prometheus.db.backends.sqlite3", "sqlite"),
    "postgres-extra": Backend("psqlextra.backend", "postgresql"),
    "zero-downtime": Backend(
        "django_zero_downtime_migrations.backends.postgres", "postgresql"
    ),
    "tenants": Backend("django_tenants.postgresql_backend", "postgresql"),
    "postgis": Backend(
        "django.contrib.gis.db.backends.postgis",
        "postgresql",
        f"{GIS}\n"
        "from django.db import connection\n"
        "with connection._nodb_cursor() as cursor:\n"
        '    cursor.execute("SELECT 1 FROM pg_available_extensions '
        "WHERE name = 'postgis'\")\n"
        "    assert cursor.fetchone(), 'the server has no PostGIS'",
    ),
    "gis-mysql": Backend("django.contrib.gis.db.backends.mysql", "mysql", GIS),
    "spatialite": Backend(
        "django.contrib.gis.db.backends.spatialite",
        "sqlite",
        f"{GIS}\nimport sqlite3\n"
        "connection = sqlite3.connect(':memory:')\n"
        "connection.enable_load_extension(True)\n"
        "connection.load_extension('mod_spatialite')",
    ),
}
#: One way to lose each kind of constraint, and the harmless twins.
CHOSEN = "wrapped or ((H01 or H05 or H12 or H14) and (strict or auto or harmless))"


def run(name: str, servers: Servers) -> bool | None:
    """Test one backend; None where a library is missing."""
    backend = BACKENDS[name]
    found = environments.interpreters()
    version = max(each for each in found if each <= (3, 13))
    leg = Leg(DJANGO, "{}.{}".format(*version), found[version], backend.database)
    environments.make(
        "backends",
        leg.interpreter,
        *(f"Django~={DJANGO}.0", "--editable", ".", *REQUIREMENTS),
        *("--group", "tests", "--group", "databases"),
    )
    environment = environment_of(leg, servers.environment()) | {
        "DJANGO_SETTINGS_MODULE": "tests.otherbackends.settings",
        "FKGUARD_BACKEND": backend.engine,
        "FKGUARD_TEST_NAME_SUFFIX": f"{leg.name_suffix}_{name.replace('-', '_')}",
    }
    python = str(VENVS / "backends" / "bin" / "python")
    if backend.needs:
        code = f"import django; django.setup()\n{backend.needs}"
        asked = subprocess.run(
            [python, "-c", code], env=environment, capture_output=True, text=True
        )
        if asked.returncode:
            print(f"NOT TESTED: {name}: {asked.stderr.strip().splitlines()[-1]}")
            return None
    log = LOGS / f"backend-{name}.log"
    log.unlink(missing_ok=True)
    command = [python, "-m", "pytest", "--color=no", "--tb=short", "-k", CHOSEN]
    # Their own warnings are theirs.
    command += ["-W", "default", "-p", "no:cacheprovider"]
    command += ["tests/otherbackends/smoke.py", "tests/test_guard.py"]
    status = processes.run(command, log, env=environment, seconds=1800)
    print(f"{name}: {summary(tail(log))}", flush=True)
    if status:
        print(f"--- {log}\n{tail(log)}\n---", flush=True)
    return status == 0


def summary(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip("= ") if lines else "nothing ran"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--backend", action="append", choices=list(BACKENDS))
    options = parser.parse_args(arguments)
    chosen = options.backend or list(BACKENDS)
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    try:
        wanted = {BACKENDS[name].database for name in chosen} - {"sqlite"}
        servers.obtain(sorted(wanted))
        passed = [run(name, servers) for name in chosen]
    finally:
        processes.stop()
        servers.stop()
    return 0 if False not in passed and True in passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
