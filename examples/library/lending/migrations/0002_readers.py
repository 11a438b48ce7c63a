"""
Make readers of the members.

The column of the loans stays for one more release, for the servers that still run
the code of the last one; only the state lets go of it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lending", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Reader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("loan", "member")]
        ),
        migrations.DeleteModel("Member"),
    ]
