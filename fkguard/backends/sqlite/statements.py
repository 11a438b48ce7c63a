"""Build SQLite's DDL from structure."""

from __future__ import annotations

from ...schema.constraints import Constraint, Index, Trigger, Unique
from ...schema.names import join_key, split_key
from ..base.statements import Statements as BaseStatements


class Statements(BaseStatements):
    """SQLite's statements: indexes and triggers stand beside the table.

    Everything else is inside CREATE TABLE and takes a rebuild of the table.
    https://www.sqlite.org/lang_altertable.html#otheralter
    """

    display_name = "SQLite"

    def is_no_uuid(self, column: str) -> str:
        # SQLite has no REGEXP of its own.
        # https://www.sqlite.org/lang_expr.html#the_like_glob_regexp_match_and_extract_operators
        name = self.name(column)
        return f"(LENGTH({name}) <> 32 OR {name} GLOB '*[^0-9A-Fa-f]*')"

    def reason_not_to_add(self, constraint: Constraint) -> str:
        if reason := self.reason_not_to_drop(constraint):
            return reason
        if isinstance(constraint, Unique):
            if constraint.include:
                return "it has no included columns"
            if constraint.deferrable:
                return "it has no deferred uniques"
            if not constraint.nulls_distinct:
                return "it has no NULLS NOT DISTINCT"
        return ""

    def reason_not_to_drop(self, constraint: Constraint) -> str:
        if isinstance(constraint, (Index, Trigger)):
            return ""
        if isinstance(constraint, Unique) and not constraint.is_inline:
            return ""
        return "it is a part of CREATE TABLE, so the table has to be rebuilt"

    def reason_not_to_rename(self, constraint: Constraint) -> str:
        if isinstance(constraint, Trigger):
            return "the name is inside the trigger's own text"
        return super().reason_not_to_rename(constraint)

    def _add(self, table_key: str, constraint: Constraint) -> list[str]:
        if isinstance(constraint, Trigger):
            return [constraint.definition]
        assert isinstance(constraint, (Index, Unique))
        tail = constraint.definition
        if not tail:
            tail = f"({', '.join(self.key_parts(constraint))})"
            if constraint.condition:
                tail += f" WHERE {constraint.condition}"
        kind = "UNIQUE INDEX" if isinstance(constraint, Unique) else "INDEX"
        _, table = split_key(table_key)
        return [
            (
                f"CREATE {kind} {self._beside(table_key, constraint.name)} "
                f"ON {self.name(table)} {tail}"
            )
        ]

    def _drop(self, table_key: str, constraint: Constraint) -> list[str]:
        kind = "TRIGGER" if isinstance(constraint, Trigger) else "INDEX"
        return [f"DROP {kind} {self._beside(table_key, constraint.name)}"]

    def _beside(self, table_key: str, name: str) -> str:
        """Return the name of what has the schema of its table."""
        schema, _ = split_key(table_key)
        return self.quote(join_key(schema, name)) if schema else self.name(name)
