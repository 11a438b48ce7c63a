"""Declared against actual, on the server of this leg."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, models
from django.db.migrations import (
    DeleteModel,
    RemoveField,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext, override_settings

from fkguard.backends import backend_for
from fkguard.schema.constraints import Check, ForeignKey, Unique
from fkguard.verify import Verification, verify
from tests.drifts import DRIFTS, HERE, HISTORY, Drift, drop, read, the
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, integer, key, text


def make(lab: Lab, *steps: Any) -> None:
    """Apply migrations without the guard."""
    outcome = lab.migrate(lab.write(*steps)[-1])
    if outcome.error is not None:
        raise outcome.error


def plain(text_: str) -> str:
    """Return SQL without the marks that servers differ in."""
    return re.sub(r"[`\"]", "", text_)


def found(report: Verification) -> list[tuple[str, str, str]]:
    return [
        (
            each.hazard.id,
            each.case.consequence.table,
            plain(each.case.constraint.describe())
            if each.case.constraint.columns
            else each.case.constraint.name,
        )
        for each in report.findings
    ]


def look(lab: Lab) -> Verification:
    return verify(lab.connection, ["testapp", "otherapp"])


def run(*arguments: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it printed."""
    output = io.StringIO()
    status: Any = 0
    try:
        call_command("fkguard", "verify", *arguments, stdout=output, no_color=True)
    except SystemExit as error:
        status = error.code
    return status, output.getvalue()


# The ten drifts.


@pytest.mark.parametrize("drift", HERE, ids=str)
def test_drift_is_found(lab: Lab, drift: Drift) -> None:
    make(lab, *HISTORY)
    assert found(look(lab)) == []

    drift.inject(lab)

    assert sorted(found(look(lab))) == sorted(drift.found)


@pytest.mark.parametrize("drift", HERE, ids=str)
def test_drift_does_harm(lab: Lab, drift: Drift) -> None:
    """The control: rows go in that the declared constraint refuses."""
    make(lab, *HISTORY)
    drift.inject(lab)
    if drift.name == "narrow_column" and FLAVOUR == "postgresql":
        with pytest.raises(DataError, match="integer out of range"):
            lab.execute("INSERT INTO testapp_loan VALUES (1, 3000000000)")
        return

    assert lab.failing(*drift.violation) is None


def test_ten_drifts_are_told_at_once(lab: Lab) -> None:
    make(lab, *HISTORY)
    for drift in HERE:
        drift.inject(lab)

    wanted = {finding for drift in HERE for finding in drift.found}
    assert len(DRIFTS) == 10
    assert set(found(look(lab))) == wanted


# A clean schema.


class Level(models.IntegerChoices):
    LOW, HIGH = 1, 2


CONDITIONS: dict[str, dict[str, Any]] = {
    "c_in": {"level__in": [1, 2, 3]},
    "c_range": {"level__range": (0, 9)},
    "c_between": {"start__lte": F("stop")},
    "c_price": {"price__gte": 0},
    "c_text": {"email__contains": 'it\'s 100% \\ "x"'},
    "c_day": {"day__gte": "2020-01-01"},
    "c_null": {"moment__isnull": True, "flag": True},
}


