"""Comments of MySQL and MariaDB that are no comments: the server runs them.

https://dev.mysql.com/doc/refman/en/comments.html
https://mariadb.com/kb/en/comment-syntax/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...backends import backend_named

if TYPE_CHECKING:
    from ...schema.catalogue import Server

#: What holds no such comment comes first: strings, names and other comments.
_PARTS = re.compile(
    r"""
    '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`]|``)*`
    | (?:\#|--(?=\s))[^\n]*
    | /\*(?P<maria>M?)!(?P<version>\d{5,6})?(?P<body>.*?)\*/
    | /\*.*?\*/
    """,
    re.DOTALL | re.VERBOSE,
)


def unwrapped(sql: str, server: Server) -> str:
    """Return SQL with the comments that a server runs as statements."""
    if not backend_named(server.flavour).runs_comments or "!" not in sql:
        return sql
    return _PARTS.sub(lambda match: _unwrapped(match, server), sql)


def _unwrapped(match: re.Match[str], server: Server) -> str:
    if match["body"] is None:
        return match[0]
    number = int(match["version"] or 0)
    backend = backend_named(server.flavour)
    is_run = backend.runs_comment(server.version, number, match["maria"])
    # A space: what stands on both sides of a comment are two words.
    return f" {match['body']} " if is_run else " "
