"""Write a project with a long history of migrations, for benchmarks of linters."""

from __future__ import annotations

from pathlib import Path

SETTINGS = """\
SECRET_KEY = "benchmark"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{root}/db.sqlite3"}}
}}
INSTALLED_APPS = {apps!r}
"""

INITIAL = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = {dependencies}
    operations = [
{operations}
    ]
"""

LATER = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "{before}")]
    operations = [
{operations}
    ]
"""

MODEL = """\
        migrations.CreateModel(
            name="{name}",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.CharField(max_length=100)),
                ("number", models.IntegerField(default=0)),
                ("slug", models.SlugField(unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
{relation}            ],
            options={{"unique_together": {{("title", "number")}}}},
        ),"""

RELATION = """\
                (
                    "parent",
                    models.ForeignKey("{to}", models.CASCADE, null=True),
                ),
"""


def operations(app: str, step: int, models: int) -> str:
    """Return the operations of a step: what projects do from day to day, in turn."""
    model = f"Model{step % models}"
    turn = (step // models) % 8
    number = step // models // 8
    pieces = [
        f'''\
        migrations.AddField(
            "{model}", "extra_{number}", models.CharField(max_length=20, null=True)
        ),''',
        f'''\
        migrations.AlterField(
            "{model}", "extra_{number}", models.CharField(max_length=50, null=True)
        ),''',
        f'''\
        migrations.AddConstraint(
            "{model}",
            models.UniqueConstraint(
                fields=["extra_{number}", "number"], name="u_{app}_{model}_{number}"
            ),
        ),''',
        f'''\
        migrations.AddIndex(
            "{model}",
            models.Index(fields=["number"], name="i_{app}_{step}"),
        ),''',
        f'''\
        migrations.RenameField("{model}", "extra_{number}", "other_{number}"),''',
        f'''\
        migrations.RemoveConstraint("{model}", "u_{app}_{model}_{number}"),''',
        f'''\
        migrations.AddField(
            "{model}",
            "link_{number}",
            models.ForeignKey(
                "{app}.Model0", models.SET_NULL, null=True, related_name="+"
            ),
        ),''',
        f'''\
        migrations.RemoveField("{model}", "other_{number}"),''',
    ]
    return pieces[turn]


def write(root: Path, migrations: int, apps: int = 10, models: int = 5) -> None:
    """Write a project of so many migrations below `root`."""
    names = [f"shop{number}" for number in range(apps)]
    root.mkdir(parents=True, exist_ok=True)
    for number, app in enumerate(names):
        folder = root / app / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (root / app / "__init__.py").touch()
        (root / app / "models.py").touch()
        (folder / "__init__.py").touch()
        relation, dependencies = "", "[]"
        if number:
            relation = RELATION.format(to=f"{names[number - 1]}.Model0")
            dependencies = f'[("{names[number - 1]}", "0001_initial")]'
        created = "\n".join(
            MODEL.format(name=f"Model{each}", relation=relation if not each else "")
            for each in range(models)
        )
        (folder / "0001_initial.py").write_text(
            INITIAL.format(dependencies=dependencies, operations=created)
        )
        before = "0001_initial"
        share = migrations // apps + (number < migrations % apps)
        for step in range(share - 1):
            name = f"{step + 2:04}_step"
            (folder / f"{name}.py").write_text(
                LATER.format(
                    app=app, before=before, operations=operations(app, step, models)
                )
            )
            before = name
    (root / "manage.py").write_text(
        "import os, sys\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'project')\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    )
    (root / "project.py").write_text(
        SETTINGS.format(
            root=root,
            apps=[
                "fkguard",
                "django_migration_linter",
                "django_safe_migrations",
                "django_migration_inspector",
                *names,
            ],
        )
    )
