"""A model of every kind that a copy has to carry."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q


class Shelf(models.Model):
    """References itself."""

    name = models.CharField(max_length=30, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True)
    # A root references itself.
    room = models.ForeignKey("self", models.CASCADE, related_name="+")


class Author(models.Model):
    """References Book, which references it: the key here may be NULL."""

    name = models.CharField(max_length=60)
    masterpiece = models.ForeignKey(
        "Book", models.SET_NULL, null=True, related_name="+"
    )
    born = models.DateField(null=True)


class Tag(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    broader = models.ForeignKey("self", models.SET_NULL, null=True)


class Item(models.Model):
    """The root of a multi-table inheritance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    shelf = models.ForeignKey(Shelf, models.PROTECT)
    price = models.DecimalField(max_digits=9, decimal_places=2)
    weight = models.FloatField(null=True)
    taxed = models.GeneratedField(
        expression=F("price") * 2,
        output_field=models.DecimalField(max_digits=10, decimal_places=2),
        db_persist=True,
    )


class Book(Item):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, models.CASCADE)
    tags = models.ManyToManyField(Tag)
    readers: Any = models.ManyToManyField("Reader", through="Loan")
    similar = models.ManyToManyField("self", symmetrical=False)


class Novel(Book):
    class Meta:
        proxy = True


class Reader(models.Model):
    email = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)
    consent = models.BooleanField(null=True)
    card = models.BinaryField(null=True)
    settings = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    token = models.UUIDField(null=True, unique=True)
    visits = models.PositiveSmallIntegerField(default=0)
    joined = models.DateTimeField()
    wakes = models.TimeField(null=True)
    patience = models.DurationField(null=True)
    notes = models.TextField(blank=True)


class Loan(models.Model):
    """An explicit join table."""

    book = models.ForeignKey(Book, models.CASCADE)
    reader = models.ForeignKey(Reader, models.CASCADE)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "reader"], name="stacks_one_loan")
        ]


class Seat(models.Model):
    """Has a composite primary key."""

    pk = models.CompositePrimaryKey("hall", "number")
    hall = models.CharField(max_length=10)
    number = models.IntegerField()
    reader = models.OneToOneField(Reader, models.CASCADE, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=0), name="stacks_seat_number"
            )
        ]


class Left(models.Model):
    """Half of a circle of keys that are NOT NULL."""

    right = models.ForeignKey("Right", models.CASCADE, related_name="+")


class Right(models.Model):
    left = models.ForeignKey(Left, models.CASCADE, related_name="+")


class Note(models.Model):
    """Points anywhere, and along a key that the database does not keep."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.CharField(max_length=40)
    about = GenericForeignKey()
    visitor = models.ForeignKey(
        Reader, models.DO_NOTHING, null=True, db_constraint=False
    )


class Legacy(models.Model):
    name = models.CharField(max_length=10)

    class Meta:
        managed = False
        db_table = "legacy"


class Librarian(AbstractUser):
    """Takes the place of Django's user, of whom no table is left."""
