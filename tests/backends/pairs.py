"""Generate pairs of tables, and the foreign key that one is to have to the other.

Each vendor has its own types, keys and peculiarities. A seed gives the same pairs
every time; `python -m tests.backends.pairs mysql SEED` prints some.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True, kw_only=True)
class Pair:
    """SQL for a referenced table `p<number>`, and a referencing one `c<number>`."""

    number: int
    referenced: tuple[str, ...]
    referencing: tuple[str, ...]
    #: The referential actions: " ON DELETE SET NULL".
    actions: str = ""
    #: SQL of rows, where a database finds out with the first one.
    rows: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        return f"p{self.number}", f"c{self.number}"

    def __str__(self) -> str:
        return "\n".join(["", *self.referenced, *self.referencing, self.actions])


INTEGERS = ["tinyint", "smallint", "mediumint", "int", "bigint"]
TEXTS = ["char(10)", "varchar(10)", "varchar(200)", "char(32)", "varchar(36)"]
OTHERS = [
    "decimal(10,2)",
    "decimal(5,0)",
    "decimal(8,2) unsigned",
    "float",
    "double",
    "binary(16)",
    "binary(4)",
    "varbinary(20)",
    "date",
    "datetime",
    "datetime(6)",
    "timestamp(6) null",
    "time",
    "time(6)",
    "year",
    "bit(1)",
    "bit(20)",
    "enum('a','b')",
    "enum('c')",
    "set('a','b')",
    "set('a','b','c','d','e','f','g','h','i')",
]
LONG = ["text", "longtext", "blob", "tinytext"]
COLLATIONS = {
    "mysql": [
        "utf8mb4_0900_ai_ci",
        "utf8mb4_general_ci",
        "utf8mb4_bin",
        "utf8mb3_general_ci",
        "latin1_swedish_ci",
        "latin1_bin",
        "ascii_general_ci",
        "binary",
    ],
    "mariadb": [
        "utf8mb4_general_ci",
        "utf8mb4_unicode_ci",
        "utf8mb4_bin",
        "utf8mb3_general_ci",
        "latin1_swedish_ci",
        "latin1_bin",
        "ascii_general_ci",
        "binary",
    ],
}


class MySQLPairs:
    """Pairs for MySQL; MariaDB has more types."""

    def __init__(self, random_: random.Random, flavour: str, version: tuple[int, ...]):
        self.random = random_
        self.flavour = flavour
        self.collations = list(COLLATIONS[flavour])
        self.others = list(OTHERS)
        if flavour == "mariadb":
            self.others += ["uuid", "inet6", "inet4"]
            if version >= (11, 5):
                self.collations.append("utf8mb4_uca1400_ai_ci")

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def type(self) -> str:
        kind = self.random.random()
        if kind < 0.35:
            display = self.random.choice(["", "", "(5)", "(11)"])
            unsigned = " unsigned" if self.chance(0.35) else ""
            return f"{self.random.choice(INTEGERS)}{display}{unsigned}"
        if kind < 0.7:
            return self.text(self.random.choice(TEXTS))
        if kind < 0.97:
            return self.random.choice(self.others)
        return self.random.choice(LONG)

    def text(self, bare: str) -> str:
        if self.chance(0.6):
            return bare
        collation = self.random.choice(self.collations)
        charset = collation.partition("_")[0]
        return f"{bare} character set {charset} collate {collation}"

    def near(self, type_: str) -> str:
        """Return the same type, or one that is close to it."""
        if self.chance(0.5):
            return type_
        bare = type_.partition(" character set")[0]
        if bare in TEXTS:
            return self.text(self.random.choice([bare, *TEXTS]))
        for name in INTEGERS:
            if type_.startswith(name):
                return self.random.choice(
                    [name, f"{name} unsigned", f"{name}(9)", "int", "bigint"]
                )
        return self.type()

    def options(self) -> str:
        parts = []
        if self.chance(0.07):
            parts.append(f"engine={self.random.choice(['myisam', 'memory'])}")
        if self.chance(0.2):
            collation = self.random.choice(self.collations)
            parts.append(
                f"character set {collation.partition('_')[0]} collate {collation}"
            )
        return " ".join(parts)

    def column(self, name: str, type_: str, *, null: bool) -> str:
        if self.chance(0.06) and not type_.endswith("null") and "(20)" not in type_:
            stored = self.random.choice(["virtual", "stored"])
            return f"{name} {type_} generated always as (origin) {stored}"
        if type_.endswith(" null"):
            return f"{name} {type_}"
        return f"{name} {type_}{'' if null else ' not null'}"

    def key(self, type_: str) -> tuple[list[str], str]:
        """Return the definitions of keys on ``k``, and the primary key's column."""
        is_text = type_.startswith(("char", "varchar", *LONG))
        kinds = ["primary"] * 4 + ["unique"] * 6 + ["index", "none", "left", "right"]
        kinds += ["together", "both", "primary_left", "descending", "index_and_more"]
        if is_text:
            kinds += ["prefix", "unique_prefix"]
        kind = self.random.choice(kinds)
        return {
            "primary": (["primary key (k)"], ""),
            "unique": (["unique u (k)"], "id"),
            "index": (["index i (k)"], "id"),
            "none": ([], "id"),
            "left": (["unique u (k, other)"], "id"),
            "right": (["unique u (other, k)"], "id"),
            "together": (["index i (k, other)"], "id"),
            "both": (["unique u (k, other)", "unique v (k)"], "id"),
            "primary_left": (["primary key (k, other)"], ""),
            "descending": (["unique u (k desc)"], "id"),
            "index_and_more": (["index i (k)", "unique u (other)"], "id"),
            "prefix": (["index i (k(3))"], "id"),
            "unique_prefix": (["unique u (k(3))"], "id"),
        }[kind]

    def pair(self, number: int) -> Pair:
        parent = self.type()
        child = self.near(parent) if self.chance(0.8) else self.type()
        keys, primary = self.key(parent)
        columns = ["origin " + parent.replace(" null", ""), "other int not null"]
        if primary:
            columns.insert(0, "id int not null auto_increment primary key")
        elif parent.endswith(" null"):
            parent = parent.removesuffix(" null")
        columns.append(self.column("k", parent, null=not (keys and not primary)))
        options = self.options()
        if self.chance(0.04) and parent.startswith("int") and keys[:1] and not primary:
            options += " partition by hash (k) partitions 2"
        p, c = f"p{number}", f"c{number}"
        referenced = f"create table {p} ({', '.join([*columns, *keys])}) {options}"
        columns = [
            "origin " + child.replace(" null", ""),
            self.column("f", child, null=self.chance(0.6)),
        ]
        more = ["index f_i (f)"] if self.chance(0.1) and child not in LONG else []
        options = self.options()
        if self.chance(0.03) and child.startswith("int"):
            options += " partition by hash (f) partitions 2"
        temporary = "temporary " if self.chance(0.02) else ""
        return Pair(
            number=number,
            referenced=(referenced,),
            referencing=(
                (
                    f"create {temporary}table {c} ({', '.join([*columns, *more])}) "
                    f"{options}"
                ),
            ),
            actions=self.random.choice(
                [
                    *("", "", "", " on delete cascade", " on delete set null"),
                    *(" on update cascade", " on update set null"),
                ]
            ),
        )


