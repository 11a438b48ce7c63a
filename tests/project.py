"""A small project on disk, and ``manage.py`` run on it in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import fkguard
from tests.forking import template

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["fkguard", "library"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "library.sqlite3"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""

#: A table with each kind of constraint that a column may take along.
INITIAL = """
migrations.CreateModel(
    name="Book",
    fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("series", models.IntegerField(null=True)),
        ("number", models.IntegerField(null=True)),
        ("shelf", models.IntegerField(null=True)),
    ],
    options={OPTIONS},
),
"""


def migration(operations: str, *, after: str = "", head: str = "") -> str:
    """Return a migration's file with operations that stand at no margin."""
    dependencies = f'\n    dependencies = [("library", "{after}")]\n' if after else ""
    return (
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):"
        f"{dependencies}\n"
        f"{head}"
        "    operations = [\n"
        f"{indent(dedent(operations).strip(), '        ')}\n"
        "    ]\n"
    )


class Project:
    """A project with the app ``library``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.migrations = root / "library" / "migrations"
        self.migrations.mkdir(parents=True)
        for folder in (self.migrations, self.migrations.parent):
            (folder / "__init__.py").touch()
        (root / "library" / "models.py").touch()
        self.settings = root / "settings.py"
        self.settings.write_text(SETTINGS, encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """Write a migration."""
        path = self.migrations / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, options: str = "{}") -> None:
        """Write the first migration, with the options of Book's Meta."""
        self.write("0001_initial", migration(INITIAL.replace("{OPTIONS}", options)))

    def step(self, number: int, operations: str) -> Path:
        """Write a migration behind the one before."""
        names = {1: "0001_initial"}
        after = names.get(number - 1, f"{number - 1:04}_step")
        return self.write(f"{number:04}_step", migration(operations, after=after))

    def read(self, name: str) -> str:
        """Return the text of a migration."""
        return (self.migrations / f"{name}.py").read_text(encoding="utf-8")

    def django(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command."""
        return self.python("-m", "django", *arguments)

    def lint(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py fkguard lint``."""
        return self.django("fkguard", "lint", *arguments)

    def python(
        self, *arguments: str, fresh: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run Python in the project."""
        return python(
            *arguments,
            folder=self.root,
            fresh=fresh,
            DJANGO_SETTINGS_MODULE="settings",
        )


def python(
    *arguments: str, folder: Path, fresh: bool = False, **more: str
) -> subprocess.CompletedProcess[str]:
    """
    Run Python in a folder, with the fkguard that is tested here.

    A `fresh` process has imported nothing before; see tests/forking.py.
    """
    package = str(Path(fkguard.__file__).parent.parent)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "FKGUARD_", "GITHUB_", "PYTEST_"))
    }
    environment |= {
        "PYTHONPATH": os.pathsep.join((package, str(folder))),
        # A file that is written twice in a second would not be compiled again.
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    if not fresh:
        return template().run(arguments, folder, environment)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
