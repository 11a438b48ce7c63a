"""Put tables in an order in which every reference finds its row.

Tables that reference each other in a circle are one group. Where the database lets
its foreign keys wait, a group is one transaction; elsewhere the columns that point
ahead are held back, and filled when all rows are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ..schema.catalogue import Catalogue, Table
from ..schema.constraints import ForeignKey

#: How a group goes in.
PLAIN = "plain"
DEFERRED = "deferred"
FILLED = "filled"
UNCHECKED = "unchecked"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A foreign key whose column waits until all rows are there."""

    foreign_key: ForeignKey
    #: Stands in for the value meanwhile: a column of the same row; "" for NULL.
    placeholder: str = ""

    @property
    def column(self) -> str:
        return self.foreign_key.columns[0]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tables that go in together, in this order."""

    tables: tuple[str, ...]
    way: str = PLAIN
    #: Table -> what it holds back.
    held: Mapping[str, tuple[Held, ...]]

    @property
    def is_circular(self) -> bool:
        return self.way != PLAIN


def groups(
    catalogue: Catalogue, tables: Iterable[str], *, can_defer: bool
) -> list[Group]:
    """Return the tables in groups, the referenced ones first."""
    chosen = list(tables)
    known = set(chosen)
    links = {
        name: [
            each
            for each in _table(catalogue, name).of(ForeignKey)
            if each.to_table in known
        ]
        for name in chosen
    }
    reach = {name: _reachable(name, links) for name in chosen}
    component = {
        name: tuple(
            other
            for other in chosen
            if other == name or (other in reach[name] and name in reach[other])
        )
        for name in chosen
    }
    sorter: TopologicalSorter[tuple[str, ...]] = TopologicalSorter()
    for name in chosen:
        sorter.add(
            component[name],
            *(
                component[each.to_table]
                for each in links[name]
                if component[each.to_table] != component[name]
            ),
        )
    return [
        _group(catalogue, members, links, can_defer)
        for members in sorter.static_order()
    ]


def _table(catalogue: Catalogue, name: str) -> Table:
    return catalogue.get(name) or Table(name=name)


def _reachable(name: str, links: Mapping[str, list[ForeignKey]]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for each in links[waiting.pop()]:
            if each.to_table not in seen:
                seen.add(each.to_table)
                waiting.append(each.to_table)
    return seen


def _group(
    catalogue: Catalogue,
    members: tuple[str, ...],
    links: Mapping[str, list[ForeignKey]],
    can_defer: bool,
) -> Group:
    inner = [
        (name, each)
        for name in members
        for each in links[name]
        if each.to_table in members
    ]
    if not inner:
        return Group(tables=members, held={})
    if can_defer and all(each.deferrable for _, each in inner):
        return Group(tables=members, way=DEFERRED, held={})
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(members, ()))
    for name, each in inner:
        if name != each.to_table and not is_nullable(catalogue, name, each):
            sorter.add(name, each.to_table)
    try:
        order = tuple(sorter.static_order())
    except CycleError:
        return Group(tables=members, way=UNCHECKED, held={})
    held: dict[str, list[Held]] = {}
    for name, each in inner:
        if order.index(each.to_table) < order.index(name):
            continue
        if is_nullable(catalogue, name, each):
            held.setdefault(name, []).append(Held(foreign_key=each))
        elif name == each.to_table and len(each.columns) == 1:
            # A row may always reference itself.
            held.setdefault(name, []).append(
                Held(foreign_key=each, placeholder=each.to_columns[0])
            )
        else:
            return Group(tables=order, way=UNCHECKED, held={})
    return Group(tables=order, way=FILLED, held={k: tuple(v) for k, v in held.items()})


def is_nullable(catalogue: Catalogue, name: str, foreign_key: ForeignKey) -> bool:
    """Say whether the key is one column that may be NULL."""
    if len(foreign_key.columns) != 1:
        return False
    column = _table(catalogue, name).column(foreign_key.columns[0])
    return column is not None and column.null