WIDE = [
    [
        create("Base", name=models.CharField(max_length=30, db_column="Called")),
        create(
            "Wide",
            small=models.PositiveSmallIntegerField(default=1),
            positive=models.PositiveIntegerField(unique=True),
            data=models.JSONField(default=dict),
            flag=models.BooleanField(default=False),
            price=models.DecimalField(max_digits=8, decimal_places=2, default=0),
            day=models.DateField(null=True),
            moment=models.DateTimeField(null=True),
            email=models.CharField(max_length=50, default=""),
            level=integer(),
            start=integer(),
            stop=integer(),
            uuid=models.UUIDField(null=True, unique=True),
            parent=key("testapp.Wide", null=True),
            base=key("Base", to_field=None, null=True),
            loose=key("Base", db_constraint=False, null=True, related_name="+"),
            friends=models.ManyToManyField("testapp.Wide"),
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(**condition), name=name)
                    for name, condition in CONDITIONS.items()
                ]
                + [
                    models.CheckConstraint(
                        condition=~Q(level=0) | (Q(flag=True) & Q(start__gt=-5)),
                        name="c_not",
                    ),
                    models.UniqueConstraint(
                        fields=["email"], condition=Q(flag=True), name="u_flag"
                    ),
                    models.UniqueConstraint(
                        fields=["email", "level"],
                        condition=Q(level__in=[1, 2]) & ~Q(email="it's"),
                        name="u_in",
                    ),
                    models.UniqueConstraint(
                        Lower("email"), F("start").desc(), name="u_lower"
                    ),
                    models.UniqueConstraint(
                        fields=["start"], include=["stop"], name="u_include"
                    ),
                    models.UniqueConstraint(
                        fields=["stop"],
                        deferrable=models.Deferrable.DEFERRED,
                        name="u_later",
                    ),
                ]
            },
        ),
        create(
            "Through",
            one=key("Wide", related_name="+"),
            other=key("Base", related_name="+"),
            options={
                "unique_together": {("one", "other")},
                "db_table": "Through Table",
            },
        ),
    ],
    [
        create(
            "Child",
            wide_ptr=models.OneToOneField(
                "testapp.Wide", models.CASCADE, parent_link=True, primary_key=True
            ),
            order=integer(),
        ),
        create("Proxy", options={"proxy": True}),
        create("Outside", name=text(), options={"managed": False}),
    ],
]
# A proxy has no fields of its own.
WIDE[1][1].fields = []
WIDE[1][1].bases = ("testapp.base",)


def test_clean_schema_has_no_finding(lab: Lab) -> None:
    make(lab, *WIDE)

    report = look(lab)

    assert found(report) == []
    assert len(report.expected) == 5
    assert report.constraints > 25


def test_contrib_tables_are_clean(transactional_db: None) -> None:
    from django.db import connection

    assert found(verify(connection, ["contenttypes"])) == []


def test_what_is_not_applied_is_not_missing(lab: Lab) -> None:
    first, _ = lab.write(
        [create("Author", name=text())], [create("Book", author=key("Author"))]
    )
    lab.migrate(first)

    report = look(lab)

    assert found(report) == []
    assert report.expected.unapplied == ["testapp.0002_step"]
    assert report.notes == [
        (
            "1 migration is not applied, and its declarations were not looked for: "
            "testapp.0002_step."
        )
    ]


def test_faked_migration_is_told_in_one_line(lab: Lab) -> None:
    lab.write([create("Author", name=text(unique=True))])
    lab.migrate(fake=True)

    assert found(look(lab)) == [("E701", "testapp_author", "testapp_author")]


def test_absent_column(lab: Lab) -> None:
    make(lab, [create("Author", name=text(), born=integer())])
    lab.execute("ALTER TABLE testapp_author DROP COLUMN born")

    assert [f.hazard.message(f.case) for f in look(lab).findings] == [
        "testapp_author has no column born, which testapp.Author declares."
    ]


# Weaker, unenforced, misdirected ...


def replace_unique(lab: Lab, table: str, old: tuple[str, ...], *new: str) -> None:
    drop(Unique, table, *old)(lab)
    statements = backend_for(lab.connection).statements
    unique_ = Unique(name="by_hand", columns=new, is_index=True)
    lab.execute(*statements.add(table, unique_))


@pytest.mark.parametrize(
    "columns", [("shelf", "place", "number"), ("shelf", "place", "title")]
)
def test_unique_of_more_columns(lab: Lab, columns: tuple[str, ...]) -> None:
    make(lab, *HISTORY)
    replace_unique(lab, "testapp_book", ("shelf", "place"), *columns)

    (finding,) = look(lab).findings

    assert finding.hazard.id == "E703"
    assert finding.hazard.message(finding.case) == (
        f"testapp_book has UNIQUE ({', '.join(columns)}) where testapp.Book declares "
        "UNIQUE (shelf, place)."
    )


def test_unique_of_other_order_and_name_is_the_same(lab: Lab) -> None:
    make(lab, *HISTORY)
    replace_unique(lab, "testapp_book", ("shelf", "place"), "place", "shelf")

    assert found(look(lab)) == []


@pytest.mark.flavours("postgresql", "sqlite")
def test_unique_with_a_condition_is_weaker(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "shelf", "place")(lab)
    lab.execute(
        "CREATE UNIQUE INDEX by_hand ON testapp_book (shelf, place) WHERE pages > 0"
    )

    assert found(look(lab)) == [("E703", "testapp_book", "UNIQUE (shelf, place)")]


