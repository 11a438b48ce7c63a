"""Make ISBNs unique, by hand: no field and no Meta of the models says so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE UNIQUE INDEX isbn_once ON catalog_book (isbn)"),
    ]
