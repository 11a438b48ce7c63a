from django.db import migrations

from tests.clusters.library.counting import counted


class Migration(migrations.Migration):
    """Hundredfold prices, outside a transaction: twice would show."""

    atomic = False
    dependencies = [("library", "0001_initial")]
    operations = [migrations.RunPython(counted("0002_prices", factor=100))]