@pytest.mark.flavours("mysql", "mariadb")
def test_unique_of_prefixes_is_another(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Unique, "testapp_book", "title")(lab)
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (title(3))")

    assert found(look(lab)) == [("E703", "testapp_book", "UNIQUE (title)")]


def test_check_of_another_number(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    if FLAVOUR == "sqlite":
        from tests.drifts import rebuild

        rebuild(
            lab,
            "testapp_book",
            lambda sql: sql[:-1] + ", CONSTRAINT book_pages CHECK (pages >= -7))",
        )
    else:
        lab.execute(
            "ALTER TABLE testapp_book ADD CONSTRAINT book_pages CHECK (pages >= -7)"
        )

    assert found(look(lab)) == [("E703", "testapp_book", "CHECK (pages >= 0)")]


@pytest.mark.flavours("postgresql")
def test_not_valid(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    lab.execute(
        "ALTER TABLE testapp_book ADD CONSTRAINT c CHECK (pages >= 0) NOT VALID",
        "ALTER TABLE testapp_book ADD CONSTRAINT f FOREIGN KEY (author_id) REFERENCES "
        "testapp_author (id) DEFERRABLE INITIALLY DEFERRED NOT VALID",
    )

    assert {f.hazard.message(f.case) for f in look(lab).findings} == {
        (
            "CHECK c (pages) of testapp_book is not enforced: it is NOT VALID: "
            "existing rows have not been checked."
        ),
        (
            "FOREIGN KEY f (author_id) of testapp_book is not enforced: it is NOT "
            "VALID: existing rows have not been checked."
        ),
    }


@pytest.mark.flavours("postgresql")
def test_disabled_triggers(lab: Lab) -> None:
    make(lab, *HISTORY)
    lab.execute("ALTER TABLE testapp_loan DISABLE TRIGGER ALL")

    (finding,) = look(lab).findings

    assert finding.hazard.id == "E704"
    assert finding.case.consequence.detail == "its triggers are disabled"


@pytest.mark.flavours("mysql", "postgresql18")
def test_not_enforced(lab: Lab) -> None:
    make(lab, *HISTORY)
    drop(Check, "testapp_book", "pages")(lab)
    lab.execute(
        "ALTER TABLE testapp_book ADD CONSTRAINT c CHECK (pages >= 0) NOT ENFORCED"
    )

    assert found(look(lab)) == [("E704", "testapp_book", "CHECK (pages >= 0)")]


@pytest.mark.flavours("mysql", "mariadb", "sqlite")
def test_checks_off_in_the_session(lab: Lab) -> None:
    make(lab, *HISTORY)
    word = "PRAGMA foreign_keys" if FLAVOUR == "sqlite" else "SET foreign_key_checks"
    try:
        lab.execute(f"{word} = 0")
        (finding,) = look(lab).findings
    finally:
        lab.execute(f"{word} = 1")

    assert finding.hazard.id == "E704"
    assert finding.hazard.message(finding.case).startswith(
        "This database enforces no foreign key: "
    )


def readd(lab: Lab, target: str, action: str = "") -> None:
    """Point the author of a book elsewhere, or give it an action."""
    if FLAVOUR == "sqlite":
        from tests.drifts import rebuild, substitute

        rebuild(
            lab,
            "testapp_book",
            lambda sql: substitute(
                r'REFERENCES "testapp_author" \("id"\)',
                f'REFERENCES "{target}" ("id"){action}',
                sql,
            ),
        )
        return
    drop(ForeignKey, "testapp_book", "author_id")(lab)
    later = " DEFERRABLE INITIALLY DEFERRED" if FLAVOUR == "postgresql" else ""
    lab.execute(
        "ALTER TABLE testapp_book ADD CONSTRAINT by_hand FOREIGN KEY (author_id) "
        f"REFERENCES {target} (id){action}{later}"
    )


def test_foreign_key_to_another_table(lab: Lab) -> None:
    make(lab, *HISTORY)
    readd(lab, "testapp_tag")

    (finding,) = look(lab).findings

    assert finding.hazard.id == "E705"
    assert finding.hazard.message(finding.case) == (
        "testapp_book.author_id references testapp_tag (id) where testapp.Book "
        "declares testapp_author (id)."
    )


def test_other_action(lab: Lab) -> None:
    make(lab, *HISTORY)
    readd(lab, "testapp_author", " ON DELETE CASCADE")

    (finding,) = look(lab).findings

    assert finding.hazard.id == "E706"
    assert finding.hazard.message(finding.case).endswith(
        "has ON DELETE CASCADE where testapp.Book declares ON DELETE NO ACTION."
    )


@pytest.mark.flavours("mysql", "mariadb")
def test_collation_that_is_not_the_declared_one(lab: Lab) -> None:
    make(lab, [create("Author", name=text(db_collation="utf8mb4_bin", unique=True))])
    lab.execute(
        "ALTER TABLE testapp_author MODIFY name varchar(30) COLLATE "
        "utf8mb4_unicode_ci NOT NULL"
    )

    (finding,) = look(lab).findings

    assert finding.hazard.message(finding.case) == (
        "testapp_author.name has another collation: utf8mb4_bin is declared, "
        "utf8mb4_unicode_ci is there."
    )


# What nothing declares.


def test_undeclared_unique_is_a_warning(lab: Lab) -> None:
    make(lab, *HISTORY)
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_author (name)")

    (finding,) = look(lab).findings

    assert finding.hazard.id == "W710"
    assert finding.as_message().msg == (
        "Nothing declares UNIQUE by_hand (name) of testapp_author."
    )


def test_unique_that_adds_nothing_is_no_finding(lab: Lab) -> None:
    make(lab, *HISTORY)
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_book (title, pages)")

    assert found(look(lab)) == []


def test_unique_of_a_migration_in_sql_is_no_finding(lab: Lab) -> None:
    make(
        lab,
        [
            create("Author", name=text()),
            RunSQL("CREATE UNIQUE INDEX by_sql ON testapp_author (name)"),
        ],
    )

    assert found(look(lab)) == []


def test_acknowledged_constraint_is_no_finding(lab: Lab) -> None:
    make(lab, *HISTORY)
    lab.execute("CREATE UNIQUE INDEX by_hand ON testapp_author (name)")
    acknowledged = {"testapp": [("W710", "by_hand", "The report needs it.")]}

    with override_settings(FKGUARD={"ACKNOWLEDGED": acknowledged}):
        assert found(look(lab)) == []
        lab.execute(
            *backend_for(lab.connection).statements.drop(
                "testapp_author", the(read(lab, "testapp_author"), Unique, "name")
            )
        )
        report = look(lab)

    assert found(report) == []
    assert report.notes == [
        "The acknowledgement of W710 for by_hand in testapp matches nothing."
    ]


# References of which Django does not know.

REFERENCED = [
    create("Author", name=text()),
    create("Book", author=key("Author", null=True)),
    create("Note", author=key("Author")),
]


def let_go(*operations: Any) -> list[Any]:
    return [SeparateDatabaseAndState(state_operations=list(operations))]


def test_foreign_keys_that_the_state_lets_go_block_deletions(lab: Lab) -> None:
    make(lab, REFERENCED, let_go(RemoveField("Book", "author"), DeleteModel("Note")))
    lab.execute(
        "INSERT INTO testapp_author (id, name) VALUES (1, 'a')",
        "INSERT INTO testapp_note (id, author_id) VALUES (1, 1)",
    )

    with pytest.raises(IntegrityError):
        lab.execute("DELETE FROM testapp_author WHERE id = 1")
    assert found(look(lab)) == [
        (
            "W711",
            table,
            "FOREIGN KEY (author_id) REFERENCES testapp_author (id)",
        )
        for table in ("testapp_book", "testapp_note")
    ]


def test_foreign_key_of_a_table_that_sql_makes_is_no_finding(lab: Lab) -> None:
    make(
        lab,
        REFERENCED,
        [
            RunSQL(
                "CREATE TABLE testapp_audit (author_id bigint NOT NULL, "
                "FOREIGN KEY (author_id) REFERENCES testapp_author (id))"
                if FLAVOUR == "sqlite"
                else "CREATE TABLE testapp_audit (author_id bigint NOT NULL, "
                "CONSTRAINT by_sql FOREIGN KEY (author_id) "
                "REFERENCES testapp_author (id))"
            )
        ],
    )

    assert found(look(lab)) == []


def test_table_that_an_unmanaged_model_declares_is_no_finding(lab: Lab) -> None:
    make(
        lab,
        REFERENCED,
        let_go(
            DeleteModel("Note"),
            create(
                "Remark",
                author=key("Author"),
                options={"db_table": "testapp_note", "managed": False},
            ),
        ),
    )

    assert found(look(lab)) == []


def test_undeclared_reference_is_acknowledged_under_the_referenced_app(
    lab: Lab,
) -> None:
    make(lab, REFERENCED, let_go(DeleteModel("Note")))
    known = {"testapp": [("W711", "testapp_note(author_id)", "An archive.")]}

    with override_settings(FKGUARD={"ACKNOWLEDGED": known}):
        assert found(look(lab)) == []


# The command.


def test_command_on_a_clean_schema(lab: Lab) -> None:
    make(lab, *HISTORY)

    status, output = run("testapp")

    server = backend_for(lab.connection).introspection.server().describe()
    assert status == 0
    assert output == (
        f"default ({server}): {look(lab).constraints} declared constraints of 7 "
        "tables: nothing found.\n"
    )


def test_command_with_findings(lab: Lab) -> None:
    make(lab, *HISTORY)
    DRIFTS[0].inject(lab)

    status, output = run("testapp")

    assert status == 1
    lines = output.splitlines()
    assert lines[:3] == [
        "testapp.Book",
        "  error  fkguard.E702",
        "    testapp_book lacks UNIQUE (title), which testapp.Book declares.",
    ]
    assert "        python manage.py fkguard repair" in lines
    assert lines[-1].startswith("default (")
    assert lines[-1].endswith(" declared constraints of 7 tables: 1 error.")


def test_command_speaks_json(lab: Lab) -> None:
    make(lab, *HISTORY)
    DRIFTS[0].inject(lab)

    status, output = run("testapp", "--format", "json")

    (database,) = json.loads(output)["databases"]
    (finding,) = database["findings"]
    assert status == 1
    assert (database["alias"], database["tables"]) == ("default", 7)
    assert {k: finding[k] for k in ("id", "level", "table", "columns", "model")} == {
        "id": "fkguard.E702",
        "level": "error",
        "table": "testapp_book",
        "columns": ["title"],
        "model": "testapp.Book",
    }


def test_command_looks_at_the_apps_that_are_named(lab: Lab) -> None:
    make(lab, *HISTORY)
    DRIFTS[0].inject(lab)

    assert run("otherapp")[0] == 0
    assert run()[0] == 1


@pytest.mark.django_db(databases=["default", "other"], transaction=True)
def test_command_on_every_database() -> None:
    status, output = run("contenttypes", "--database", "all")

    assert status == 0
    found = [line.split(" ")[0] for line in output.splitlines() if line]
    assert found == ["default", "other"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--database", "nowhere"], "There is no database 'nowhere' in DATABASES."),
        (["nobody"], "No installed app with label 'nobody'."),
    ],
)
def test_command_on_what_is_not_there(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)) as caught:
        run(*arguments)

    assert caught.value.returncode == 2


