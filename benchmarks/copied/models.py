"""A self-reference, a circle of two tables, and a large many-to-many field."""

from __future__ import annotations

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
