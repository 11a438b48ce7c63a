"""The reports to look at: HTML with SVG, and Markdown with Mermaid."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from markdown_it import MarkdownIt

from fkguard import reports
from fkguard.judgement.forecast import Forecast
from fkguard.judgement.judge import Finding, Judge
from fkguard.reports import Details, Entry, Findings, Problem, Source, markdown
from fkguard.reports.diagrams import diagram
from fkguard.reports.documents import AppFindings, Document, Grid, Item, Section
from fkguard.reports.drawings import (
    CHANGED,
    CONCERNED,
    FAILED,
    MISSING,
    PLAIN,
    Diagram,
    Drawing,
    DrawnTable,
    Element,
)
from fkguard.reports.findings import details
from fkguard.reports.layout import BOX, WIDTH, lay_out
from fkguard.schema.catalogue import Catalogue, Column, Server, Table
from fkguard.schema.constraints import ForeignKey, PrimaryKey, Unique
from fkguard.schema.events import DeclaredColumn, DropColumn, DropTable, Event
from fkguard.schema.location import Place
from fkguard.verify import Verification, verify
from fkguard.verify import document as verify_document

#: What a table, a column, a constraint or a message may be called.
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</style><svg onload=alert(1)>",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "]]></text><a href='javascript:alert(1)'>",
)
BOOK = Table(
    name="library_book",
    columns=(
        Column(name="id", type="bigint"),
        Column(name="series", type="varchar(30)", null=True),
        Column(name="number", type="integer"),
        Column(name="author_id", type="bigint"),
    ),
    constraints=(
        PrimaryKey(name="library_book_pkey", columns=("id",)),
        Unique(name="book_place", columns=("series", "number")),
        ForeignKey(
            name="book_author_fk",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
        ),
    ),
)
AUTHOR = Table(
    name="library_author",
    columns=(Column(name="id", type="bigint"),),
    constraints=(PrimaryKey(name="library_author_pkey", columns=("id",)),),
)


def findings_of(flavour: str, event: Event, *tables: Table) -> list[Finding]:
    """Return what an event does to tables on a database."""
    judge = Judge(
        Forecast(Catalogue(Server(flavour=flavour, version=(15,)), tables)),
        "strict",
        acknowledgements=lambda place: (),
    )
    return judge.consider(event, Place(app_label="library", migration="0002")).findings


def drop(column: str) -> DropColumn:
    old = DeclaredColumn(field=column, column=column, type="varchar(30)")
    return DropColumn(table="library_book", old=old, declared=lambda key: BOOK)


def element(drawing: Drawing, text: str) -> Element:
    """Return a column or a constraint of the first table that has it."""
    return next(
        each
        for table in drawing.tables
        for each in (*table.columns, *table.constraints)
        if each.text == text
    )


class Page(HTMLParser):
    """The tags of a page with their attributes, and its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.raw:
            self.raw[self.inside].append(data)
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def entry(**values: Any) -> Entry:
    return Entry(
        **{
            "id": "E101",
            "slug": "unique_member_dropped",
            "level": "error",
            "message": "Removing library_book.series drops UNIQUE book_place.",
            "hint": "PostgreSQL drops it.\nWrite instead:\n\n    RemoveField(),\n",
            "url": "https://fkguard.readthedocs.io/hazards/unique_member_dropped.html",
            "app_label": "library",
            "migration": "0002_without_series",
            "operation": 2,
            "file": "library/migrations/0002_without_series.py",
            "line": 14,
            "vendors": ("postgresql", "mysql:8.4"),
            **values,
        }
    )


def lost() -> Entry:
    """Return a finding with everything that can be shown of it."""
    found = findings_of("postgresql", drop("series"), BOOK, AUTHOR)
    return entry(details=details(found[0], "PostgreSQL"))


