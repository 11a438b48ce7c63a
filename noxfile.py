"""The matrix, for those who know nox: `nox --list`, `nox -s 'legs(6.1)'`.

`make test` is what runs the legs, here and in the workflow; it finds interpreters and
starts servers by itself. A session hands over to it, so that there is one matrix.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "scripts"))

from run_legs import DATABASES, DJANGOS

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "docs", "legs"]


def make(session: nox.Session, *arguments: str) -> None:
    session.run("make", f"PYTHON={sys.executable}", *arguments, external=True)


@nox.session
@nox.parametrize("django", list(DJANGOS), ids=list(DJANGOS))
def legs(session: nox.Session, django: str) -> None:
    """Run every leg of one Django, and of one database: nox -s 'legs(6.1)' -- mysql."""
    chosen = [f"--database {each}" for each in session.posargs if each in DATABASES]
    make(session, "test", f"LEGS=--django {django} {' '.join(chosen)}")


@nox.session
def lint(session: nox.Session) -> None:
    """Run the linter, the formatter's check and the type checker."""
    make(session, "lint")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, warnings as errors."""
    make(session, "docs")


@nox.session
def proof(session: nox.Session) -> None:
    """Run what is too long for every change: other people's tests and histories."""
    make(session, "proof")
