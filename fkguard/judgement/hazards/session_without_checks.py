"""A foreign key is made in a session that checks none (H35)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible, ends


class SessionWithoutChecks(Incompatible):
    id = "E310"
    slug = "session_without_checks"
    title = "A foreign key is created in a session without foreign key checks."
    is_of_session = True

    def because(self, case: Case) -> str:
        return (
            "No server checks these rows afterwards. The setting may come from OPTIONS "
            "in DATABASES, for example from init_command."
        )

    def message(self, case: Case) -> str:
        difference = case.consequence.difference
        assert difference is not None
        return f"{ends(case, 'is to reference')}, but {difference.fact}."

    def outcome(self, case: Case) -> str:
        return (
            f"{case.server.describe()} creates the foreign key, and accepts rows that "
            "reference a missing row."
        )

    def instead(self, case: Case) -> str:
        difference = case.consequence.difference
        assert difference is not None
        return "\n".join(f"{each};" for each in difference.fix)