def attacked(attack: str) -> Document:
    """Return a document in which every text is an attack."""
    drawn = Element(text=attack, detail=attack, note=attack, style=MISSING)
    table = DrawnTable(name=attack, columns=(drawn,), constraints=(drawn,), note=attack)
    drawing = Drawing(title=attack, tables=(table,))
    picture = ((attack, Diagram(before=drawing, after=drawing)),) * 2
    found = entry(
        message=attack,
        hint=attack,
        url=f"javascript:{attack}",
        app_label=attack,
        migration=attack,
        file=attack,
        details=Details(reasons=(attack,), remedy=attack, fix=attack, diagrams=picture),
    )
    return Document(
        command="lint",
        summary=attack,
        sections=(
            Section(
                title=attack,
                summary=attack,
                groups=(
                    AppFindings(
                        title=attack,
                        items=(Item(title=attack, entries=(found,), diagrams=picture),),
                    ),
                    AppFindings(title=attack, items=(Item(entries=(found,)),)),
                ),
                grids=(Grid(title=attack, header=(attack,), rows=((attack,),)),),
                notes=(attack,),
            ),
        ),
        problems=(Problem(message=attack, file=attack, line=1),),
        facts=((attack, attack),),
        is_clean=False,
    )


# Diagrams


def test_dropped_unique_is_missing_afterwards() -> None:
    found = findings_of("postgresql", drop("series"), BOOK, AUTHOR)
    drawn = diagram([found[0].case])

    assert drawn is not None
    assert (drawn.before.title, drawn.after.title) == ("Before", "After")
    unique = "UNIQUE (series, number)"
    assert element(drawn.before, unique).style == CONCERNED
    after = element(drawn.after, unique)
    assert (after.style, after.note, after.detail) == (MISSING, "dropped", "book_place")
    removed = element(drawn.after, "series")
    assert (removed.style, removed.note) == (MISSING, "removed")
    # What the operation does not concern is drawn as it was.
    assert element(drawn.after, "number").style == PLAIN
    assert element(drawn.after, "PRIMARY KEY (id)").style == PLAIN


def test_shrunk_unique_is_drawn_next_to_what_it_was() -> None:
    found = findings_of("mysql", drop("series"), BOOK, AUTHOR)
    drawn = diagram([found[0].case])

    assert drawn is not None
    assert element(drawn.after, "UNIQUE (series, number)").style == MISSING
    shrunk = element(drawn.after, "UNIQUE (number)")
    assert (shrunk.style, shrunk.note) == (CHANGED, "shrunk")


def test_blocked_statement_leaves_the_tables_as_they_were() -> None:
    found = findings_of("mysql", DropTable(table="library_author"), BOOK, AUTHOR)
    drawn = diagram([found[0].case])

    assert drawn is not None
    assert drawn.after.title == "After: the statement fails"
    key = "FOREIGN KEY (author_id) REFERENCES library_author (id)"
    assert element(drawn.after, key).style == FAILED
    assert [each.name for each in drawn.after.tables] == [
        "library_book",
        "library_author",
    ]


def test_dropped_table_is_drawn_as_missing() -> None:
    found = findings_of("postgresql", DropTable(table="library_author"), BOOK, AUTHOR)
    drawn = diagram([found[0].case])

    assert drawn is not None
    table = drawn.after.tables[1]
    assert (table.name, table.style, table.note) == (
        "library_author",
        MISSING,
        "dropped",
    )


def test_harmless_drop_has_nothing_to_draw() -> None:
    """Nothing depends on the column of a table without constraints on it."""
    bare = replace(BOOK, constraints=BOOK.constraints[:1])
    assert findings_of("postgresql", drop("series"), bare) == []


def test_wide_table_is_folded() -> None:
    """Columns that a finding concerns are drawn, however many others there are."""
    many = tuple(Column(name=f"c{n}", type="text") for n in range(40))
    wide = replace(BOOK, columns=(*many, *BOOK.columns))
    found = findings_of("postgresql", drop("series"), wide, AUTHOR)
    drawn = diagram([found[0].case])

    assert drawn is not None
    before = drawn.before.tables[0]
    names = [each.text for each in before.columns]
    assert names == ["c0", "c1", "c2", "c3", "c4", "id", "series", "number"]
    assert before.hidden_columns == 36


