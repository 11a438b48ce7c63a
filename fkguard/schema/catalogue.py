"""Columns, tables and the catalogue of a database.

Every name is written as the database's catalogue writes it. A table is known by
its key: the name as the search path of the connection finds it, or
``schema"."name`` (Django's own way to write a qualified name without its outer
quotes) for a table elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from .constraints import Constraint, ForeignKey
from .identifiers import AsciiName

K = TypeVar("K", bound=Constraint)


@dataclass(frozen=True, kw_only=True)
class Dependent:
    """What hangs on a table or column without being a constraint: a view."""

    #: "view", "materialized view", "trigger", "rule", "function" ...
    kind: str
    name: str
    columns: frozenset[str] = frozenset()
    #: Whether it is a part of the table, and goes with it as its columns do.
    is_own: bool = False

    def renamed_column(self, old: str, new: str) -> Dependent:
        """Return it as it is behind a rename, of a generated column as well."""
        is_it = self.kind == "generated column" and self.name == old
        return replace(
            self,
            name=new if is_it else self.name,
            columns=frozenset(new if name == old else name for name in self.columns),
        )


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as the catalogue has it."""

    name: str
    #: The full type as the catalogue writes it: "varchar(30)", "bigint unsigned".
    type: str
    null: bool = False
    charset: str = ""
    collation: str = ""
    comment: str = ""
    #: "", "stored" or "virtual".
    generated: str = ""
    #: Whether the database fills it: identity, serial, AUTO_INCREMENT, rowid.
    is_auto: bool = False


#: InnoDB's row formats before DYNAMIC and COMPRESSED.
OLD_ROW_FORMATS = frozenset({"compact", "redundant"})


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with its columns and constraints."""

    name: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    engine: str = ""
    charset: str = ""
    collation: str = ""
    comment: str = ""
    #: InnoDB's, such as "dynamic"; "" where it is not known.
    row_format: str = ""
    #: Whether a rebuild keeps the row format, which its definition then states.
    keeps_row_format: bool = False
    is_partitioned: bool = False
    is_temporary: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((each for each in self.columns if each.name == name), None)

    def named(self, name: str) -> Constraint | None:
        """Return the constraint of that name, or None."""
        return next((each for each in self.constraints if each.name == name), None)

    def of(self, kind: type[K]) -> Iterator[K]:
        """Yield the constraints of one kind."""
        return (each for each in self.constraints if isinstance(each, kind))

    def using(self, column: str) -> Iterator[Constraint]:
        """Yield the constraints that the removal of `column` concerns."""
        return (each for each in self.constraints if column in each.uses)

    def without(self, *gone: Constraint) -> Table:
        """Return this table less some of its constraints."""
        return replace(
            self, constraints=tuple(c for c in self.constraints if c not in gone)
        )

    def with_column(self, column: Column) -> Table:
        """Return this table with another definition of one of its columns."""
        return replace(
            self,
            columns=tuple(column if c.name == column.name else c for c in self.columns),
        )

    def without_column(self, name: str) -> Table:
        """Return the table less one column, which may be a generated one."""
        return replace(
            self,
            columns=tuple(c for c in self.columns if c.name != name),
            dependents=tuple(
                d
                for d in self.dependents
                if (d.kind, d.name) != ("generated column", name)
            ),
        )

    def renamed(self, name: Callable[[str], str], key: Callable[[str], str]) -> Table:
        """Return this table with `name` and, of tables, `key` around every name."""
        return replace(
            self,
            name=key(self.name),
            columns=tuple(replace(c, name=name(c.name)) for c in self.columns),
            constraints=tuple(c.renamed(name, key) for c in self.constraints),
            dependents=tuple(
                replace(d, columns=frozenset(map(name, d.columns)))
                for d in self.dependents
            ),
        )

    def with_constraints(self, *more: Constraint) -> Table:
        """Return this table with more constraints."""
        return replace(self, constraints=(*self.constraints, *more))


@dataclass(frozen=True, kw_only=True)
class Server:
    """What judgement needs to know of a server and of this session on it."""

    #: "postgresql", "mysql", "mariadb" or "sqlite".
    flavour: str
    version: tuple[int, ...] = ()
    database: str = ""
    charset: str = ""
    collation: str = ""
    #: The engine that a CREATE TABLE of this session uses.
    default_engine: str = ""
    #: The engine that every CREATE TABLE gets, whatever it asks for (MariaDB).
    forced_engine: str = ""
    #: The engine that fkguard asks for instead, where that one has no foreign keys.
    given_engine: str = ""
    #: False where the session has switched foreign key checks off.
    foreign_key_checks: bool = True
    restrict_fk_on_non_standard_key: bool = True
    #: MySQL's lower_case_table_names, 0 elsewhere.
    lower_case_table_names: int = 0
    #: Whether a table is found by its name in any case of the letters A to Z (SQLite).
    finds_tables_in_any_case: bool = False

    def describe(self) -> str:
        """Return the server's usual name with its version."""
        name = {
            "postgresql": "PostgreSQL",
            "mysql": "MySQL",
            "mariadb": "MariaDB",
            "sqlite": "SQLite",
        }.get(self.flavour, self.flavour)
        return " ".join([name, ".".join(map(str, self.version[:3]))]).strip()


