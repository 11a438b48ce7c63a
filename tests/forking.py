"""Run Python in processes that need not import Django first.

A process of a project spends most of its time on the imports of Django and of what
fkguard uses. `Template` has made them once and forks for each run: what comes of it
is a process with settings, apps and connections of its own, as one that was started.
Nothing is imported that reads settings or changes Django; fkguard's patches are made by
the app of each project. A test of the start itself takes a process of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

import fkguard

#: What every run of a project imports, by the first of them at the latest.
MODULES = (
    "django.conf",
    "django.core.management.commands.makemigrations",
    "django.core.management.commands.migrate",
    "django.db.backends.sqlite3.base",
    "django.db.backends.mysql.features",
    "django.db.backends.mysql.operations",
    "django.db.models",
    "django.utils.log",
    "django.views.debug",
    "pytest",
    "sqlglot.dialects",
    "unittest.mock",
    "wrapt",
)


class Template:
    """A process that others are forked from."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tests.forking import serve; serve()"],
            env={
                **{
                    name: value
                    for name, value in os.environ.items()
                    # What is imported is not to find settings.
                    if not name.startswith(("DJANGO_", "FKGUARD_"))
                },
                "PYTHONPATH": root,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self) -> None:
        """Wait for the process, whose time then counts as that of this run."""
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait()

    def run(
        self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run what follows ``python`` on a command line; standard input is empty."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.TemporaryDirectory(prefix="fkguard") as outputs:
            order = {
                "arguments": arguments,
                "folder": str(folder),
                "environment": dict(environment),
                "outputs": outputs,
            }
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()
            status = int(self.process.stdout.readline())
            texts = [
                # Line breaks are read as a text stream of subprocess reads them.
                Path(outputs, name).read_text(encoding="utf-8")
                for name in ("stdout", "stderr")
            ]
        return subprocess.CompletedProcess(
            [sys.executable, *arguments], status, texts[0], texts[1]
        )


@functools.cache
def template() -> Template:
    """Return the one template of this run of the tests."""
    return Template()


def serve() -> None:
    """Fork for each line of standard input; answer with the process's status."""
    for name in (*MODULES, *modules_of_fkguard()):
        # Without its driver, or before the apps are there: as each project has it.
        with contextlib.suppress(
            ImportError, ImproperlyConfigured, AppRegistryNotReady
        ):
            importlib.import_module(name)
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    for line in orders:
        order = json.loads(line)
        child = os.fork()
        if not child:
            orders.close()
            answers.close()
            work(order)
        _, status = os.waitpid(child, 0)
        answers.write(b"%d\n" % os.waitstatus_to_exitcode(status))
        answers.flush()


def modules_of_fkguard() -> list[str]:
    """Return all but pytest's plugin, whose assertions pytest rewrites."""
    [root] = fkguard.__path__
    names = [
        ".".join(("fkguard", *path.relative_to(root).with_suffix("").parts))
        for path in sorted(Path(root).rglob("*.py"))
    ]
    return [
        name.removesuffix(".__init__")
        for name in names
        if name != "fkguard.pytest_plugin"
    ]


def work(order: Mapping[str, Any]) -> None:
    """Become the process of an order, and end as an interpreter does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, f"{order['outputs']}/stdout", os.O_WRONLY | os.O_CREAT),
        (2, f"{order['outputs']}/stderr", os.O_WRONLY | os.O_CREAT),
    ):
        file = os.open(name, flags)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = writer(1, "strict")
    sys.stderr = sys.__stderr__ = writer(2, "backslashreplace")
    added = order["environment"].get("PYTHONPATH", "").split(os.pathsep)
    here = str(Path(__file__).resolve().parent.parent)
    kept = [path for path in sys.path if path not in ("", here)]
    sys.path[:] = ["", *filter(None, added), *kept]
    status = 0
    try:
        execute(order["arguments"])
    except SystemExit as end:
        if isinstance(end.code, int):
            status = end.code
        elif end.code is not None:
            print(end.code, file=sys.stderr)
            status = 1
    except BaseException:  # noqa: BLE001 - it is the end of the process
        traceback.print_exc()
        status = 1
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def writer(number: int, errors: str) -> io.TextIOWrapper:
    """Return a stream as Python opens it for what is no terminal."""
    return io.TextIOWrapper(
        open(number, "wb", closefd=False),
        encoding="utf-8",
        errors=errors,
        line_buffering=number == 2,
    )


def execute(arguments: list[str]) -> None:
    """Do what the interpreter does with ``-c CODE`` or ``-m MODULE``."""
    option, what, *rest = arguments
    if option == "-m":
        sys.argv[:] = [what, *rest]
        # As the interpreter does, which names the folder and not "".
        sys.path[0] = str(Path.cwd())
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    elif option == "-c":
        sys.argv[:] = ["-c", *rest]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    else:
        raise ValueError(f"neither -m nor -c: {option}")
