"""
Find Python interpreters and make virtual environments under .venv/.

    environments.py NAME [pip's arguments...]

makes .venv/NAME with the newest interpreter and what pip is told to install.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venv"
DATABASES = ROOT / "scripts" / "databases.sh"
PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]

# An interpreter serves when it can make environments, use SQLite and has the
# headers that mysqlclient is compiled with.
PROBE = """
import ensurepip, json, os, sqlite3, sys, sysconfig, venv
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))
# That of an environment goes with it, and may be the one to be made anew.
is_base = sys.prefix == sys.base_prefix
executable = sys.executable if is_base else sys._base_executable
print(json.dumps([sys.version_info[:2], executable]))
"""


def candidates() -> list[str]:
    """Return the paths where an interpreter may be, the preferred ones first."""
    paths = [sys.executable]
    for name in ["python3", *(f"python{x}.{y}" for x, y in PYTHONS)]:
        # Every one on PATH: the first may be a pyenv shim that runs nothing.
        for folder in os.get_exec_path():
            if path := shutil.which(name, path=folder):
                paths.append(path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    paths += sorted(map(str, pyenv.glob("versions/3.*/bin/python")), reverse=True)
    return list(dict.fromkeys(paths))


def find_interpreters(paths: list[str] | None = None) -> dict[tuple[int, int], str]:
    """Return an interpreter for each supported Python version that has one."""
    found: dict[tuple[int, int], str] = {}
    for path in paths or candidates():
        try:
            probe = subprocess.run(
                [path, "-c", PROBE], capture_output=True, text=True, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if probe.returncode == 0:
            version, executable = json.loads(probe.stdout)
            if tuple(version) in PYTHONS:
                found.setdefault(tuple(version), executable)
    return dict(sorted(found.items()))


def interpreters() -> dict[tuple[int, int], str]:
    """Return the interpreters; without any, install Debian's where that works."""
    found = find_interpreters()
    if not found:
        subprocess.run(["bash", str(DATABASES), "python"], check=False)
        found = find_interpreters()
    return found


def every_interpreter() -> dict[tuple[int, int], str]:
    """Return the interpreters of this machine, on Debian 12 with Python 3.14."""
    found = interpreters()
    if (3, 14) not in found and Path("/etc/debian_version").exists():
        fetched = subprocess.run(
            ["bash", str(DATABASES), "python314"], stdout=subprocess.PIPE, check=False
        )
        if path := fetched.stdout.decode().strip():
            found |= find_interpreters([path])
    return dict(sorted(found.items()))


def prepare_mysqlclient() -> None:
    """Install what compiling mysqlclient needs, where Debian lacks it."""
    tools = ("gcc", "pkg-config", "mariadb_config")
    if not all(map(shutil.which, tools)) and Path("/etc/debian_version").exists():
        subprocess.run(["bash", str(DATABASES), "client"], check=False)


def make(name: str, interpreter: str, *requirements: str) -> str:
    """
    Make .venv/<name> unless it already exists, and return its interpreter.

    An environment is made anew when what it should hold has changed.
    """
    venv = VENVS / name
    python = venv / "bin" / "python"
    wanted = hashlib.sha256(repr((interpreter, requirements)).encode())
    for file in ("setup.cfg", "pyproject.toml"):
        wanted.update((ROOT / file).read_bytes())
    stamp = venv / "complete"
    if stamp.exists() and stamp.read_text() == wanted.hexdigest() and python.exists():
        return str(python)
    if any("mysql" in r or r in ("databases", "dev") for r in requirements):
        prepare_mysqlclient()
    print(f"Making .venv/{name} with {interpreter}", flush=True)
    shutil.rmtree(venv, ignore_errors=True)
    run([interpreter, "-m", "venv", str(venv)])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-qq"]
    # --group needs pip 25.1.
    run([*pip, "install", "--upgrade", "pip>=25.1"])
    run([*pip, "install", *requirements])
    stamp.write_text(wanted.hexdigest())
    return str(python)


def run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


def output(command: list[str]) -> str:
    """Return what a command prints, without the line's end."""
    done = subprocess.run(
        command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    return done.stdout.decode().strip()


def main(arguments: list[str]) -> int:
    name, *requirements = arguments
    found = interpreters()
    if not found:
        print("No Python from 3.11 to 3.14 with venv and headers.", file=sys.stderr)
        return 1
    try:
        make(name, found[max(found)], *requirements)
    except subprocess.CalledProcessError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
