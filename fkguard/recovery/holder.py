"""The run that holds the claim of a database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ..errors import CannotClaim
from .process import is_dead


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The run that has claimed a database, as the row describes it."""

    token: str
    host: str
    pid: int
    process: str = ""
    #: By the server's clock.
    since: Any = ""
    beat: int = 0
    challenger: str = ""

    @property
    def is_dead(self) -> bool:
        """Whether the process ran on this machine, and has ended."""
        return is_dead(self.pid, self.process)

    def describe(self) -> str:
        """Return host, process and time, for a message."""
        since = self.since
        if hasattr(since, "utctimetuple"):
            since = time.strftime("%Y-%m-%d %H:%M:%S UTC", since.utctimetuple())
        return f"process {self.pid} on the host {self.host}, since {since}"


class Busy(CannotClaim):
    """Another run holds the claim, and the time to wait is over."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(holder.describe())
        self.holder = holder
