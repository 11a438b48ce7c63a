"""Every migration that can be read, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph

from .. import compat
from ..compat import Key
from ..reports import Problem
from .paths import Paths


@dataclass(kw_only=True)
class LoadedMigrations:
    """The migrations of the project, in the order in which they run."""

    migrations: dict[Key, Migration]
    order: list[Key]
    #: What each migration depends on directly.
    parents: dict[Key, set[Key]] = field(default_factory=dict)
    #: Squashed migration -> what stands in its place.
    replaced: dict[Key, Key] = field(default_factory=dict)
    unmigrated_apps: set[str] = field(default_factory=set)
    applied: set[Key] = field(default_factory=set)
    broken: list[compat.Broken] = field(default_factory=list)


def problem(broken: compat.Broken, paths: Paths) -> Problem:
    """Return what cannot be read, for a report."""
    return Problem(
        message=paths.shortened(broken.message),
        app_label=broken.app_label,
        migration=broken.migration,
        file=paths.relative(broken.path) if broken.path else "",
        line=broken.line,
    )


def put_last(found: LoadedMigrations, chosen: set[Key]) -> list[Key]:
    """Return the order with the chosen migrations as late as they can come.

    Those before the first of them are walked and not judged, so `--latest 1` judges
    one migration of each app and no more.
    """
    late: set[Key] = set()
    for key in found.order:
        if key in chosen or not late.isdisjoint(found.parents.get(key, ())):
            late.add(key)
    return [
        *(key for key in found.order if key not in late),
        *(key for key in found.order if key in late),
    ]


def load(alias: str | None = None) -> LoadedMigrations:
    """Read the migrations of every installed app.

    With the alias of a database, also which of them it has applied.
    """
    loader = compat.Loader(
        connections[alias] if alias is not None else None, load=False
    )
    loader.build_graph()
    order = list(_in_order(loader.graph))
    return LoadedMigrations(
        migrations={key: loader.graph.nodes[key] for key in order},
        order=order,
        parents={
            key: {node.key for node in loader.graph.node_map[key].parents}
            for key in order
        },
        replaced={
            old: key
            for key, migration in loader.replacements.items()
            if key in loader.graph.nodes
            for old in migration.replaces
            if old not in loader.graph.nodes
        },
        unmigrated_apps=loader.unmigrated_apps,
        applied=set(loader.applied_migrations),
        broken=loader.broken,
    )


def _in_order(graph: MigrationGraph) -> Iterator[Key]:
    """Yield every migration behind what it depends on, in Django's order.

    One walk over the graph: ``forwards_plan()`` of each leaf would make as many as
    there are apps. A circle is left where it is entered.
    """
    seen: set[Key] = set()
    for leaf in sorted(graph.node_map):
        if leaf in seen or graph.node_map[leaf].children:
            continue
        yield from _behind(graph, leaf, seen)
    for key in sorted(graph.node_map):
        # In a circle nothing is last.
        if key not in seen:
            yield from _behind(graph, key, seen)


def _behind(graph: MigrationGraph, key: Key, seen: set[Key]) -> Iterator[Key]:
    seen.add(key)
    stack = [(key, iter(sorted(n.key for n in graph.node_map[key].parents)))]
    while stack:
        current, parents = stack[-1]
        following = next((each for each in parents if each not in seen), None)
        if following is None:
            stack.pop()
            yield current
        else:
            seen.add(following)
            stack.append(
                (
                    following,
                    iter(sorted(n.key for n in graph.node_map[following].parents)),
                )
            )