def test_command_that_cannot_look(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is gone is neither clean nor a finding."""
    from django.db.utils import OperationalError

    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server gone, password fkguard")

    with monkeypatch.context() as patched:
        patched.setattr(type(lab.connection), "cursor", gone)
        with pytest.raises(CommandError, match="could not look at") as caught:
            run("testapp")

    assert caught.value.returncode == 2
    password = str(lab.connection.settings_dict.get("PASSWORD") or "")
    assert not password or f"password {password}" not in str(caught.value)


def test_command_on_an_unknown_vendor(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(type(lab.connection), "vendor", "oracle")
        with pytest.raises(CommandError, match="oracle") as caught:
            run("testapp")

    assert caught.value.returncode == 2


def test_number_of_queries_does_not_depend_on_tables(lab: Lab) -> None:
    make(lab, [create("M0", name=text(unique=True))])
    look(lab)
    with CaptureQueriesContext(lab.connection) as few:
        look(lab)
    more = [create(f"M{n}", name=text(), up=key(f"M{n - 1}")) for n in range(1, 20)]
    make(lab, more)
    with CaptureQueriesContext(lab.connection) as many:
        report = look(lab)

    assert len(report.expected) == 20
    # Checks of MySQL are asked for by name, where there are any.
    assert len(many) <= len(few) + 1
    assert len(many) < 16


def test_nothing_is_written(lab: Lab) -> None:
    make(lab, *HISTORY)
    DRIFTS[0].inject(lab)
    before = lab.snapshot()
    with CaptureQueriesContext(lab.connection) as queries:
        look(lab)

    assert lab.snapshot() == before
    said = {each["sql"].split()[0].upper() for each in queries.captured_queries}
    assert said <= {"SELECT", "WITH", "SHOW", "PRAGMA"}
