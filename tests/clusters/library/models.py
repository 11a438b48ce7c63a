"""The models as the last migration leaves them."""

from __future__ import annotations

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="+")
    editor = models.ForeignKey(Author, models.CASCADE, related_name="+", null=True)
    number = models.IntegerField(null=True)
    price = models.IntegerField(default=1)
    isbn = models.CharField(max_length=20, null=True, unique=True)
    series = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="one_per_series"),
        ]


class Loan(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)

    class Meta:
        # On MySQL a name in mixed case is another one with lower_case_table_names=1.
        db_table = "Library_Loan"


class Applied(models.Model):
    """One row for each time that a migration was applied."""

    migration = models.CharField(max_length=100)
