"""
Obtain database servers for the tests, the demonstration and the benchmarks.

    servers.py start|stop [DATABASE...]
    servers.py known DATABASE...
    servers.py with DATABASE... -- COMMAND...

A server whose URL is in the environment is used as it is. The others are started
by a Docker engine (compose.yaml), or on Debian 12 by scripts/databases.sh.
`known` ends with 2 for a database that does not exist, before anything is built.
`start` prints the URLs for a shell to evaluate; `with` runs a command that finds
them in its environment, and stops what was started for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Database as tests/settings.py names it -> server as databases.sh and compose.yaml do.
SERVERS = {
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mariadb118": "mariadb118",
    "postgresql": "postgres",
    "postgresql18": "pg18",
}
# As published by compose.yaml.
DOCKER_URLS = {
    "mysql": "mysql://root:fkguard@127.0.0.1:23307/",
    "mariadb": "mysql://root:fkguard@127.0.0.1:23306/",
    "mariadb118": "mysql://root:fkguard@127.0.0.1:23308/",
    "postgresql": "postgres://fkguard:fkguard@127.0.0.1:25432/",
    "postgresql18": "postgres://fkguard:fkguard@127.0.0.1:25433/",
}


def variable(database: str) -> str:
    return f"FKGUARD_{SERVERS[database].upper()}_URL"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command quietly; what it says on stderr goes to this one's."""
    return subprocess.run(
        arguments,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )


class Docker:
    """Servers of compose.yaml."""

    @staticmethod
    def is_usable() -> bool:
        return shutil.which("docker") is not None and all(
            subprocess.run(["docker", *words], capture_output=True).returncode == 0
            for words in (["info"], ["compose", "version"])
        )

    def running(self) -> set[str]:
        up = command("docker", "compose", "ps", "--services", "--status=running")
        return {name for name in SERVERS if SERVERS[name] in up.stdout.split()}

    def start(self, database: str) -> str | None:
        server = SERVERS[database]
        done = command("docker", "compose", "up", "--detach", "--wait", server)
        return DOCKER_URLS[database] if done.returncode == 0 else None

    def stop(self, databases: list[str]) -> None:
        servers = [SERVERS[database] for database in databases]
        command("docker", "compose", "rm", "--stop", "--force", "--volumes", *servers)


class Debian:
    """Private servers of scripts/databases.sh."""

    @staticmethod
    def is_usable() -> bool:
        return Path("/etc/debian_version").exists()

    def script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command("bash", str(ROOT / "scripts" / "databases.sh"), *arguments)

    def running(self) -> set[str]:
        lines = self.script("status").stdout.splitlines()
        up = {line.split()[0] for line in lines if line.split()[1] == "up"}
        return {name for name in SERVERS if SERVERS[name] in up}

    def start(self, database: str) -> str | None:
        server = SERVERS[database]
        if self.script("start", server).returncode != 0:
            return None
        # export FKGUARD_<SERVER>_URL=<url>
        return self.script("env", server).stdout.strip().partition("=")[2]

    def stop(self, databases: list[str]) -> None:
        self.script("wipe", *(SERVERS[database] for database in databases))


def provider() -> Docker | Debian | None:
    for kind in (Docker, Debian):
        if kind.is_usable():
            return kind()
    return None


class Servers:
    """The servers of one run: their URLs, and which ones this run started."""

    def __init__(self) -> None:
        self.urls = {
            database: os.environ[variable(database)]
            for database in SERVERS
            if os.environ.get(variable(database))
        }
        self.started: list[str] = []
        self.provider: Docker | Debian | None = None

    def obtain(self, databases: list[str]) -> None:
        """Start what is missing; a server that does not start has no URL."""
        missing = [name for name in databases if name not in self.urls]
        if not missing:
            return
        self.provider = provider()
        if self.provider is None:
            print("No Docker engine and not Debian: no servers.", file=sys.stderr)
            return
        running = self.provider.running()
        self.started = [name for name in missing if name not in running]
        with ThreadPoolExecutor() as pool:
            urls = pool.map(self.provider.start, missing)
            for database, url in zip(missing, urls, strict=True):
                if url:
                    self.urls[database] = url

    def stop(self) -> None:
        """Stop what this run started, and nothing else."""
        if self.provider is not None and self.started:
            self.provider.stop(self.started)

    def environment(self) -> dict[str, str]:
        return {variable(name): url for name, url in self.urls.items()}


def end_on_signals() -> None:
    """End servers and tests on the way out, whatever the reason.

    Python ends at once on a SIGTERM that is not handled, without its ``finally``.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def main(arguments: list[str]) -> int:
    verb, *names = arguments
    separator = names.index("--") if "--" in names else len(names)
    databases = [name for name in names[:separator] if name != "sqlite"]
    if unknown := [name for name in databases if name not in SERVERS]:
        names = ", ".join(["sqlite", *SERVERS])
        print(
            f"There is no database {unknown[0]!r}; use one of {names}.", file=sys.stderr
        )
        return 2
    if verb == "known":
        return 0
    if verb == "stop":
        if found := provider():
            found.stop(databases or list(SERVERS))
        return 0
    servers = Servers()
    if verb == "start":
        databases = databases or list(SERVERS)
        servers.obtain(databases)
        for name, url in servers.environment().items():
            print(f"export {name}={url}")
        return 0 if set(databases) <= set(servers.urls) else 1
    if verb == "with":
        end_on_signals()
        try:
            servers.obtain(databases)
            if not set(databases) <= set(servers.urls):
                return 1
            environment = os.environ | servers.environment()
            return subprocess.call(names[separator + 1 :], env=environment)
        finally:
            servers.stop()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
