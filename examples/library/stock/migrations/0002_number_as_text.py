"""Let the numbers of copies be text, such as "12a", and keep those there are."""

from django.db import migrations, models
from django.db.models.functions import Cast


def carry_over(apps, schema_editor):
    copies = apps.get_model("stock", "Copy").objects.using(
        schema_editor.connection.alias
    )
    copies.update(new_number=Cast("number", models.CharField(max_length=20)))


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [
        migrations.AddField(
            "copy",
            "new_number",
            models.CharField(max_length=20, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField("copy", "number"),
        migrations.RenameField("copy", "new_number", "number"),
    ]
