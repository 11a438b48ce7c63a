from django.db import migrations, models

SERIES = models.UniqueConstraint(fields=["series", "number"], name="one_per_series")


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    authors = apps.get_model("library", "Author").objects.using(alias)
    books = apps.get_model("library", "Book").objects.using(alias)
    author = authors.create(name="a")
    for number in range(3):
        books.create(
            author=author, editor=author, series=number, number=number, price=1
        )


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            name="Applied",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("migration", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=50)),
            ],
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                (
                    "author",
                    models.ForeignKey("library.Author", models.CASCADE, "+"),
                ),
                (
                    "editor",
                    models.ForeignKey("library.Author", models.CASCADE, "+"),
                ),
                ("series", models.IntegerField(null=True)),
                ("number", models.IntegerField(null=True)),
                ("price", models.IntegerField(default=1)),
            ],
            options={"constraints": [SERIES]},
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("library.Book", models.CASCADE)),
            ],
            options={"db_table": "Library_Loan"},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
