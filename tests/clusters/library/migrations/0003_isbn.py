from django.db import migrations, models

from tests.clusters.library.counting import counted


class Migration(migrations.Migration):
    dependencies = [("library", "0002_prices")]
    operations = [
        migrations.AddField(
            "Book", "isbn", models.CharField(max_length=20, null=True, unique=True)
        ),
        migrations.RunPython(counted("0003_isbn", factor=10)),
    ]