POSTGRESQL_TYPES = [
    *("smallint", "integer", "bigint", "numeric(10,2)", "numeric(5)", "real"),
    *("double precision", "varchar(10)", "varchar(36)", "char(10)", "text", "uuid"),
    *("date", "timestamp", "timestamptz", "time", "timetz", "interval", "boolean"),
    *("bytea", "inet", "cidr", "bit(4)", "varbit(4)", "jsonb", "name"),
]


class PostgreSQLPairs:
    """Pairs for PostgreSQL."""

    def __init__(self, random_: random.Random, flavour: str, version: tuple[int, ...]):
        self.random = random_
        self.version = version

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def type(self) -> str:
        type_ = self.random.choice(POSTGRESQL_TYPES)
        if type_.startswith(("varchar", "text")) and self.chance(0.3):
            return f'{type_} collate "{self.random.choice(["C", "POSIX"])}"'
        return type_

    def column(self, name: str, type_: str) -> str:
        if self.chance(0.06):
            kind = "stored"
            if self.version >= (18,) and self.chance(0.5):
                kind = "virtual"
            return f"{name} {type_} generated always as (origin) {kind}"
        return f"{name} {type_}"

    def pair(self, number: int) -> Pair:
        p, c = f"p{number}", f"c{number}"
        parent = self.type()
        child = parent if self.chance(0.35) else self.type()
        keys, after = self.random.choice(
            [
                *[(["primary key (k)"], "")] * 5,
                *[(["unique (k)"], "")] * 4,
                ([], ""),
                ([], f"create unique index on {p} (k)"),
                ([], f"create unique index on {p} (k) where other > 0"),
                ([], f"create index on {p} (k)"),
                ([], f"create unique index on {p} (k) include (other)"),
                ([], f"create unique index on {p} ((k), other)"),
                ([], f"create unique index on {p} (k desc)"),
                (["unique (k, other)"], ""),
                (["unique (k) deferrable"], ""),
                (["unique (k) deferrable initially deferred"], ""),
                (["primary key (k) deferrable"], ""),
                (["unique (k) include (other)"], ""),
                (["unique nulls not distinct (k)"], ""),
                (["primary key (k, other)"], ""),
            ]
        )
        columns = [f"origin {parent}", "other integer", self.column("k", parent)]
        partition = ""
        if self.chance(0.05) and keys == ["primary key (k)"]:
            partition = " partition by hash (k)"
        kinds = ["temporary " if self.chance(0.04) else "" for _ in range(2)]
        referenced = [
            f"create {kinds[0]}table {p} ({', '.join([*columns, *keys])}){partition}"
        ]
        if after:
            referenced.append(after)
        columns = [f"origin {child}", self.column("f", child)]
        return Pair(
            number=number,
            referenced=tuple(referenced),
            referencing=(f"create {kinds[1]}table {c} ({', '.join(columns)})",),
            actions=self.random.choice(
                [
                    *("", "", "", " on delete cascade", " on delete set null"),
                    *(" on update cascade", " on delete set default"),
                ]
            ),
        )


