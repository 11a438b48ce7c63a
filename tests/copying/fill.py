"""Fill the source through its models: ``python -m tests.copying.fill [FACTOR]``."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction

TEXTS = ["plain", "it's", 'a "quote"', "back\\slash", "tab\there", "line\nbreak", "ß é"]
TEXTS += ["\U0001f4da books", "\r\n", "\\N", "%s %d %", "", "\x1a"]


def moment(number: int) -> datetime:
    found = datetime(2024, 3, 31, 0, 30, tzinfo=UTC) + timedelta(
        hours=number, microseconds=number % 3
    )
    return found if settings.USE_TZ else found.replace(tzinfo=None)


def fill(factor: int) -> None:
    """Write `factor` times some twenty rows of each kind."""
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    from tests.copying.stacks import models as m

    def make(model: Any, rows: Any) -> None:
        model.objects.bulk_create(rows, batch_size=500)

    n = 20 * factor
    # Half of the shelves stand before the one that they hang on.
    make(
        m.Shelf,
        [
            m.Shelf(
                id=i,
                name=f"shelf {i}",
                parent_id=None if i == 1 else (i * 7) % n + 1,
                room_id=(i * 3) % n + 1,
            )
            for i in range(1, n + 1)
        ],
    )
    make(m.Author, [m.Author(id=i, name=f"author {i}") for i in range(1, n + 1)])
    # The broader tag comes later in the order of the key.
    make(
        m.Tag,
        [
            m.Tag(code=f"tag-{i:05}", broader_id=f"tag-{i + 1:05}" if i < n else None)
            for i in range(1, n + 1)
        ],
    )
    ids = [uuid.UUID(int=(i * 0x9E3779B97F4A7C15) % (1 << 128)) for i in range(n)]
    for i, key in enumerate(ids):
        m.Book(
            id=key,
            shelf_id=i % n + 1,
            price=Decimal(i * 37) / 100,
            weight=i / 7 if i % 3 else None,
            title=f"{TEXTS[i % len(TEXTS)]} {i}",
            author_id=i % n + 1,
        ).save(force_insert=True)
    for i in range(1, n, 2):
        m.Author._default_manager.filter(id=i).update(
            masterpiece_id=ids[i], born=date(1900 + i % 100, 1 + i % 12, 1 + i % 28)
        )
    make(
        m.Reader,
        [
            m.Reader(
                id=i,
                email=f"reader{i}@example.com",
                is_active=i % 2 == 0,
                consent=(None, True, False)[i % 3],
                card=bytes(range(i % 256)) if i % 4 else None,
                settings={"b": [i, None, 1.5, 1e20], "a": {"x": TEXTS[i % 8]}, "é": ""},
                address=f"10.0.{i % 256}.{i // 256}" if i % 2 else "2001:db8::1",
                token=uuid.UUID(int=i) if i % 5 else None,
                visits=i % 30000,
                joined=moment(i),
                wakes=time(i % 24, i % 60, 5, i % 2),
                patience=timedelta(days=i - 10, microseconds=i),
                notes=TEXTS[i % len(TEXTS)] * 3,
            )
            for i in range(1, n + 1)
        ],
    )
    make(
        m.Loan,
        [
            m.Loan(book_id=ids[i], reader_id=(i * 3) % n + 1, since=moment(i))
            for i in range(n)
        ],
    )
    joins: dict[str, list[tuple[int, Any]]] = {
        "tags": [(i, f"tag-{(i * k) % n + 1:05}") for i in range(n) for k in (1, 2, 3)],
        "similar": [(i, ids[(i + k) % n]) for i in range(n) for k in (1, 4)],
    }
    for name, rows in joins.items():
        through: Any = getattr(m.Book, name).through
        first, second = [
            f.attname for f in through._meta.local_fields if f.remote_field
        ]
        pairs = dict.fromkeys(rows)
        make(through, [through(**{first: ids[i], second: o}) for i, o in pairs])
    make(
        m.Seat,
        [
            m.Seat(hall=f"hall {i % 3}", number=i, reader_id=i + 1 if i % 2 else None)
            for i in range(n)
        ],
    )
    with transaction.atomic():
        make(m.Left, [m.Left(id=i, right_id=n - i + 1) for i in range(1, n + 1)])
        make(m.Right, [m.Right(id=i, left_id=i) for i in range(1, n + 1)])
    types = [ContentType.objects.get_for_model(each) for each in (m.Reader, m.Shelf)]
    make(
        m.Note,
        [
            m.Note(
                content_type=types[i % 2],
                object_id=str(i),
                # Nobody has this number, and no constraint minds.
                visitor_id=10_000_000 if i % 7 == 0 else i,
            )
            for i in range(1, n + 1)
        ],
    )
    group = Group.objects.create(name="librarians")
    group.permissions.set(Permission.objects.order_by("pk")[:10])
    for i in range(10):
        user = m.Librarian.objects.create_user(f"user{i}", password=None)
        user.groups.add(group)
        user.user_permissions.set(Permission.objects.order_by("-pk")[:3])


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        fill(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    connection.close()
