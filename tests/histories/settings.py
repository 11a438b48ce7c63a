"""Settings of one project: FKGUARD_HISTORY names it, FKGUARD_TEST_DATABASE the leg."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from tests.histories.apps import APPS, SETTINGS
from tests.settings import database as database_of_the_leg

PROJECT = os.environ["FKGUARD_HISTORY"]
CONTRIB = [
    f"django.contrib.{name}"
    for name in (
        *("contenttypes", "auth", "sessions", "sites", "messages", "staticfiles"),
        *("admin", "flatpages", "redirects"),
    )
]
SECRET_KEY = "histories"
USE_TZ = True
SITE_ID = 1
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

if PROJECT == "wagtail":
    from benchmarks.settings import *  # noqa: F403

    # MySQL and MariaDB make no conditional unique, and strict says so.
    FKGUARD = {
        "ACKNOWLEDGED": {
            "wagtailcore.0080_generic_workflowstate": [
                ("E501", "unique_in_progress_workflow", "wagtail checks it itself")
            ]
        }
    }
elif PROJECT == "django-oscar":
    from oscar.defaults import *  # type: ignore[import-not-found] # noqa: F403

    INSTALLED_APPS = [
        *CONTRIB,
        "oscar.config.Shop",
        *(
            f"oscar.apps.{path}.apps.{name}Config"
            for path, name in (
                ("analytics", "Analytics"),
                ("checkout", "Checkout"),
                ("address", "Address"),
                ("shipping", "Shipping"),
                ("catalogue", "Catalogue"),
                ("catalogue.reviews", "CatalogueReviews"),
                ("communication", "Communication"),
                ("partner", "Partner"),
                ("basket", "Basket"),
                ("payment", "Payment"),
                ("offer", "Offer"),
                ("order", "Order"),
                ("customer", "Customer"),
                ("search", "Search"),
                ("voucher", "Voucher"),
                ("wishlists", "Wishlists"),
                ("dashboard", "Dashboard"),
                ("dashboard.reports", "ReportsDashboard"),
                ("dashboard.users", "UsersDashboard"),
                ("dashboard.orders", "OrdersDashboard"),
                ("dashboard.catalogue", "CatalogueDashboard"),
                ("dashboard.offers", "OffersDashboard"),
                ("dashboard.partners", "PartnersDashboard"),
                ("dashboard.pages", "PagesDashboard"),
                ("dashboard.ranges", "RangesDashboard"),
                ("dashboard.reviews", "ReviewsDashboard"),
                ("dashboard.vouchers", "VouchersDashboard"),
                ("dashboard.communications", "CommunicationsDashboard"),
                ("dashboard.shipping", "ShippingDashboard"),
            )
        ),
        *("widget_tweaks", "haystack", "treebeard", "django_tables2"),
    ]
    HAYSTACK_CONNECTIONS = {
        "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
    }
elif PROJECT == "django-cms":
    INSTALLED_APPS = [
        *CONTRIB,
        *("cms", "menus", "treebeard", "sekizai", "djangocms_text"),
        *("filer", "easy_thumbnails", "mptt"),
    ]
    LANGUAGES = [("en", "English")]
    LANGUAGE_CODE = "en"
    CMS_CONFIRM_VERSION4 = True
    CMS_TEMPLATES = [("a.html", "a")]
    TEMPLATES[0]["OPTIONS"]["context_processors"] += [
        "sekizai.context_processors.sekizai",
        "cms.context_processors.cms_settings",
    ]
elif PROJECT == "django-hordak":
    INSTALLED_APPS = [*CONTRIB, "django.contrib.postgres", "mptt", "djmoney", "hordak"]
    HORDAK_DECIMAL_PLACES = 2
elif PROJECT == "pretix":
    from pretix.settings import *  # type: ignore[import-not-found] # noqa: F403

    DATABASE_REPLICA = "default"
elif PROJECT == "openedx-core":
    from openedx_content.settings_api import (  # type: ignore[import-not-found]
        openedx_content_backcompat_apps_to_install,
    )

    INSTALLED_APPS = [
        *CONTRIB,
        *("rest_framework", "rules.apps.AutodiscoverRulesConfig", "organizations"),
        *("openedx_catalog", "openedx_content", "openedx_tagging"),
        *openedx_content_backcompat_apps_to_install(),
    ]
elif PROJECT == "many-apps":
    INSTALLED_APPS = [
        *CONTRIB,
        *("allauth", "allauth.account", "allauth.socialaccount", "allauth.mfa"),
        *("rest_framework", "rest_framework.authtoken", "reversion"),
        *("django_celery_beat", "django_celery_results", "axes", "social_django"),
        *("oauth2_provider", "guardian", "taggit", "django_otp"),
        *("django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"),
        *("two_factor", "two_factor.plugins.phonenumber", "waffle", "django_q"),
        *("silk", "auditlog", "constance", "simple_history"),
    ]
    MIDDLEWARE.append("allauth.account.middleware.AccountMiddleware")
    CONSTANCE_BACKEND = "constance.backends.database.DatabaseBackend"
elif PROJECT in APPS:
    INSTALLED_APPS = [*CONTRIB, *APPS[PROJECT]]
    # django-photologue makes a folder there.
    MEDIA_ROOT = tempfile.gettempdir()
    HAYSTACK_CONNECTIONS = {
        "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
    }
    CACHES = {
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        for name in ("default", "machina_attachments")
    }
    CMS_CONFIRM_VERSION4 = True
    CMS_TEMPLATES = [("a.html", "a")]
    LANGUAGES = [("en", "English")]
    LANGUAGE_CODE = "en"
    ROOT_URLCONF = "django.contrib.auth.urls"
    TEMPLATES[0]["OPTIONS"]["context_processors"] += [
        "sekizai.context_processors.sekizai",
        "cms.context_processors.cms_settings",
    ]
    MIDDLEWARE.append("allauth.account.middleware.AccountMiddleware")
    globals().update(SETTINGS.get(PROJECT, {}))
    EXPLORER_CONNECTIONS = {"Default": "default"}
    EXPLORER_DEFAULT_CONNECTION = "default"
else:
    raise ValueError(f"There is no project {PROJECT!r}.")

DATABASES = {"default": database_of_the_leg("default")}
if PROJECT != "pretix":
    SILENCED_SYSTEM_CHECKS = ["fields.W342", "models.W042"]
LOGGING = {"version": 1, "disable_existing_loggers": False}
# Last, as the documentation asks for.
INSTALLED_APPS = [*INSTALLED_APPS, "fkguard"]
