"""Packages that need little but INSTALLED_APPS: each is a project of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

#: django CMS and wagtail, for the packages that extend them.
CMS = "cms", "menus", "treebeard", "sekizai", "djangocms_text"
WAGTAIL = (
    *("wagtail.contrib.forms", "wagtail.contrib.redirects", "wagtail.embeds"),
    *("wagtail.sites", "wagtail.users", "wagtail.snippets", "wagtail.documents"),
    *("wagtail.images", "wagtail.search", "wagtail.admin", "wagtail"),
    *("modelcluster", "taggit"),
)
#: Package of the index -> its apps, and those that they need.
APPS: dict[str, tuple[str, ...]] = {
    "django-activity-stream": ("actstream",),
    "django-organizations": ("organizations",),
    "django-post-office": ("post_office",),
    "django-invitations": ("invitations",),
    "django-simple-captcha": ("captcha",),
    "django-rest-knox": ("rest_framework", "knox"),
    "djangorestframework-simplejwt": (
        *("rest_framework", "rest_framework_simplejwt"),
        "rest_framework_simplejwt.token_blacklist",
    ),
    "djangorestframework-api-key": ("rest_framework", "rest_framework_api_key"),
    "django-easy-audit": ("easyaudit",),
    "django-hitcount": ("hitcount",),
    "django-sql-explorer": ("explorer",),
    "django-apscheduler": ("django_apscheduler",),
    "django-cities-light": ("cities_light",),
    "django-postman": ("postman",),
    "django-avatar": ("avatar",),
    "fcm-django": ("fcm_django",),
    "django-dynamic-preferences": (
        *(
            "dynamic_preferences",
            "dynamic_preferences.users.apps.UserPreferencesConfig",
        ),
    ),
    "django-push-notifications": ("push_notifications",),
    "django-friendship": ("friendship",),
    "django-photologue": ("sortedm2m", "photologue"),
    "django-mailbox": ("django_mailbox",),
    "django-robots": ("robots",),
    "easy-thumbnails": ("easy_thumbnails",),
    "django-comments-xtd": (
        *("rest_framework", "django_comments_xtd", "django_comments"),
    ),
    "django-machina": (
        *("mptt", "haystack", "widget_tweaks", "machina"),
        *(
            f"machina.apps.{name}"
            for name in (
                *(
                    "forum",
                    "forum_conversation",
                    "forum_conversation.forum_attachments",
                ),
                *("forum_conversation.forum_polls", "forum_feeds", "forum_moderation"),
                *("forum_search", "forum_tracking", "forum_member"),
                "forum_permission",
            )
        ),
    ),
    "wiki": (
        *("django.contrib.humanize", "django_nyt.apps.DjangoNytConfig", "mptt"),
        *("sekizai", "sorl.thumbnail", "wiki.apps.WikiConfig"),
        *(
            f"wiki.plugins.{name}"
            for name in (
                *("attachments.apps.AttachmentsConfig", "images.apps.ImagesConfig"),
                "notifications.apps.NotificationsConfig",
            )
        ),
    ),
    "django-newsletter": ("sorl.thumbnail", "newsletter"),
    "django-scheduler": ("schedule",),
    "django-categories": ("mptt", "categories", "categories.editor"),
    "django-defender": ("defender",),
    "django-ses": ("django_ses",),
    "django-celery-beat": ("django_celery_beat",),
    "django-filer": ("easy_thumbnails", "filer"),
    "django-helpdesk": (
        *("django.contrib.humanize", "bootstrap4form", "account", "reversion"),
        *("pinax.invitations", "pinax.teams", "helpdesk"),
    ),
    "django-ledger": ("django_ledger",),
    "djangocms-alias": (*CMS, "parler", "djangocms_alias"),
    "djangocms-versioning": (*CMS, "djangocms_versioning"),
    "djangocms-frontend": (
        *(*CMS, "easy_thumbnails", "filer", "djangocms_link", "djangocms_frontend"),
        *(
            f"djangocms_frontend.contrib.{name}"
            for name in (
                *("accordion", "alert", "badge", "card", "carousel", "collapse"),
                *("content", "grid", "icon", "image", "jumbotron", "link"),
                *("listgroup", "media", "tabs", "utilities"),
            )
        ),
    ),
    "djangocms-link": (*CMS, "easy_thumbnails", "filer", "djangocms_link"),
    "djangocms-file": (*CMS, "easy_thumbnails", "filer", "djangocms_file"),
    "djangocms-picture": (*CMS, "easy_thumbnails", "filer", "djangocms_picture"),
    "djangocms-video": (*CMS, "easy_thumbnails", "filer", "djangocms_video"),
    "djangocms-snippet": (*CMS, "djangocms_versioning", "djangocms_snippet"),
    "djangocms-form-builder": (*CMS, "djangocms_form_builder"),
    "django-fsm-log": ("django_fsm_log",),
    "django-star-ratings": ("star_ratings",),
    "django-vote": ("vote",),
    "django-watson": ("watson",),
    "django-cookie-consent": ("cookie_consent",),
    "django-rest-passwordreset": ("rest_framework", "django_rest_passwordreset"),
    "django-request": ("request",),
    "pinax-referrals": ("pinax.referrals",),
    "pinax-teams": ("account", "pinax.invitations", "pinax.teams", "reversion"),
    "pinax-invitations": ("account", "pinax.invitations"),
    "pinax-images": ("imagekit", "pinax.images"),
    "pinax-ratings": ("pinax.ratings",),
    "pinax-likes": ("pinax.likes",),
    "pinax-documents": ("pinax.documents",),
    "django-survey-and-report": ("bootstrapform", "survey"),
    "django-mailer": ("mailer",),
    "django-webpush": ("webpush",),
    "django-email-log": ("email_log",),
    "django-admin-interface": ("admin_interface", "colorfield"),
    "django-flatblocks": ("flatblocks",),
    "django-eventstream": ("django_eventstream",),
    "django-user-sessions": ("user_sessions",),
    "django-qsessions": ("qsessions",),
    "django-impersonate": ("impersonate",),
    "django-oidc-provider": ("oidc_provider",),
    "django-cas-ng": ("django_cas_ng",),
    "django-mama-cas": ("mama_cas",),
    "django-tos": ("tos",),
    "django-termsandconditions": ("termsandconditions",),
    "django-lti": ("lti_tool",),
    "django-summernote": ("django_summernote",),
    "django-mfa2": ("mfa",),
    "django-passkeys": ("passkeys",),
    "django-address": ("address",),
    "django-plans": ("ordered_model", "plans"),
    "drf-api-tracking": ("rest_framework", "rest_framework_tracking"),
    "django-herald": ("herald",),
    "django-sequences": ("sequences",),
    "django-tasks-scheduler": ("scheduler",),
    "django-huey-monitor": ("bx_django_utils", "huey_monitor"),
    "django-outbox-pattern": ("django_outbox_pattern",),
    "django-link-shortener": ("shortener",),
    "django-fluent-pages": (
        *("mptt", "parler", "polymorphic", "slug_preview", "fluent_contents"),
        *("fluent_contents.plugins.text", "django_wysiwyg", "fluent_pages"),
        *(
            f"fluent_pages.pagetypes.{name}"
            for name in ("flatpage", "fluentpage", "redirectnode", "textfile")
        ),
    ),
    "django-fluent-contents": (
        *("polymorphic", "django_wysiwyg", "fluent_contents"),
        *(
            f"fluent_contents.plugins.{name}"
            for name in (
                *("code", "gist", "googledocsviewer", "iframe", "oembeditem"),
                *("picture", "rawhtml", "sharedcontent", "text", "twitterfeed"),
            )
        ),
    ),
    "django-threadedcomments": ("threadedcomments", "django_comments"),
    "django-todo": ("todo",),
    "django-eav2": ("eav",),
    "django-tracking2": ("tracking",),
    "django-user-visit": ("user_visit",),
    "django-swingtime": ("swingtime",),
    "django-invoicing": ("invoicing",),
    "django-x509": ("reversion", "django_x509"),
    "django-flags": ("flags",),
    "django-siteprefs": ("siteprefs",),
    "django-sitemessage": ("sitemessage",),
    "django-sitetree": ("sitetree",),
    "django-sitecats": ("sitecats",),
    "django-drf-filepond": ("django_drf_filepond",),
    "django-dbtemplates": ("dbtemplates",),
    "django-report-builder": ("report_builder",),
    "django-csp-reports": ("cspreports",),
    "django-trackstats": ("trackstats",),
    "django-badgify": ("badgify",),
    "django-groups-manager": ("mptt", "groups_manager"),
    "django-viewflow": ("viewflow", "viewflow.workflow"),
    "django-authtools": ("authtools",),
    "django-import-export-extensions": ("import_export", "import_export_extensions"),
    "django-translation-manager": ("translation_manager",),
    "django-peeringdb": ("django_peeringdb",),
    "django-salesman": (
        *("rest_framework", "salesman.core", "salesman.basket", "salesman.checkout"),
        *("salesman.orders", "salesman.admin"),
    ),
    "django-spirit": (
        *("spirit.core", "spirit.admin", "spirit.search", "spirit.user"),
        *("spirit.user.admin", "spirit.user.auth", "spirit.category"),
        *("spirit.category.admin", "spirit.topic", "spirit.topic.admin"),
        *("spirit.topic.favorite", "spirit.topic.moderate"),
        *("spirit.topic.notification", "spirit.topic.private"),
        *("spirit.topic.unread", "spirit.comment", "spirit.comment.bookmark"),
        *("spirit.comment.flag", "spirit.comment.flag.admin"),
        *("spirit.comment.history", "spirit.comment.like", "spirit.comment.poll"),
        *("djconfig", "haystack"),
    ),
    "django-admin-tools": ("admin_tools.menu", "admin_tools.dashboard"),
    "django-field-history": ("field_history",),
    "django-background-tasks": ("background_task",),
    "django-comments-dab": ("comment",),
    "django-subscriptions": ("django_fsm_log", "subscriptions"),
    "django-secretballot": ("secretballot",),
    "django-private-chat2": ("django_private_chat2",),
    "wagtail-localize": (
        *(*WAGTAIL, "wagtail_localize", "wagtail_localize.locales"),
        *("wagtail.contrib.simple_translation",),
    ),
    "wagtailmenus": (*WAGTAIL, "wagtail_modeladmin", "wagtailmenus"),
    "wagtailmedia": (*WAGTAIL, "wagtailmedia"),
    "wagtail-footnotes": (*WAGTAIL, "wagtail_footnotes"),
    "wagtail-newsletter": (*WAGTAIL, "wagtail_newsletter"),
    "wagtail-personalisation": (
        *(*WAGTAIL, "wagtail_modeladmin", "wagtailfontawesomesvg"),
        "wagtail_personalisation",
    ),
    "coderedcms": (
        *(*WAGTAIL, "wagtail.contrib.settings", "wagtail.contrib.table_block"),
        *("wagtailseo", "wagtailcache", "django_bootstrap5", "coderedcms"),
    ),
}
#: Package -> the settings that it cannot be imported without.
SETTINGS: dict[str, dict[str, Any]] = {
    "coderedcms": {"BASE_DIR": tempfile.gettempdir(), "WAGTAIL_SITE_NAME": "-"},
    "django-drf-filepond": {
        "DJANGO_DRF_FILEPOND_FILE_STORE_PATH": tempfile.gettempdir(),
    },
    "django-peeringdb": {"TABLE_PREFIX": "peeringdb_", "ABSTRACT_ONLY": False},
    "django-spirit": {
        "ST_SITE_URL": "https://example.com/",
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "djconfig.middleware.DjConfigMiddleware",
        ],
    },
    "pinax-images": {"RQ_QUEUES": {"default": {"HOST": "localhost", "PORT": 6379}}},
    "django-fluent-pages": {"FLUENT_PAGES_TEMPLATE_DIR": tempfile.gettempdir()},
    "django-tasks-scheduler": {
        "SCHEDULER_QUEUES": {"default": {"HOST": "localhost", "PORT": 6379, "DB": 0}}
    },
}
#: Packages that a project of scripts/histories.py contains, too.
ELSEWHERE = {"django-celery-beat", "django-filer"}
#: A finding begins with this -> why it is true, and what is left to do.
FINDINGS: dict[str, str] = {
    "fkguard.E501": (
        "True: the server does not support conditional unique constraints, and Django "
        "skips them silently. A user of the package can accept it: with the entry of "
        "the refusal, `strict` leaves the same schema."
    ),
    "fkguard.E301 watson.0001_initial": (
        "True: its `RunPython` converts the table to MyISAM for its full-text search, "
        "and the server then ignores the foreign key. A user of the package can accept "
        "it: with the entry of the refusal, `strict` leaves the same schema."
    ),
    "fkguard.E707 watson.SearchEntry": (
        "True: the engine of `E301`, which was accepted."
    ),
    "fkguard.E702 watson.SearchEntry": (
        "True: the foreign key of `E301`, which was accepted."
    ),
    "fkguard.E702 cms.PageContent": (
        "True: djangocms-versioning drops the constraint of django CMS in a "
        "`RunPython`, and changes the options of the model at start-up. A page has "
        "several versions in a language, so its users cannot add it again."
    ),
}


def requirements() -> list[str]:
    """Return the packages of the shared environment, each with its version."""
    path = Path(__file__).with_name("requirements.txt")
    return path.read_text(encoding="utf-8").split()


def versions() -> dict[str, str]:
    """Return the version of each package of the shared environment, by name."""
    return dict(each.split("==") for each in requirements())
