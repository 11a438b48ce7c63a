"""Take back the index of the first migration: the unique one serves as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_isbn_once")]
    operations = [
        migrations.AlterField("book", "isbn", models.CharField(max_length=13)),
    ]
