"""Claim an SQLite database with a lock file next to it.

The operating system gives the lock back when the process ends, so that a killed run
costs the next one nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ..backends.base.claims import Reason
from ..errors import CannotClaim, ClaimLost
from .holder import Busy, Holder
from .process import host, identity

SUFFIX = "-fkguard"

if sys.platform == "win32":
    import msvcrt

    #: Behind the text, which others have to read.
    _OFFSET = 1 << 30

    def _lock(file: int) -> None:
        os.lseek(file, _OFFSET, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileClaim:
    """A claim as a lock of a file, which names its holder."""

    def __init__(self, database: str) -> None:
        self.path = Path(f"{database}{SUFFIX}")
        self.token = secrets.token_hex(16)
        self.is_shared = False
        self._file: int | None = None

    def holder(self) -> Holder | None:
        """Return who holds the claim."""
        if self._file is None and self._try(is_kept=False):
            return None
        return self._read()

    def end(self, holder: Holder) -> bool:
        """Raise ``Busy``: a lock ends with its process, and no other way."""
        found = self.holder()
        if found is not None:
            raise Busy(found)
        return False

    def acquire(
        self, wait: float, own: Collection[str], tell: Callable[[Holder], None]
    ) -> bool:
        deadline = time.monotonic() + wait
        was_busy = is_told = False
        pause = 0.05
        while not self._try(is_kept=True):
            found = self._read()
            if found is not None and found.token in own:
                self.is_shared, self.token = True, found.token
                return was_busy
            was_busy = True
            if found is not None and pause > 0.2 and not is_told:
                tell(found)
                is_told = True
            if time.monotonic() > deadline:
                raise Busy(found or Holder(token="", host="unknown", pid=0))
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)
        return was_busy

    def check(self) -> None:
        if self.is_shared or self._file is None:
            return
        if not self._is_in_place(self._file):
            raise ClaimLost(f"the file {self.path} was removed")

    def hold(self) -> None:
        self.check()

    def release(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        # While it is locked: who waits for this file finds that it was removed.
        if self._is_in_place(file):
            with suppress(OSError):
                self.path.unlink()
        os.close(file)

    def _try(self, *, is_kept: bool) -> bool:
        """Lock the file; return False where another run has locked it."""
        try:
            if is_kept:
                file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            else:
                file = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            if is_kept:
                text = f"{self.path} cannot be created"
                raise CannotClaim(text, Reason.FORBIDDEN) from None
            return True
        except OSError as error:
            text = f"{self.path}: {error.strerror}"
            raise CannotClaim(text, Reason.FORBIDDEN) from error
        try:
            _lock(file)
            if not is_kept or not self._is_in_place(file):
                os.close(file)
                return not is_kept
        except (BlockingIOError, PermissionError):
            os.close(file)
            return False
        except OSError as error:
            # A file system without locks.
            os.close(file)
            text = f"{self.path}: {error.strerror}"
            raise CannotClaim(text, Reason.FORBIDDEN) from error
        text = json.dumps(
            {
                "token": self.token,
                "host": host(),
                "pid": os.getpid(),
                "process": identity(),
                "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
            }
        )
        os.lseek(file, 0, os.SEEK_SET)
        os.ftruncate(file, 0)
        os.write(file, text.encode())
        self._file = file
        return True

    def _is_in_place(self, file: int) -> bool:
        """Return whether the path still leads to the locked file."""
        try:
            return os.path.samestat(os.fstat(file), self.path.stat())
        except FileNotFoundError:
            return False

    def _read(self) -> Holder | None:
        """Return who the file names; None while that is being written."""
        try:
            return Holder(**json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