def test_layout_stays_within_its_width() -> None:
    long = Element(text="a" * 63, detail="character varying(200)", note="removed")
    table = DrawnTable(
        name="t" * 63,
        columns=(long,),
        constraints=(
            replace(long, text=f"UNIQUE ({', '.join(['b' * 63] * 4)})", to_table="u"),
        ),
    )
    other = DrawnTable(name="u")
    layout = lay_out(Drawing(title="Before", tables=(table, other)))

    assert layout.width == WIDTH
    for each in layout.texts:
        width = len(each.text) * 7.25
        left = each.x - width if each.anchor == "end" else each.x
        assert left >= 0
        assert left + width <= BOX + 1
    assert max(each.y for each in layout.texts) < layout.height
    # Nothing of a long name is cut.
    shown = "".join(each.text for each in layout.texts)
    assert "t" * 63 in shown
    assert shown.count("b") == 4 * 63


# HTML


def test_html_has_the_findings_by_database_and_app() -> None:
    other = entry(app_label="loans", level="warning", vendors=("sqlite",))
    text = reports.write(
        Findings(
            entries=(other, lost()),
            migrations=(Source(app_label="library", migration="0001"),),
        ),
        "html",
    )
    page = Page(text)

    assert text.startswith("<!doctype html>")
    assert "PostgreSQL and MySQL 8.4 library 1" in page.words
    assert "SQLite loans 1" in page.words
    assert "Errors 1" in page.words
    assert "Warnings 1" in page.words
    assert "library/migrations/0002_without_series.py:14" in page.words
    # The database with errors comes first.
    headings = re.findall(r"<h2 [^>]*>(.*?)</h2>", text)
    assert headings == ["PostgreSQL and MySQL 8.4", "SQLite"]
    assert len(page.all("svg")) == 2
    assert [each["type"] for each in page.all("button")] == ["button"]


def test_html_without_findings_says_so() -> None:
    page = Page(reports.write(Findings(), "html"))

    assert "No migration: nothing found." in page.words
    assert page.all("svg") == []
    assert page.all("article") == []
    assert [each["id"] for each in page.all("input")] == [
        "theme-auto",
        "theme-light",
        "theme-dark",
    ]


def test_html_names_what_was_not_analyzed() -> None:
    problem = Problem(message="It cannot be imported.", file="a/0003.py", line=3)
    page = Page(reports.write(Findings(problems=(problem,)), "html"))

    assert "Not analyzed a/0003.py:3 It cannot be imported." in page.words
    assert "nothing found" in page.words


