"""A foreign key stands on a partitioned or temporary table (H30)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class PartitionedOrTemporaryTable(Incompatible):
    id = "E306"
    slug = "partitioned_or_temporary_table"
    title = "A foreign key uses a partitioned or temporary table."

    def because(self, case: Case) -> str:
        if case.backend.partitions_have_foreign_keys:
            return (
                "A permanent table can only reference permanent tables, and a "
                "temporary table only temporary ones."
            )
        return "InnoDB has no foreign keys from or to such tables."
