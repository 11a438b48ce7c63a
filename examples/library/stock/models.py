from django.db import models


class Copy(models.Model):
    book = models.ForeignKey("catalog.Book", models.PROTECT)
    number = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="copy_once"),
        ]
        verbose_name_plural = "copies"

    def __str__(self):
        return f"{self.book} ({self.number})"
