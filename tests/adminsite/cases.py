"""The page of the admin; ``tests/test_admin.py`` runs these in a process of their own.

The tests of the other modules run without Django's admin.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import NoReverseMatch, reverse

URL = "/admin/fkguard_admin/constraintguard/"
#: Statements that change rows or tables.
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "REPLACE")


class PageTests(TransactionTestCase):
    databases = {"default", "other"}

    def setUp(self) -> None:
        self.staff = User.objects.create_user("staff", password="x", is_staff=True)

    def permit(self) -> None:
        self.staff.user_permissions.add(
            Permission.objects.get(codename="view_constraintguard")
        )

    def get(self) -> Any:
        self.client.force_login(self.staff)
        return self.client.get(URL)

    def test_page_shows_modes_patches_and_ledgers(self) -> None:
        self.permit()
        page = self.get()
        assert page.status_code == 200
        self.assertContains(page, '<th scope="row">default</th>')
        self.assertContains(page, '<th scope="row">other</th>')
        self.assertContains(page, "<td>auto</td>", count=2)
        self.assertContains(page, "SQLite 3.")
        self.assertContains(page, "Nothing to restore", count=2)
        self.assertContains(page, "MigrationExecutor.migrate")

    @override_settings(FKGUARD={"MODE": "warn"})
    def test_page_shows_the_mode_of_the_settings(self) -> None:
        self.permit()
        self.assertContains(self.get(), "<td>warn</td>", count=2)

    def test_page_is_in_the_index_for_those_who_may_see_it(self) -> None:
        self.client.force_login(self.staff)
        self.assertNotContains(self.client.get("/admin/"), URL)
        self.permit()
        self.assertContains(self.client.get("/admin/"), URL)

    def test_page_is_refused_without_the_permission(self) -> None:
        assert self.get().status_code == 403
        assert self.client.post(URL, {"database": "default"}).status_code == 403

    def test_page_is_refused_without_a_login(self) -> None:
        page = Client().get(URL)
        assert (page.status_code, page["Location"].split("?")[0]) == (
            302,
            "/admin/login/",
        )

    def test_clean_schema_is_verified_on_request(self) -> None:
        self.permit()
        self.client.force_login(self.staff)
        page = self.client.post(URL, {"database": "default"})
        self.assertContains(page, "nothing found")
        self.assertNotContains(page, 'role="img"')

    def test_drift_is_drawn_on_request(self) -> None:
        self.permit()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX session_once ON django_session (expire_date)"
            )
        self.addCleanup(self.drop_index)
        page = self.get()
        self.assertNotContains(page, "session_once")
        page = self.client.post(URL, {"database": "default"})
        self.assertContains(page, "fkguard.W710")
        self.assertContains(page, 'role="img"', count=2)
        self.assertContains(page, "session_once")

    def drop_index(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX session_once")

    def test_unknown_database_is_not_found(self) -> None:
        self.permit()
        self.client.force_login(self.staff)
        page = self.client.post(URL, {"database": "nowhere"})
        assert page.status_code == 404

    def test_request_from_another_site_is_refused(self) -> None:
        self.permit()
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.staff)
        assert client.post(URL, {"database": "default"}).status_code == 403

    def test_nothing_is_written(self) -> None:
        self.permit()
        self.client.force_login(self.staff)
        with CaptureQueriesContext(connection) as queries:
            self.client.get(URL)
            self.client.post(URL, {"database": "default"})
        written = [
            each["sql"]
            for each in queries
            if each["sql"].lstrip().upper().startswith(WRITES)
        ]
        assert written == []
        assert "fkguard_ledger" not in connection.introspection.table_names()

    def test_nothing_can_be_added_or_changed(self) -> None:
        self.permit()
        for name in ("add", "change", "delete", "history"):
            with pytest.raises(NoReverseMatch):
                reverse(
                    f"admin:fkguard_admin_constraintguard_{name}",
                    args=[1][: name != "add"],
                )

    def test_unreachable_database_is_named_without_its_password(self) -> None:
        from unittest import mock

        from django.db import OperationalError, connections

        self.permit()
        error = OperationalError("connection failed: secret is wrong\nmore")
        settings = {**connections["other"].settings_dict, "PASSWORD": "secret"}
        with (
            mock.patch.object(connections["other"], "settings_dict", settings),
            mock.patch.object(connections["other"], "cursor", side_effect=error),
        ):
            page = self.get()
        self.assertContains(page, "connection failed: *** is wrong")
        self.assertNotContains(page, "secret")

    def test_app_has_no_migrations_to_make(self) -> None:
        call_command("makemigrations", "fkguard_admin", check=True, dry_run=True)
        call_command("check")
