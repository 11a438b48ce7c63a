from django.db import migrations, models


class Migration(migrations.Migration):
    """Lose constraints where nothing guards them.

    MySQL and MariaDB drop the unique constraint of `editor` on no path of Django's;
    PostgreSQL drops ``one_per_series`` with the column, and MySQL shrinks it.
    """

    atomic = False
    dependencies = [("library", "0003_isbn")]
    operations = [
        migrations.AlterField(
            "Book",
            "editor",
            models.ForeignKey("library.Author", models.CASCADE, "+", null=True),
        ),
        migrations.RemoveField("Book", "series"),
        migrations.AddField("Book", "series", models.IntegerField(null=True)),
    ]