class SQLitePairs:
    """Pairs for SQLite, which makes every foreign key and fails with the rows."""

    def __init__(self, random_: random.Random, flavour: str, version: tuple[int, ...]):
        self.random = random_

    def pair(self, number: int) -> Pair:
        p, c = f"p{number}", f"c{number}"
        types = ["integer", "bigint", "text", "varchar(10)", "real", "blob", ""]
        parent = self.random.choice(types)
        child = parent if self.random.random() < 0.5 else self.random.choice(types)
        collation = self.random.choice(["", "", "nocase", "rtrim", "binary"])
        if collation:
            parent += f" collate {collation}"
        other = self.random.choice(["nocase", "binary", "rtrim"])
        keys, after = self.random.choice(
            [
                *[(["primary key (k)"], "")] * 3,
                *[(["unique (k)"], "")] * 3,
                ([], ""),
                ([], f"create unique index u{number} on {p} (k)"),
                ([], f"create unique index u{number} on {p} (k desc)"),
                ([], f"create unique index u{number} on {p} (k) where other > 0"),
                ([], f"create unique index u{number} on {p} (k collate {other})"),
                ([], f"create unique index u{number} on {p} (k collate {other} desc)"),
                ([], f"create index u{number} on {p} (k)"),
                ([], f"create unique index u{number} on {p} (k, other)"),
                ([], f"create unique index u{number} on {p} (lower(k))"),
                (["unique (k, other)"], ""),
                (["primary key (k, other)"], ""),
                (["primary key (other, k)"], ""),
                ([f"unique (k collate {other})"], ""),
            ]
        )
        referenced = [
            f"create table {p} ({', '.join([f'k {parent}', 'other integer', *keys])})"
        ]
        if after:
            referenced.append(after)
        actions = self.random.choice(["", " on delete cascade", " on delete set null"])
        return Pair(
            number=number,
            referenced=tuple(referenced),
            referencing=(f"create table {c} (f {child} references {p} (k){actions})",),
            rows=(f"insert into {p} (k) values (1)", f"insert into {c} values (1)"),
        )


GENERATORS: dict[str, Callable[..., MySQLPairs | PostgreSQLPairs | SQLitePairs]] = {
    "mysql": MySQLPairs,
    "mariadb": MySQLPairs,
    "postgresql": PostgreSQLPairs,
    "sqlite": SQLitePairs,
}


def pairs(flavour: str, version: tuple[int, ...], seed: int) -> Iterator[Pair]:
    """Yield pairs without end."""
    source = GENERATORS[flavour](random.Random(seed), flavour, version)
    number = 0
    while True:
        number += 1
        yield source.pair(number)


if __name__ == "__main__":
    for pair in islice(pairs(sys.argv[1], (99,), int(sys.argv[2])), 20):
        print(pair)
