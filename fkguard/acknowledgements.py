"""The narrow way past a hazard: named, reasoned, and where reviewers see it.

Safe to import before the apps are ready: migrations import it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Acknowledgement:
    """A loss that somebody wants, by hazard and constraint."""

    #: "E101" or "fkguard.E101".
    hazard: str
    #: The constraint's name; for one without a name, "table(column, column)".
    constraint: str
    reason: str

    def matches(self, hazard: str, *names: str) -> bool:
        """Say whether it speaks of this hazard and of one of these names."""
        return (
            hazard.rpartition(".")[2] == self.hazard.rpartition(".")[2]
            and self.constraint in names
        )


def acknowledge(hazard: str, constraint: str, *, reason: str) -> Acknowledgement:
    """Return an acknowledgement for ``Migration.fkguard_acknowledged``.

    Raises ``ValueError`` without a hazard, a constraint and a reason.
    """
    given: dict[str, object] = {
        "hazard": hazard,
        "constraint": constraint,
        "reason": reason,
    }
    for what, value in given.items():
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"acknowledge() needs a {what}, in words.")
    return Acknowledgement(hazard.strip(), constraint.strip(), reason.strip())
