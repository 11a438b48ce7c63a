"""``manage.py fkguard copy --format html`` and ``markdown``."""

from __future__ import annotations

import re

import pytest

from fkguard.copying.document import document
from fkguard.copying.problems import Finding
from fkguard.copying.proof import Content, Proven
from fkguard.copying.running import Outcome
from fkguard.reports import write_document
from tests.copying.stage import Stage
from tests.test_html import ATTACKS

ORPHAN = (
    "INSERT INTO stacks_loan (book_id, reader_id, since) "
    "SELECT 987654, reader_id, since FROM stacks_loan LIMIT 1"
)


def test_html_has_each_table_and_the_comparison(fresh: Stage) -> None:
    path = fresh.folder / "copy.html"

    done = fresh.copy("--format", "html", "--output", str(path))

    page = path.read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    for name, count in fresh.rows().items():
        row = f'<th scope="row">{name}</th><td>equal</td><td class="number">{count:,}<'
        assert row in page
    assert "Rows per second" in page
    assert 'class="wrong"' not in page


@pytest.mark.parametrize("format", ["html", "markdown"])
def test_blocking_rows_are_reported_with_their_keys(stage: Stage, format: str) -> None:
    stage.in_source(ORPHAN)

    done = stage.copy("--format", format)

    assert done.returncode == 1
    assert "fkguard.E603" in done.stdout
    assert "987654" in done.stdout
    # The app of the table.
    assert re.search(r"(>|#### )stacks", done.stdout)
    assert done.stderr.startswith("CommandError: Nothing was copied: ")


def outcome(name: str) -> Outcome:
    return Outcome(
        source="default",
        target="default",
        findings=[
            Finding(code="W604", message=name, hint=name, table=name, samples=(name,))
        ],
        choices=[
            {
                "table": name,
                "column": name,
                "references": name,
                "value": name,
                "rows": 2,
                "choice": "null",
            }
        ],
        replaced={name: 3},
        proven=[
            Proven(
                label=name,
                table=name,
                source=Content(rows=2, digest=1),
                target=Content(rows=1, digest=2),
                problems=["2 rows were expected, but there is 1."],
            )
        ],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("attack", ATTACKS)
def test_names_of_a_schema_are_no_markup(attack: str) -> None:
    page = write_document(document(outcome(attack), 1.5), "html")

    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    assert "<svg onload" not in page
    assert "<a href='javascript" not in page
    assert page.count("<script>") == 1


@pytest.mark.django_db
def test_a_table_that_differs_is_marked() -> None:
    text = outcome("stacks_book")

    page = write_document(document(text, 1.5), "html")
    comment = write_document(document(text, 1.5), "markdown")

    assert page.count('class="wrong"') == 1
    assert "stacks_book: 2 rows were expected, but there is 1." in page
    assert re.search(r"stacks\\?_book ❌ \| different \| 2 \| 1 \|", comment)
    assert "do not agree" in comment.splitlines()[0]
