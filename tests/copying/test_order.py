"""Tables in an order in which every reference finds its row."""

from __future__ import annotations

from fkguard.copying.order import DEFERRED, FILLED, PLAIN, UNCHECKED, Group, groups
from fkguard.schema.catalogue import Catalogue, Column, Server, Table
from fkguard.schema.constraints import ForeignKey


def catalogue(*links: str, deferrable: str = "") -> Catalogue:
    """Return a catalogue of links: "a>b" references, "a?b" may be NULL."""
    tables: dict[str, Table] = {}
    for number, link in enumerate(links):
        name, to_table = link[0], link[2]
        column = Column(name=f"c{number}", type="int", null=link[1] == "?")
        foreign_key = ForeignKey(
            name=f"f{number}",
            columns=(column.name,),
            to_table=to_table,
            to_columns=("id",),
            deferrable=deferrable,
        )
        for each in (name, to_table):
            tables.setdefault(each, Table(name=each))
        table = tables[name].with_constraints(foreign_key)
        tables[name] = Table(
            name=name,
            columns=(*table.columns, column),
            constraints=table.constraints,
        )
    return Catalogue(Server(flavour="mysql"), tables.values())


def ordered(*links: str, can_defer: bool = False, deferrable: str = "") -> list[Group]:
    found = catalogue(*links, deferrable=deferrable)
    return groups(found, sorted(found.tables), can_defer=can_defer)


def test_referenced_tables_come_first() -> None:
    found = ordered("a>b", "b>c", "a>c")

    assert [each.tables for each in found] == [("c",), ("b",), ("a",)]
    assert {each.way for each in found} == {PLAIN}


def test_nullable_key_of_a_circle_is_held_back() -> None:
    [group] = ordered("a?b", "b>a")

    assert (group.tables, group.way) == (("a", "b"), FILLED)
    assert [(n, h[0].column, h[0].placeholder) for n, h in group.held.items()] == [
        ("a", "c0", "")
    ]


def test_nullable_reference_to_itself_is_held_back() -> None:
    [group] = ordered("a?a")

    assert (group.way, group.held["a"][0].placeholder) == (FILLED, "")


def test_reference_to_itself_that_is_not_null_points_to_its_own_row() -> None:
    [group] = ordered("a>a")

    assert (group.way, group.held["a"][0].placeholder) == (FILLED, "id")


def test_circle_without_null_is_unchecked_where_nothing_can_be_deferred() -> None:
    [group] = ordered("a>b", "b>c", "c>a")

    assert (sorted(group.tables), group.way) == (["a", "b", "c"], UNCHECKED)


def test_circle_is_one_transaction_where_its_keys_can_be_deferred() -> None:
    [group] = ordered("a>b", "b>a", can_defer=True, deferrable="deferred")

    assert (group.way, group.held) == (DEFERRED, {})


def test_key_that_is_not_deferrable_is_held_back_on_such_a_database_too() -> None:
    [group] = ordered("a?b", "b>a", can_defer=True)

    assert group.way == FILLED


def test_reference_to_a_table_that_is_not_copied_is_no_link() -> None:
    found = catalogue("a>b")

    assert [g.tables for g in groups(found, ["a"], can_defer=False)] == [("a",)]
