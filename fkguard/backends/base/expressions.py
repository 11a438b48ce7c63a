"""Compare the SQL that Django writes with what a server prints of it.

No server prints an expression as it was written: parentheses and casts come and
go, ``IN`` becomes ``= ANY (ARRAY[...])``, a number becomes a string. Two texts are
told apart for sure only where both are plain comparisons of columns and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation

SAME, OTHER, UNCERTAIN = "same", "other", "uncertain"

_TOKENS = re.compile(
    r"""
    (?P<string>[NnEeXxBb]?'(?:[^'\\]|\\.|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<mark>::|<=>|<>|!=|<=|>=|\|\||!~~\*?|~~\*?|->>|->|[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
#: What one server writes, and how it is written here.
_SPELLINGS = {"!=": "<>", "~~": "like", "~~*": "ilike", "true": "1", "false": "0"}
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}
#: The words of PostgreSQL's type names that have more than one.
_MORE_OF_TYPE = {"varying", "precision", "with", "without", "time", "zone"}


def compare(declared: str, actual: str, columns: Collection[str]) -> str:
    """Say whether two expressions over a table's columns mean the same."""
    one, other = words(declared), words(actual)
    if one == other:
        return SAME
    known = {name.lower() for name in columns}
    ours, theirs = _comparisons(one, known), _comparisons(other, known)
    if ours is None or theirs is None:
        return UNCERTAIN
    return SAME if ours == theirs else OTHER


def words(sql: str) -> tuple[str, ...]:
    """Return an expression as words that every server would give alike."""
    found: list[str] = []
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKENS.finditer(sql)]
    place = 0
    while place < len(tokens):
        kind, text = tokens[place]
        following = tokens[place + 1] if place + 1 < len(tokens) else ("", "")
        place += 1
        if text == "::":
            place = _past_type(tokens, place)
        elif kind == "word" and text[0] == "_" and following[0] == "string":
            pass  # The character set of a string: _utf8mb4'...'
        elif kind in ("quoted", "word") and following[1] == ".":
            place += 1  # The table of a column.
        elif text not in "()[],":
            found.append(_plain(kind, text))
    return tuple(_respelled(found))


def unordered(found: tuple[str, ...]) -> tuple[str, ...]:
    """Return a part of a key without the order it is kept in."""
    while found and found[-1] in {"asc", "desc", "nulls", "first", "last"}:
        found = found[:-1]
    return found


def parts(sql: str) -> list[str]:
    """Return what stands between the commas that no parentheses enclose."""
    found: list[str] = []
    depth = start = 0
    for match in _TOKENS.finditer(sql):
        depth += (match[0] == "(") - (match[0] == ")")
        if match[0] == "," and not depth:
            found.append(sql[start : match.start()].strip())
            start = match.end()
    found.append(sql[start:].strip())
    return [each for each in found if each]


def group(sql: str) -> str:
    """Return what the first pair of parentheses encloses."""
    depth = start = 0
    for match in _TOKENS.finditer(sql):
        if match[0] == "(":
            depth += 1
            start = start or match.end()
        elif match[0] == ")":
            depth -= 1
            if not depth:
                return sql[start : match.start()]
    return sql


def _past_type(tokens: list[tuple[str, str]], place: int) -> int:
    """Return the place behind the name of a type."""
    place += 1
    while place < len(tokens) and tokens[place][1].lower() in _MORE_OF_TYPE:
        place += 1
    if place < len(tokens) and tokens[place][1] == "(":
        while place < len(tokens) and tokens[place][1] != ")":
            place += 1
        place += 1
    while place < len(tokens) and tokens[place][1] in "[]":
        place += 1
    while place < len(tokens) and tokens[place][1].lower() in _MORE_OF_TYPE:
        place += 1
    return place


def _plain(kind: str, text: str) -> str:
    if kind == "quoted":
        return text[1:-1].replace(text[-1] * 2, text[-1]).lower()
    if kind == "string":
        inside = text[text.index("'") + 1 : -1].replace("''", "'")
        return _number(inside) or f"'{inside}'"
    if kind == "number":
        return _number(text) or text
    text = text.lower()
    return _SPELLINGS.get(text, text)


def _number(text: str) -> str:
    """Return a number in its one way; "" for what is none."""
    if not re.fullmatch(r"[+-]?\s*(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return ""
    try:
        value = Decimal(text.replace(" ", ""))
    except InvalidOperation:
        return ""
    return format(value.normalize(), "f") if value else "0"


def _respelled(found: list[str]) -> Iterator[str]:
    """Yield the words with signs joined, and ANY (ARRAY[...]) as IN."""
    place = 0
    while place < len(found):
        rest = found[place : place + 3]
        if rest == ["=", "any", "array"]:
            yield "in"
            place += 3
        elif (
            rest[0] == "-"
            and len(rest) > 1
            and _number(rest[1])
            and (not place or found[place - 1] in {*_FLIPPED, "and", "or", "between"})
        ):
            yield _number(f"-{rest[1]}")
            place += 2
        else:
            yield rest[0]
            place += 1


def _comparisons(
    found: tuple[str, ...], columns: Collection[str]
) -> tuple[frozenset[tuple[str, str, str]], frozenset[str]] | None:
    """Return the comparisons and how they are joined; None where there is more."""
    atoms: set[tuple[str, str, str]] = set()
    joints: set[str] = set()
    rest = list(found)
    while rest:
        if rest[1:2] == ["between"] and rest[3:4] == ["and"] and len(rest) > 4:
            rest[1:5] = [">=", rest[2], "and", rest[0], "<=", rest[4]]
        if len(rest) < 3 or rest[1] not in _FLIPPED:
            return None
        one, sign, other = rest[:3]
        if one not in columns or (other in columns and other < one):
            one, sign, other = other, _FLIPPED[sign], one
        if one not in columns or not (other in columns or _number(other)):
            return None
        if sign == "<>":
            return None  # MySQL prints a bare boolean column as (0 <> column).
        atoms.add((one, sign, other))
        rest = rest[3:]
        if rest:
            joint = rest.pop(0)
            if joint not in {"and", "or"} or not rest:
                return None
            joints.add(joint)
    return (frozenset(atoms), frozenset(joints)) if atoms else None