def test_html_loads_nothing() -> None:
    text = reports.write(Findings(entries=(lost(),)), "html")
    page = Page(text)

    names = {name for name, _ in page.tags}
    assert not names & {"link", "img", "iframe", "object", "embed", "base", "image"}
    for _, attributes in page.tags:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [each for each in attributes if each.startswith("on")]
    (style,), (script,) = page.raw["style"], page.raw["script"]
    assert not re.search(r"url\(|@import|https?:", style + script)
    assert not re.search(r"fetch|XMLHttp|innerHTML|eval|import", script)
    policy = next(
        each["content"]
        for each in page.all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    for content in (style, script):
        digest = hashlib.sha256(content.encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in str(policy)
    assert str(policy).startswith("default-src 'none'")


def test_html_ids_are_unique_and_found() -> None:
    found = Findings(entries=(lost(), replace(lost(), app_label="loans")))
    page = Page(reports.write(found, "html"))

    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(str(attributes.get(name) or "").split()) <= set(ids)
        if (attributes.get("href") or "").startswith("#"):
            assert str(attributes["href"])[1:] in ids


def test_html_headings_leave_no_level_out() -> None:
    page = Page(reports.write_document(attacked("x"), "html"))
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]

    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_escapes_names_and_messages(attack: str) -> None:
    text = reports.write_document(attacked(attack), "html")
    page = Page(text)

    assert [name for name, _ in page.tags].count("script") == 1
    assert [name for name, _ in page.tags].count("style") == 1
    harmless = Page(reports.write_document(attacked("x"), "html"))
    tags = [name for name, _ in page.tags if name != "text"]
    assert tags == [name for name, _ in harmless.tags if name != "text"]
    assert not any(
        each.startswith("on") for _, attributes in page.tags for each in attributes
    )
    assert not [
        each
        for each in page.all("a")
        if not str(each["href"]).startswith(("#", "https://"))
    ]
    assert " ".join(attack.split()) in page.words


def test_numbers_are_not_localised(settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True
    from django.utils import translation

    with translation.override("de"):
        page = Page(reports.write(Findings(entries=(lost(),)), "html"))
    for each in page.all("rect"):
        assert re.fullmatch(r"[\d.]+", str(each["y"]))


def test_details_stay_out_of_the_contracts() -> None:
    """The parts for HTML change no format that programs read."""
    with_details, without = (Findings(entries=(each,)) for each in (lost(), entry()))
    assert lost() == entry()
    for format in ("json", "sarif", "github", "gitlab", "junit"):
        assert reports.write(with_details, format) == reports.write(without, format)
    assert (
        "details" not in json.loads(reports.write(with_details, "json"))["entries"][0]
    )


# Markdown


def test_markdown_has_a_flowchart_and_the_fix() -> None:
    text = reports.write(Findings(entries=(lost(),)), "markdown")

    assert text.startswith("## fkguard lint: No migration: 1 error.\n")
    assert "### PostgreSQL and MySQL 8.4\n\n#### library\n" in text
    assert "```mermaid\nflowchart LR\n" in text
    assert (
        '(["UNIQUE #40;series#44; number#41;<br>book_place<br>#40;dropped#41;"])'
        ":::missing" in text
    )
    assert "```python\nmigrations.RunSQL(" in text


@pytest.mark.parametrize("attack", [*ATTACKS, "a`b", "```\n<b>", "@team #12 [x](y)"])
def test_markdown_escapes_names_and_messages(attack: str) -> None:
    text = reports.write_document(attacked(attack), "markdown")
    tokens = [
        inner
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        for inner in (token, *(token.children or ()))
    ]

    html = [each.content for each in tokens if each.type.startswith("html")]
    assert {tag for each in html for tag in re.findall(r"<\W?(\w+)", each)} == {
        "details",
        "summary",
    }
    links = [str(e.attrs["href"]) for e in tokens if e.type == "link_open"]
    assert links == []
    words = "".join(each.content for each in tokens if each.type == "text")
    assert not re.search(r"@(?!\u200b)|#\d", words)
    visible = " ".join(re.sub("([@#])", "\\1\u200b", attack).split())
    assert visible in words or "`" in attack


def test_markdown_links_to_the_page_of_a_hazard() -> None:
    text = reports.write(Findings(entries=(lost(),)), "markdown")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    links = [
        str(each.attrs["href"])
        for token in tokens
        for each in token.children or ()
        if each.type == "link_open"
    ]

    assert links == [lost().url]


def test_mermaid_label_holds_no_syntax() -> None:
    assert markdown.label('a"b]--> c') == "a#34;b#93;#45;#45;#62; c"
    assert markdown.label("Größe_1") == "Größe_1"


def test_markdown_leaves_out_what_a_comment_cannot_hold() -> None:
    entries = tuple(
        replace(lost(), message=f"Finding {n}. " + "x" * 900) for n in range(80)
    )
    text = reports.write(Findings(entries=entries), "markdown")

    assert len(text) < 65_536
    shown = len(re.findall(r"\*\*Finding \d+\.", text))
    assert f"{80 - shown} more findings are left out" in text


# Verify


@pytest.mark.django_db
def test_verify_draws_declared_next_to_actual() -> None:
    from django.db import connection

    report = verify(connection, ["contenttypes"])
    assert verify_document([report]).is_clean
    page = Page(reports.write_document(verify_document([report]), "html"))
    assert "nothing found" in page.words

    table = report.catalogue.get("django_content_type")
    assert table is not None
    unique = next(table.of(Unique))
    report.catalogue.put(table.without(unique))
    drifted = verify_of(report)
    text = reports.write_document(verify_document([drifted]), "html")
    assert "<figcaption>Declared</figcaption>" in text
    assert "<figcaption>In the database</figcaption>" in text


def verify_of(report: Verification) -> Verification:
    """Return a report once more, of the catalogue that it has now."""
    from fkguard.verify import _differences, _finding

    declared = {each.table.name: each.table for each in report.expected.promises}
    findings = [
        _finding(consequence, promise, report.catalogue, declared)
        for promise in report.expected.promises
        for consequence in _differences(promise, report.expected, report.catalogue)
    ]
    return replace(report, findings=findings)
