"""Which columns can be the two ends of a foreign key of SQLite.

SQLite makes every foreign key. Whether it can be used shows with the first row:
"foreign key mismatch".  https://www.sqlite.org/foreignkeys.html#fk_indexes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...schema import identifiers
from ...schema.consequences import Difference
from ...schema.constraints import PrimaryKey, Unique
from ...schema.names import shown
from ..base.compatibility import Compatibility as Base
from ..base.compatibility import Ends, column_list


class Compatibility(Base):
    """SQLite's rules."""

    flavour = "sqlite"

    def rules(self) -> Iterator[Callable[[Ends], Difference | None]]:
        yield self.referenced_key

    def referenced_key(self, ends: Ends) -> Difference | None:
        keys = self.unique_keys(ends)
        if any(self.serves(ends, key) for key in keys):
            return None
        columns = ends.foreign_key.to_columns
        more = ""
        for key in keys:
            if isinstance(key, Unique) and key.condition:
                more = f"; UNIQUE {key.name} is partial"
            elif isinstance(key, Unique):
                more = f"; UNIQUE {key.name} has another collation than the column"
        from .. import backend_named

        build = backend_named(self.flavour).statements
        unique = Unique(
            name=identifiers.of_unique(ends.to_table.name, columns),
            columns=columns,
            is_index=True,
        )
        return self.differs(
            ends,
            "referenced_key_missing",
            f"{shown(ends.to_table.name)} ({column_list(columns)}) has no unique key "
            f"of its own{more}",
            error="foreign key mismatch",
            fix=tuple(build.add(ends.to_table.name, unique)),
        )

    def serves(self, ends: Ends, key: Unique | PrimaryKey) -> bool:
        """Say whether a foreign key may reference the columns of a key."""
        if isinstance(key, PrimaryKey):
            return True
        return not (key.condition or key.expressions or self._differs(ends, key))

    @staticmethod
    def _differs(ends: Ends, key: Unique) -> bool:
        """Say whether a key compares by another collation than its columns do."""
        # The reader keeps the SQL of a key that its columns do not tell whole.
        named = re.findall(r'\bCOLLATE\s+"?(\w+)', key.definition, re.IGNORECASE)
        own = {(column.collation or "BINARY").upper() for _, column in ends.pairs}
        return any(name.upper() not in own for name in named)
