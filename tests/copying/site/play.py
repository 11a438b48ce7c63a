"""
One process of the site: ``python -m tests.copying.site.play create|drop|fill|use``.

`create` makes the server's database anew, `drop` deletes it. `fill` writes through the
models of wagtail and prints what the site looks like, as JSON. `use` compares that with
what it looks like on the copy, and then works with it: pages, admin, search, new rows.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import django
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.utils.html import escape

PAGES, CHILDREN, PASSWORD = 12, 4, "a password of the site"
TITLES = ("It's spring", "Très bien", "\U0001f4da Books", "100% \\ pure")


def picture(name: str) -> Any:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 6), "navy").save(file, "PNG")
    return ContentFile(file.getvalue(), name)


def fill() -> None:
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.models import (
        Collection,
        GroupPagePermission,
        Locale,
        Page,
        Site,
        Workflow,
    )

    chief = User.objects.create_superuser("chief", "chief@example.com", PASSWORD)
    editors = Group.objects.get(name="Editors")
    readers = Group.objects.create(name="Readers")
    readers.permissions.set(Permission.objects.filter(codename__startswith="view_"))
    for number in range(10):
        user = User.objects.create_user(f"editor{number}", password=PASSWORD)
        user.groups.set([editors, readers] if number % 2 else [editors])
        user.user_permissions.set(Permission.objects.order_by("-pk")[:number])
    home = Page.objects.get(depth=2)
    for number in range(PAGES):
        page = home.add_child(
            instance=Page(title=f"{TITLES[number % 4]} {number}", owner=chief)
        )
        page.save_revision(user=chief, log_action=True).publish(user=chief)
        for child in range(CHILDREN):
            page.add_child(
                instance=Page(title=f"Chapter {child} of {number}", live=child > 0)
            )
        Redirect.objects.create(
            old_path=f"/old-{number}", redirect_page=page, site=Site.objects.get()
        )
    GroupPagePermission.objects.create(
        group=readers,
        page=home,
        permission=Permission.objects.get(
            content_type=ContentType.objects.get_for_model(Page),
            codename="lock_page",
        ),
    )
    Workflow.objects.get().start(page, chief)
    Locale.objects.create(language_code="fr")
    root = Collection.get_first_root_node()
    for number in range(3):
        shelf = root.add_child(name=f"Shelf {number}")
        for each in range(4):
            name = f"{number}-{each}"
            image = Image.objects.create(
                title=f"Image {name}",
                file=picture(f"{name}.png"),
                collection=shelf,
                uploaded_by_user=chief,
            )
            image.tags.add(f"tag {each}", "all", "Élan")
            document = Document.objects.create(
                title=f"Document {name}",
                file=ContentFile(b"text", f"{name}.txt"),
                collection=shelf,
            )
            document.tags.add(f"tag {number}", "all")
    print(json.dumps(summary()))


def summary() -> dict[str, Any]:
    """Return what the site looks like, through its models and their relations."""
    from django.contrib.auth.models import User
    from django.contrib.contenttypes.models import ContentType
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.models import (
        Collection,
        GroupPagePermission,
        Page,
        PageLogEntry,
        ReferenceIndex,
        Revision,
        WorkflowState,
    )

    return {
        "pages": [
            (p.path, p.title, p.url_path, p.live, p.owner and p.owner.username)
            for p in Page.objects.order_by("path")
        ],
        "latest": [
            (p.path, p.get_latest_revision_as_object().title)
            for p in Page.objects.filter(latest_revision__isnull=False).order_by("path")
        ],
        "revisions": [
            (r.pk, r.content, r.created_at.isoformat())
            for r in Revision.objects.order_by("pk")
        ],
        "log": sorted(str(each.uuid) for each in PageLogEntry.objects.all()),
        "workflow": [
            (str(each.content_object.title), each.status)
            for each in WorkflowState.objects.all()
        ],
        "collections": [(c.path, c.name) for c in Collection.objects.order_by("path")],
        "permissions": [
            (u.username, sorted(u.get_all_permissions()))
            for u in User.objects.order_by("pk")
        ],
        "page permissions": sorted(
            (each.group.name, each.page.path, each.permission.codename)
            for each in GroupPagePermission.objects.all()
        ),
        "content types": sorted(
            each.natural_key() for each in ContentType.objects.all()
        ),
        "images": [
            (i.title, i.width, i.collection.name, sorted(i.tags.names()))
            for i in Image.objects.order_by("pk")
        ],
        "documents": [
            (d.title, d.collection.name, sorted(d.tags.names()))
            for d in Document.objects.order_by("pk")
        ],
        "references": ReferenceIndex.objects.count(),
    }


def use() -> None:
    """Compare with the summary on standard input, then work with the copy."""
    from django.contrib.auth.models import Group, User
    from django.test import Client
    from wagtail.images.models import Image
    from wagtail.models import Page

    wanted = json.loads(sys.stdin.read())
    has = json.loads(json.dumps(summary()))
    for name, value in wanted.items():
        # A kind of database has models of its own for the search.
        assert name == "content types" or has[name] == value, name
    assert not any(Page.find_problems()), "the tree of pages is broken"
    assert User.objects.filter(groups__name="Readers").count() == 5
    assert Image.objects.filter(tags__name="all").count() == 12

    client = Client()
    page = Page.objects.filter(live=True, depth=3).first()
    answer = client.get(page.url)
    assert answer.status_code == 200, answer
    assert client.get("/old-1").status_code in (301, 404)
    assert client.login(username="chief", password=PASSWORD)
    for path in (
        *("/admin/", f"/admin/pages/{page.pk}/edit/", f"/admin/pages/{page.pk}/"),
        *("/admin/images/", "/admin/documents/", "/admin/reports/site-history/"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer)
    edited = client.get(f"/admin/pages/{page.pk}/edit/").content
    assert escape(page.title).encode() in edited

    new = page.add_child(instance=Page(title="Written on the copy"))
    new.save_revision(user=User.objects.get(username="chief")).publish()
    image = Image.objects.create(title="new", file=picture("new.png"))
    image.tags.add("all", "new")
    user = User.objects.create_user("late", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Readers"))
    assert (
        "wagtailcore.view_locale" in User.objects.get(pk=user.pk).get_all_permissions()
    )
    assert client.get(Page.objects.get(pk=new.pk).url).status_code == 200
    call_command("update_index", verbosity=0)
    assert new.pk in {each.pk for each in Page.objects.search("Written")}
    assert len(Page.objects.search("Chapter")) == PAGES * CHILDREN
    call_command("check", databases=["default"], stdout=io.StringIO())
    print(f"{Page.objects.count()} pages, {User.objects.count()} users: works")


def create() -> None:
    drop()
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")


def drop() -> None:
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


if __name__ == "__main__":
    django.setup()
    {"create": create, "drop": drop, "fill": fill, "use": use}[sys.argv[1]]()
