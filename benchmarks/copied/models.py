"""Eight tables of mixed widths.

A self-reference, a cycle of two tables, a large many-to-many field, a table of long
texts, and one with a column of each kind, whose key is a UUID.
"""

from __future__ import annotations

import uuid

from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True)


class Author(models.Model):
    name = models.CharField(max_length=80)
    born = models.DateField(null=True)
    biography = models.TextField(blank=True)
    masterpiece = models.ForeignKey(
        "Book", models.SET_NULL, null=True, related_name="+"
    )


class Tag(models.Model):
    name = models.SlugField(unique=True)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
    category = models.ForeignKey(Category, models.PROTECT)
    title = models.CharField(max_length=120)
    isbn = models.CharField(max_length=13, unique=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    in_print = models.BooleanField(default=True)
    added = models.DateTimeField()
    tags = models.ManyToManyField(Tag)


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    stars = models.PositiveSmallIntegerField()
    text = models.TextField()
    written = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stars__lte=5), name="copied_review_stars"
            )
        ]


class Page(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    number = models.PositiveIntegerField()
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "number"], name="copied_page_number"
            )
        ]


class Visit(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    book = models.ForeignKey(Book, models.CASCADE, null=True)
    address = models.GenericIPAddressField()
    data = models.JSONField(default=dict)
    seconds = models.FloatField()
    size = models.BigIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=4)
    is_mobile = models.BooleanField(default=False)
    day = models.DateField()
    wakes = models.TimeField()
    begun = models.DateTimeField()
    path = models.CharField(max_length=200)