class _Tables(dict[str, Table]):
    """Tables by key, and by a plain ``str`` in any case as well."""

    def __missing__(self, key: str) -> Table:
        name = AsciiName(key)
        if isinstance(key, AsciiName) or not dict.__contains__(self, name):
            raise KeyError(key)
        return self[name]


class Catalogue:
    """The tables of one database, by key, carried forward event by event.

    The tables are frozen; the catalogue is what a forecast changes. A copy costs
    one dictionary.
    """

    def __init__(self, server: Server, tables: Iterable[Table] = ()) -> None:
        self.server = server
        self._tables: dict[str, Table] = (
            _Tables() if server.finds_tables_in_any_case else {}
        )
        #: key of the referenced table -> keys of the tables that reference it
        self._referencing: dict[str, set[str]] = {}
        #: name of a constraint -> keys of the tables that have one of that name
        self._holders: dict[str, set[str]] = {}
        for table in tables:
            self.put(table)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    def __len__(self) -> int:
        return len(self._tables)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and self._tables == other._tables

    __hash__ = None  # type: ignore[assignment]

    def get(self, key: str) -> Table | None:
        """Return the table of that key, or None."""
        try:
            return self._tables[key]
        except KeyError:
            return None

    @property
    def tables(self) -> Mapping[str, Table]:
        return self._tables

    def put(self, table: Table) -> None:
        """Add a table or take it in place of the one of the same key."""
        self._unlink(table.name)
        self._tables[table.name] = table
        for constraint in table.constraints:
            if constraint.name:
                self._holders.setdefault(constraint.name, set()).add(table.name)
            if isinstance(constraint, ForeignKey):
                self._referencing.setdefault(constraint.to_table, set()).add(table.name)

    def drop(self, key: str) -> None:
        """Forget a table; what references it is left as it is."""
        self._unlink(key)
        self._tables.pop(key, None)

    def change(self, key: str, change: Callable[[Table], Table]) -> None:
        """Put `change(table)` in place of the table, if it is known."""
        if (table := self.get(key)) is not None:
            self.put(change(table))

    def incoming(self, key: str) -> list[tuple[Table, ForeignKey]]:
        """Return the foreign keys that reference a table, its own included."""
        return [
            (self._tables[name], constraint)
            for name in sorted(self._referencing.get(key, ()))
            for constraint in self._tables[name].constraints
            if isinstance(constraint, ForeignKey) and constraint.to_table == key
        ]

    def named(self, name: str) -> list[tuple[Table, Constraint]]:
        """Return the constraints of that name, with their tables, in their order."""
        keys = self._holders.get(name)
        if not keys:
            return []
        holders = (
            [self._tables[key] for key in keys]
            if len(keys) == 1
            else [table for table in self if table.name in keys]
        )
        return [
            (table, each)
            for table in holders
            for each in table.constraints
            if each.name == name
        ]

    def copy(self) -> Catalogue:
        """Return a catalogue that can go on by itself."""
        twin = Catalogue(self.server)
        twin._tables.update(self._tables)
        twin._referencing = {
            key: set(names) for key, names in self._referencing.items()
        }
        twin._holders = {name: set(keys) for name, keys in self._holders.items()}
        return twin

    def _unlink(self, key: str) -> None:
        if (table := self.get(key)) is None:
            return
        for constraint in table.constraints:
            if constraint.name:
                self._holders.get(constraint.name, set()).discard(key)
            if isinstance(constraint, ForeignKey):
                self._referencing.get(constraint.to_table, set()).discard(key)


@dataclass(frozen=True, kw_only=True)
class Located:
    """A constraint together with the key of its table."""

    table: str
    constraint: Constraint = field()

    def describe(self) -> str:
        name = f" {self.constraint.name}" if self.constraint.name else ""
        return f"{self.constraint.kind}{name} of {self.table}"
