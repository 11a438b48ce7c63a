"""The claim on SQLite: a lock file next to the database."""

from __future__ import annotations

from ..base.claims import Claims as BaseClaims


class Claims(BaseClaims):
    """The claim on SQLite.

    The operating system releases the lock of a process that ends, however it ends,
    also in another container; a row could not be updated while a migration's
    transaction holds SQLite's only write lock.
    """

    uses_file = True

    def path(self) -> str:
        with self.connection.cursor() as cursor:
            # https://www.sqlite.org/pragma.html#pragma_database_list
            cursor.execute("PRAGMA database_list")
            rows = cursor.fetchall()
        return next((path or "" for _, name, path in rows if name == "main"), "")
