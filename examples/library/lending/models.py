from django.db import models


class Reader(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self):
        return self.name


class Loan(models.Model):
    copy = models.ForeignKey("stock.Copy", models.PROTECT)

    def __str__(self):
        return str(self.copy)
