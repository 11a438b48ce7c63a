"""Apps of two migrations, and what the linter has to say of the second, exactly.

An expectation is a line "E101 table constraint" for each finding, where Django's
digests read "_*"; by flavour where databases differ, as `tests.harness.here()` reads
it. An app without expectations is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    AlterModelTable,
    AlterUniqueTogether,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import (
    CASCADE,
    BigIntegerField,
    CharField,
    CheckConstraint,
    Deferrable,
    F,
    GeneratedField,
    Index,
    IntegerField,
    ManyToManyField,
    OneToOneField,
    PositiveIntegerField,
    Q,
    UniqueConstraint,
)
from django.db.models.functions import Lower

from tests.harness import FLAVOURS
from tests.scenarios.builders import create, integer, key, text, unique

Lines = Sequence[str]
OWN = "testapp_book"
AUTHOR_KEY = "testapp_book_author_id_*_fk_testapp_author_id"


@dataclass(frozen=True, kw_only=True)
class App:
    """Two migrations of one app."""

    name: str
    history: Sequence[Operation]
    change: Sequence[Operation]
    findings: Lines | Mapping[str, Lines] = ()
    #: Findings of the first migration: H44 is one of every history on MySQL.
    history_findings: Mapping[str, Lines] = field(default_factory=dict)
    rows: Sequence[str] = ()
    flavours: Sequence[str] = FLAVOURS

    def __str__(self) -> str:
        return self.name


def do_nothing(apps: Any, schema_editor: Any) -> None:
    """Change no row."""


AUTHOR = create("Author", name=text(), code=text(unique=True))
PERSON = create("Person", name=text())


def book(*constraints: Any, together: Any = (), **fields: Any) -> Operation:
    """Return a CreateModel of Book with these fields and Meta options."""
    fields = fields or {"series": integer(), "number": integer(), "title": text()}
    options: dict[str, Any] = {}
    if constraints:
        options["constraints"] = list(constraints)
    if together:
        options["unique_together"] = {tuple(each) for each in together}
    return create("Book", options=options, **fields)


FIRST = UniqueConstraint(fields=["number"], condition=Q(series=0), name="first")
LATER = UniqueConstraint(
    fields=["number"], deferrable=Deferrable.DEFERRED, name="later"
)
PLACE = unique("book_place", "series", "number")
NUMBER = unique("book_number", "number")
ABOVE = CheckConstraint(condition=Q(number__gte=0), name="book_above")
HIGHER = CheckConstraint(condition=Q(number__gte=1), name="book_above")
NOT_BELOW = CheckConstraint(condition=Q(number__gte=0), name="not_below")
ORDERED = CheckConstraint(condition=Q(number__gte=F("series")), name="book_ordered")
WRITTEN = book(author=key("Author"), number=integer())
ONE = OneToOneField("testapp.author", CASCADE)
LOOSE = key("Author", db_constraint=False)
BY_HAND = unique("by_hand", "series", "number")
UNNAMED = RunSQL("ALTER TABLE testapp_book ADD UNIQUE (SERIES, Number)")
MADE_BY_SQL = RunSQL("CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)")
TAGGED = create("Book", tags=ManyToManyField("testapp.author"))

LOSSES = (
    App(
        name="unique_together_loses_a_member",
        history=[book(together=[("series", "number")])],
        change=[RemoveField("Book", "series")],
        findings=["E101 testapp_book testapp_book_series_number_*_uniq"],
    ),
    App(
        name="unique_constraint_loses_a_member",
        history=[book(PLACE)],
        change=[RemoveField("Book", "number")],
        findings=["E101 testapp_book book_place"],
    ),
    App(
        name="foreign_key_is_a_member",
        history=[
            AUTHOR,
            book(
                unique("place", "author", "number"),
                author=key("Author"),
                number=integer(),
            ),
        ],
        change=[RemoveField("Book", "author")],
        findings={
            "sqlite": [
                "E101 testapp_book place",
                "W221 testapp_book testapp_book(author_id)",
            ],
            "*": [
                "E101 testapp_book place",
                f"W221 {OWN} {AUTHOR_KEY}",
            ],
        },
    ),
    App(
        name="unique_together_loses_a_member_of_three",
        history=[book(together=[("series", "number", "title")])],
        change=[RemoveField("Book", "title")],
        findings=["E101 testapp_book testapp_book_series_number_title_*_uniq"],
    ),
    App(
        name="two_uniques_lose_a_member",
        history=[book(PLACE, unique("names", "series", "title"))],
        change=[RemoveField("Book", "series")],
        findings=["E101 testapp_book book_place", "E101 testapp_book names"],
    ),
    App(
        name="check_loses_a_member",
        history=[book(ORDERED)],
        change=[RemoveField("Book", "series")],
        findings=["E104 testapp_book book_ordered"],
    ),
    App(
        name="column_of_a_check_is_renamed",
        history=[book(ABOVE)],
        change=[RenameField("Book", "number", "place")],
        findings={"mysql": ["E104 testapp_book book_above"]},
    ),
    App(
        name="column_of_a_condition_goes",
        history=[
            book(
                UniqueConstraint(fields=["number"], condition=Q(series=0), name="first")
            )
        ],
        change=[RemoveField("Book", "series")],
        findings={
            "postgresql|sqlite": ["E103 testapp_book first"],
        },
        history_findings={"mysql|mariadb": ["E501 testapp_book first"]},
    ),
    App(
        name="column_of_an_expression_goes",
        history=[book(UniqueConstraint(Lower("title"), F("number"), name="lower"))],
        change=[RemoveField("Book", "title")],
        findings={
            "postgresql|sqlite|mysql": ["E103 testapp_book lower"],
        },
        history_findings={"mariadb": ["E501 testapp_book lower"]},
    ),
    App(
        name="field_is_removed_and_added_as_another_type",
        history=[book(PLACE)],
        change=[RemoveField("Book", "series"), AddField("Book", "series", text())],
        findings=["E105 testapp_book book_place"],
    ),
    App(
        name="generated_field_is_changed",
        history=[
            create(
                "Book",
                series=integer(),
                number=integer(),
                total=GeneratedField(
                    expression=F("series") + F("number"),
                    output_field=IntegerField(),
                    db_persist=True,
                ),
                options={"constraints": [unique("totals", "total", "series")]},
            )
        ],
        change=[
            RemoveField("Book", "total"),
            AddField(
                "Book",
                "total",
                GeneratedField(
                    expression=F("series") - F("number"),
                    output_field=IntegerField(),
                    db_persist=True,
                ),
            ),
        ],
        findings=["E105 testapp_book totals"],
    ),
    App(
        name="stand_in_takes_the_name",
        history=[book(PLACE, series=integer(), number=integer(), stand_in=integer())],
        change=[
            RemoveField("Book", "series"),
            RenameField("Book", "stand_in", "series"),
        ],
        findings=["E105 testapp_book book_place"],
    ),
    App(
        name="referenced_model_is_deleted",
        history=[AUTHOR, WRITTEN],
        change=[DeleteModel("Author")],
        findings={
            "postgresql": [
                "E108 testapp_book testapp_book_author_id_*_fk_testapp_author_id"
            ],
            "mysql|mariadb": [
                "E109 testapp_book testapp_book_author_id_*_fk_testapp_author_id"
            ],
            "sqlite": ["E110 testapp_book testapp_book(author_id)"],
        },
    ),
    App(
        name="primary_key_is_moved",
        history=[AUTHOR, WRITTEN],
        change=[
            RemoveField("Author", "id"),
            AlterField("Author", "code", CharField(max_length=30, primary_key=True)),
        ],
        findings={
            "sqlite": ["E107 testapp_book testapp_book(author_id)"],
            "*": [f"E107 {OWN} {AUTHOR_KEY}"],
        },
    ),
    App(
        name="referenced_unique_is_given_up",
        history=[AUTHOR, book(author=key("Author", to_field="code"), number=integer())],
        change=[AlterField("Author", "code", text())],
        findings={
            "sqlite": [
                "E206 testapp_book testapp_book(author_id)",
                "W222 testapp_author testapp_author(code)",
            ],
            "*": [
                "E206 testapp_book testapp_book_author_id_*_fk_testapp_author_code",
                "W222 testapp_author testapp_author(code)",
            ],
        },
    ),
    App(
        name="old_table_name_is_used_again",
        history=[AUTHOR, WRITTEN],
        change=[RenameModel("Book", "Volume"), WRITTEN],
        findings={
            "postgresql|sqlite": ["E209 testapp_volume testapp_book_author_id_*"],
            "mysql|mariadb": [
                "E209 testapp_volume testapp_book_author_id_*_fk_testapp_author_id"
            ],
        },
    ),
    App(
        name="join_table_is_made_anew",
        history=[AUTHOR, PERSON, TAGGED],
        change=[
            RemoveField("Book", "tags"),
            AddField("Book", "tags", ManyToManyField("testapp.person")),
        ],
        rows=[
            "INSERT INTO testapp_author (id, name, code) VALUES (1, '', '')",
            "INSERT INTO testapp_book (id) VALUES (1)",
            "INSERT INTO testapp_book_tags (book_id, author_id) VALUES (1, 1)",
        ],
        findings=["E207 testapp_book_tags testapp_book_tags()"],
    ),
    App(
        name="condition_that_the_database_cannot_make",
        history=[book()],
        change=[
            AddConstraint(
                "Book",
                UniqueConstraint(
                    fields=["number"], condition=Q(series=0), name="first"
                ),
            )
        ],
        findings={"mysql|mariadb": ["E501 testapp_book first"]},
    ),
    App(
        name="deferrable_that_the_database_cannot_make",
        history=[book()],
        change=[
            AddConstraint(
                "Book",
                UniqueConstraint(
                    fields=["number"], deferrable=Deferrable.DEFERRED, name="later"
                ),
            )
        ],
        findings={"mysql|mariadb|sqlite": ["E501 testapp_book later"]},
    ),
    App(
        name="unique_of_sql_loses_a_member",
        history=[book(), MADE_BY_SQL],
        change=[RemoveField("Book", "series")],
        findings={"*": ["E102 testapp_book by_hand"]},
    ),
    App(
        name="partial_unique_of_sql_loses_a_column_of_its_condition",
        history=[
            book(),
            RunSQL(
                "CREATE UNIQUE INDEX by_hand ON testapp_book (number) WHERE series > 1"
            ),
        ],
        change=[RemoveField("Book", "series")],
        findings={"*": ["E103 testapp_book by_hand"]},
        flavours=("postgresql", "sqlite"),
    ),
    App(
        name="check_of_sql_loses_a_member",
        history=[
            book(),
            RunSQL(
                "ALTER TABLE testapp_book ADD CONSTRAINT by_hand CHECK "
                "(series < number)"
            ),
        ],
        change=[RemoveField("Book", "series")],
        findings={"*": ["E104 testapp_book by_hand"]},
        flavours=("postgresql", "mysql", "mariadb"),
    ),
    App(
        name="sql_drops_a_member",
        history=[book(PLACE)],
        change=[RunSQL("ALTER TABLE testapp_book DROP COLUMN series")],
        findings={"*": ["E101 testapp_book book_place"]},
    ),
    App(
        name="sql_drops_a_member_in_capitals",
        history=[book(PLACE)],
        change=[RunSQL("ALTER TABLE testapp_book DROP COLUMN SERIES")],
        findings={"*": ["E101 testapp_book book_place"]},
    ),
    App(
        name="sql_drops_a_member_from_a_table_in_capitals",
        history=[book(PLACE)],
        change=[RunSQL('ALTER TABLE "public".TESTAPP_BOOK DROP "series"')],
        findings={"*": ["E101 testapp_book book_place"]},
        flavours=("postgresql",),
    ),
    App(
        name="sql_drops_a_member_by_schema",
        history=[book(PLACE)],
        change=[RunSQL("ALTER TABLE main.testapp_book DROP COLUMN series")],
        findings={"*": ["E101 testapp_book book_place"]},
        flavours=("sqlite",),
    ),
    App(
        name="sql_drops_a_member_in_a_comment",
        history=[book(PLACE)],
        change=[RunSQL(["/*!50000 ALTER TABLE testapp_book DROP COLUMN series */"])],
        findings={"*": ["E101 testapp_book book_place"]},
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="unique_that_sql_makes_in_capitals_loses_a_member",
        history=[
            book(),
            RunSQL("CREATE UNIQUE INDEX by_hand ON testapp_book (SERIES, NUMBER)"),
        ],
        change=[RemoveField("Book", "series")],
        findings={"*": ["E102 testapp_book by_hand"]},
    ),
)

DROPS = (
    App(
        name="foreign_key_is_removed",
        history=[AUTHOR, WRITTEN],
        change=[RemoveField("Book", "author")],
        findings={
            "sqlite": ["W221 testapp_book testapp_book(author_id)"],
            "*": [f"W221 {OWN} {AUTHOR_KEY}"],
        },
    ),
    App(
        name="one_to_one_is_removed",
        history=[AUTHOR, book(author=ONE, number=integer())],
        change=[RemoveField("Book", "author")],
        findings={
            "sqlite": ["W221 testapp_book testapp_book(author_id)"],
            "*": [f"W221 {OWN} {AUTHOR_KEY}"],
        },
    ),
    App(
        name="foreign_key_becomes_a_number",
        history=[AUTHOR, WRITTEN],
        change=[AlterField("Book", "author", BigIntegerField(db_column="author_id"))],
        findings={
            "sqlite": ["W205 testapp_book testapp_book(author_id)"],
            "*": [f"W205 {OWN} {AUTHOR_KEY}"],
        },
    ),
    App(
        name="foreign_key_is_not_enforced_any_more",
        history=[AUTHOR, WRITTEN],
        change=[AlterField("Book", "author", key("Author", db_constraint=False))],
        findings={
            "sqlite": ["W205 testapp_book testapp_book(author_id)"],
            "*": [f"W205 {OWN} {AUTHOR_KEY}"],
        },
    ),
    App(
        name="one_to_one_becomes_a_foreign_key",
        history=[AUTHOR, book(author=ONE, number=integer())],
        change=[AlterField("Book", "author", key("Author"))],
        findings=["W205 testapp_book testapp_book(author_id)"],
    ),
    App(
        name="unique_constraint_is_removed",
        history=[book(PLACE)],
        change=[RemoveConstraint("Book", "book_place")],
        findings=["W222 testapp_book book_place"],
    ),
    App(
        name="unique_together_is_removed",
        history=[book(together=[("series", "number")])],
        change=[AlterUniqueTogether("Book", set())],
        findings=["W222 testapp_book testapp_book_series_number_*_uniq"],
    ),
    App(
        name="unique_together_is_removed_with_its_member",
        history=[book(together=[("series", "number")])],
        change=[AlterUniqueTogether("Book", set()), RemoveField("Book", "series")],
        findings=["W222 testapp_book testapp_book_series_number_*_uniq"],
    ),
    App(
        name="field_stops_being_unique",
        history=[book(number=integer(unique=True), title=text())],
        change=[AlterField("Book", "number", integer())],
        findings=["W222 testapp_book testapp_book(number)"],
    ),
    App(
        name="check_is_removed",
        history=[book(ABOVE)],
        change=[RemoveConstraint("Book", "book_above")],
        findings=["W223 testapp_book book_above"],
    ),
    App(
        name="type_gives_its_check_up",
        history=[book(number=PositiveIntegerField(default=0), title=text())],
        change=[AlterField("Book", "number", integer())],
        findings=["W223 testapp_book testapp_book(number)"],
    ),
    App(
        name="foreign_key_is_pointed_elsewhere",
        history=[AUTHOR, PERSON, WRITTEN],
        change=[AlterField("Book", "author", key("Person"))],
        findings={
            "sqlite": ["W224 testapp_book testapp_book(author_id)"],
            "*": ["W224 testapp_book testapp_book_author_id_*_fk_testapp_person_id"],
        },
    ),
    App(
        name="sql_drops_a_constraint_that_the_state_keeps",
        history=[book(ABOVE)],
        change=[RunSQL("ALTER TABLE testapp_book DROP CONSTRAINT book_above")],
        findings=["W231 testapp_book book_above"],
        flavours=("postgresql", "mysql", "mariadb"),
    ),
    App(
        name="sql_drops_an_index_that_is_unique",
        history=[book(PLACE)],
        change=[RunSQL("DROP INDEX book_place ON testapp_book")],
        findings=["W231 testapp_book book_place"],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="state_alone_gets_a_constraint",
        history=[book()],
        change=[
            SeparateDatabaseAndState(state_operations=[AddConstraint("Book", NUMBER)])
        ],
        findings=["W502 testapp_book book_number"],
    ),
    App(
        name="state_alone_lets_a_foreign_key_go",
        history=[AUTHOR, create("Book", author=key("Author"))],
        change=[
            SeparateDatabaseAndState(state_operations=[RemoveField("Book", "author")])
        ],
        findings={
            "sqlite": ["W503 testapp_book testapp_book(author_id)"],
            "*": [f"W503 testapp_book {AUTHOR_KEY}"],
        },
    ),
    App(
        name="state_alone_lets_a_referencing_model_go",
        history=[AUTHOR, create("Book", author=key("Author"))],
        change=[SeparateDatabaseAndState(state_operations=[DeleteModel("Book")])],
        findings={
            "sqlite": ["W503 testapp_book testapp_book(author_id)"],
            "*": [f"W503 testapp_book {AUTHOR_KEY}"],
        },
    ),
    App(
        name="foreign_key_goes_before_the_state_lets_the_field_go",
        history=[AUTHOR, create("Book", author=key("Author"))],
        change=[
            AlterField("Book", "author", key("Author", db_constraint=False)),
            SeparateDatabaseAndState(state_operations=[RemoveField("Book", "author")]),
        ],
        findings={
            "sqlite": ["W205 testapp_book testapp_book(author_id)"],
            "*": [f"W205 testapp_book {AUTHOR_KEY}"],
        },
    ),
    App(
        name="unmanaged_model_is_managed_from_now_on",
        history=[create("Book", number=integer(), options={"managed": False})],
        change=[AlterModelOptions("Book", {"managed": True})],
        findings=["W502 testapp_book testapp_book()"],
    ),
    App(
        name="code_is_run",
        history=[book()],
        change=[RunPython(do_nothing, RunPython.noop)],
        findings=["I233  do_nothing"],
    ),
    App(
        name="sql_that_the_parser_does_not_know",
        history=[book()],
        change=[RunSQL("DO $$ BEGIN PERFORM 1; END $$")],
        findings=["W232  RunSQL"],
        flavours=("postgresql",),
    ),
    App(
        name="checks_stay_switched_off",
        history=[book()],
        change=[RunSQL("SET foreign_key_checks = 0")],
        findings=["W235  foreign_key_checks"],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="checks_stay_switched_off_in_a_comment",
        history=[book()],
        change=[RunSQL(["/*!40014 SET FOREIGN_KEY_CHECKS=0 */"])],
        findings=["W235  foreign_key_checks"],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="sql_drops_an_index_in_a_comment",
        history=[book(PLACE)],
        change=[RunSQL(["/*!50000 ALTER TABLE testapp_book DROP INDEX BOOK_PLACE */"])],
        findings=["W231 testapp_book book_place"],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="table_gets_an_engine_without_foreign_keys",
        history=[book()],
        change=[RunSQL("ALTER TABLE testapp_book ENGINE=MyISAM")],
        findings=["W234 testapp_book testapp_book"],
        flavours=("mysql", "mariadb"),
    ),
)

WEAKENINGS = (
    App(
        name="unique_gets_a_column",
        history=[book(NUMBER)],
        change=[RemoveConstraint("Book", "book_number"), AddConstraint("Book", PLACE)],
        findings=["W225 testapp_book book_number"],
    ),
    App(
        name="unique_gets_a_condition",
        history=[book(NUMBER)],
        change=[
            RemoveConstraint("Book", "book_number"),
            AddConstraint(
                "Book",
                UniqueConstraint(
                    fields=["number"], condition=Q(series=0), name="first"
                ),
            ),
        ],
        findings={
            "postgresql|sqlite": ["W225 testapp_book book_number"],
            "mysql|mariadb": [
                "E501 testapp_book first",
                "W222 testapp_book book_number",
            ],
        },
    ),
    App(
        name="unique_together_gets_a_column",
        history=[book(together=[("series", "number")])],
        change=[AlterUniqueTogether("Book", {("series", "number", "title")})],
        findings=["W225 testapp_book testapp_book_series_number_*_uniq"],
    ),
    App(
        name="unique_field_becomes_a_member",
        history=[book(series=integer(), number=integer(unique=True))],
        change=[
            AlterField("Book", "number", integer()),
            AddConstraint("Book", PLACE),
        ],
        findings=["W225 testapp_book testapp_book(number)"],
    ),
    App(
        name="check_becomes_another_of_the_same_name",
        history=[book(ABOVE)],
        change=[
            RemoveConstraint("Book", "book_above"),
            AddConstraint("Book", HIGHER),
        ],
        findings=["I226 testapp_book book_above"],
    ),
    App(
        name="unique_becomes_another_of_the_same_name",
        history=[book(NUMBER)],
        change=[
            RemoveConstraint("Book", "book_number"),
            AddConstraint("Book", unique("book_number", "title")),
        ],
        findings=["I226 testapp_book book_number"],
    ),
)

CONTROLS = (
    App(
        name="unique_constraint_is_renamed",
        history=[book(PLACE)],
        change=[
            RemoveConstraint("Book", "book_place"),
            AddConstraint("Book", unique("book_spot", "series", "number")),
        ],
    ),
    App(
        name="unique_constraint_is_renamed_new_name_first",
        history=[book(PLACE)],
        change=[
            AddConstraint("Book", unique("book_spot", "series", "number")),
            RemoveConstraint("Book", "book_place"),
        ],
    ),
    App(
        name="check_is_renamed",
        history=[book(ABOVE)],
        change=[
            RemoveConstraint("Book", "book_above"),
            AddConstraint("Book", NOT_BELOW),
        ],
    ),
    App(
        name="unique_together_becomes_a_constraint",
        history=[book(together=[("series", "number")])],
        change=[AlterUniqueTogether("Book", set()), AddConstraint("Book", PLACE)],
    ),
    App(
        name="unique_field_becomes_a_constraint",
        history=[book(number=integer(unique=True), title=text())],
        change=[AlterField("Book", "number", integer()), AddConstraint("Book", NUMBER)],
    ),
    App(
        name="unique_gets_stricter",
        history=[book(PLACE)],
        change=[AddConstraint("Book", NUMBER), RemoveConstraint("Book", "book_place")],
    ),
    App(
        name="member_of_a_unique_is_renamed",
        history=[book(PLACE)],
        change=[RenameField("Book", "number", "place")],
    ),
    App(
        name="referenced_model_is_renamed",
        history=[AUTHOR, WRITTEN],
        change=[RenameModel("Author", "Writer")],
    ),
    App(
        name="table_is_renamed",
        history=[AUTHOR, WRITTEN],
        change=[AlterModelTable("Book", "volumes")],
    ),
    App(
        name="plain_field_is_added",
        history=[book(PLACE)],
        change=[AddField("Book", "pages", integer())],
    ),
    App(
        name="plain_field_is_removed",
        history=[book(PLACE)],
        change=[RemoveField("Book", "title")],
    ),
    App(
        name="unique_field_is_removed",
        history=[book(number=integer(unique=True), title=text())],
        change=[RemoveField("Book", "number")],
    ),
    App(
        name="unique_and_all_its_members_are_removed",
        history=[book(PLACE)],
        change=[
            RemoveConstraint("Book", "book_place"),
            RemoveField("Book", "series"),
            RemoveField("Book", "number"),
        ],
    ),
    App(
        name="member_of_a_unique_becomes_longer",
        history=[book(unique("names", "title", "number"))],
        change=[AlterField("Book", "title", CharField(max_length=60, default=""))],
    ),
    App(
        name="referenced_field_becomes_longer",
        history=[AUTHOR, book(author=key("Author", to_field="code"), number=integer())],
        change=[AlterField("Author", "name", CharField(max_length=60, default=""))],
    ),
    App(
        name="constraint_is_added",
        history=[book()],
        change=[AddConstraint("Book", PLACE), AddConstraint("Book", ABOVE)],
    ),
    App(
        name="foreign_key_is_added",
        history=[AUTHOR, book()],
        change=[AddField("Book", "author", key("Author", null=True))],
    ),
    App(
        name="foreign_key_becomes_one_to_one",
        history=[AUTHOR, WRITTEN],
        change=[AlterField("Book", "author", ONE)],
    ),
    App(
        name="foreign_key_is_enforced_from_now_on",
        history=[
            AUTHOR,
            book(author=key("Author", db_constraint=False), number=integer()),
        ],
        change=[AlterField("Book", "author", key("Author"))],
    ),
    App(
        name="model_that_nothing_references_is_deleted",
        history=[AUTHOR, WRITTEN],
        change=[DeleteModel("Book")],
    ),
    App(
        name="models_are_deleted_from_the_end",
        history=[AUTHOR, WRITTEN],
        change=[DeleteModel("Book"), DeleteModel("Author")],
    ),
    App(
        name="many_to_many_is_added",
        history=[AUTHOR, book()],
        change=[AddField("Book", "authors", ManyToManyField("testapp.author"))],
    ),
    App(
        name="many_to_many_is_removed",
        history=[AUTHOR, TAGGED],
        change=[RemoveField("Book", "tags")],
    ),
    App(
        name="index_is_replaced",
        history=[book(), AddIndex("Book", Index(fields=["number"], name="numbers"))],
        change=[
            RemoveIndex("Book", "numbers"),
            AddIndex("Book", Index(fields=["number", "series"], name="places")),
        ],
    ),
    App(
        name="sql_changes_rows",
        history=[book(PLACE)],
        change=[RunSQL("UPDATE testapp_book SET title = 'x'", RunSQL.noop)],
    ),
    App(
        name="foreign_key_of_sql_stays_beside_the_declared_one",
        history=[
            AUTHOR,
            create("Book", author=key("Author", db_constraint=False)),
            RunSQL(
                "ALTER TABLE testapp_book ADD CONSTRAINT by_hand FOREIGN KEY "
                "(author_id) REFERENCES testapp_author (id) ON DELETE CASCADE"
            ),
        ],
        change=[AlterField("Book", "author", key("Author"))],
        flavours=("postgresql", "mysql", "mariadb"),
    ),
    App(
        name="unique_that_sql_makes_without_a_name",
        history=[book(), UNNAMED],
        change=[RemoveField("Book", "series")],
        findings={
            "*": ["E102 testapp_book testapp_book(series, number)"],
        },
        flavours=("postgresql", "mysql", "mariadb"),
    ),
    App(
        name="sql_drops_what_sql_has_made",
        history=[book(), MADE_BY_SQL],
        change=[RunSQL("DROP INDEX by_hand"), RemoveField("Book", "series")],
        findings=["W231 testapp_book by_hand"],
        flavours=("postgresql", "sqlite"),
    ),
    App(
        name="sql_drops_what_sql_has_made_on_a_table",
        history=[book(), MADE_BY_SQL],
        change=[
            RunSQL("DROP INDEX by_hand ON testapp_book"),
            RemoveField("Book", "series"),
        ],
        findings=["W231 testapp_book by_hand"],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="sql_makes_what_the_state_declares_and_gives_up",
        history=[
            book(),
            RunSQL(MADE_BY_SQL.sql, state_operations=[AddConstraint("Book", BY_HAND)]),
        ],
        change=[RemoveConstraint("Book", "by_hand"), RemoveField("Book", "series")],
        findings=["W222 testapp_book by_hand"],
        flavours=("sqlite", "mysql", "mariadb"),
    ),
    App(
        name="sql_drops_and_the_state_knows",
        history=[book(series=integer(), title=text())],
        change=[
            RunSQL(
                "ALTER TABLE testapp_book DROP COLUMN series",
                state_operations=[RemoveField("Book", "series")],
            )
        ],
    ),
    App(
        name="sql_drops_a_column_of_another_schema",
        history=[
            book(PLACE),
            RunSQL("CREATE SCHEMA IF NOT EXISTS elsewhere"),
            RunSQL("CREATE TABLE IF NOT EXISTS elsewhere.testapp_book (series int)"),
        ],
        change=[
            RunSQL("ALTER TABLE elsewhere.testapp_book DROP COLUMN series"),
            RunSQL("DROP TABLE elsewhere.testapp_book"),
        ],
        flavours=("postgresql",),
    ),
    App(
        name="sql_in_a_comment_that_django_does_not_send",
        history=[book(PLACE)],
        change=[RunSQL("/*! ALTER TABLE testapp_book DROP COLUMN series */ SELECT 1")],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="sql_in_a_comment_that_the_server_does_not_run",
        history=[book(PLACE)],
        change=[
            RunSQL(["SELECT '/*! DROP x */' /*!999999 ; DROP TABLE testapp_book */"])
        ],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="checks_are_switched_on_again",
        history=[book()],
        change=[RunSQL(["SET foreign_key_checks = 0", "SET foreign_key_checks = 1"])],
        flavours=("mysql", "mariadb"),
    ),
    App(
        name="join_table_is_taken_over_by_a_through_model",
        history=[AUTHOR, create("Book", authors=ManyToManyField("testapp.Author"))],
        change=[
            SeparateDatabaseAndState(
                state_operations=[
                    create(
                        "Authorship",
                        book=key("Book"),
                        author=key("Author"),
                        options={
                            "db_table": "testapp_book_authors",
                            "unique_together": {("book", "author")},
                        },
                    ),
                    AlterField(
                        "Book",
                        "authors",
                        ManyToManyField("testapp.Author", through="testapp.Authorship"),
                    ),
                ]
            )
        ],
    ),
    App(
        name="table_is_taken_over_by_the_state",
        history=[book(PLACE)],
        change=[
            SeparateDatabaseAndState(
                state_operations=[
                    DeleteModel("Book"),
                    create(
                        "Volume",
                        series=integer(),
                        number=integer(),
                        title=text(),
                        options={"db_table": OWN, "constraints": [PLACE]},
                    ),
                ]
            )
        ],
    ),
)

CORPUS = (*LOSSES, *DROPS, *WEAKENINGS, *CONTROLS)
