"""The page itself: a change list without a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.db.utils import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_variables

from ... import __version__
from ...errors import FkguardError
from . import overview
from .models import ConstraintGuard

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[ConstraintGuard]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(ConstraintGuard)
class ConstraintGuardAdmin(ModelAdmin):
    """Shows what fkguard knows of each database; nothing can be changed."""

    class Media:
        css = {"all": ("fkguard_admin/page.css",)}

    def get_urls(self) -> list[Any]:
        # The change list alone: there are no objects to add, change or delete.
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [each for each in super().get_urls() if each.name == name]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @sensitive_variables()
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the page; a POST verifies the database that it names."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        verified = None
        if request.method == "POST":
            verified = self._verified(request.POST.get("database", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": "Constraint guard",
            "opts": self.opts,
            "media": self.media,
            "version": __version__,
            "patches": overview.patches_of_process(),
            "databases": list(overview.databases()),
            "verified": verified,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/fkguard_admin/page.html", context)

    def _verified(self, alias: str) -> dict[str, Any]:
        """Return what verify finds on a database, with the drawn tables."""
        if alias not in connections:
            raise Http404
        from ...reports.html import sections_of
        from ...verify import document, verify

        try:
            found = document([verify(connections[alias])])
        except (FkguardError, Error) as error:
            return {"alias": alias, "error": overview.first_line(error, alias)}
        return {
            "alias": alias,
            "summary": found.summary,
            "is_clean": found.is_clean,
            "sections": sections_of(found),
        }
