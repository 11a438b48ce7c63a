"""Packages that need little but INSTALLED_APPS: each is a project of its own."""

from __future__ import annotations

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
}
#: Package -> the version that is installed.
VERSIONS = {
    "django-activity-stream": "2.0.0",
    "django-organizations": "2.7.0",
    "django-post-office": "3.12.0",
    "django-invitations": "2.1.0",
    "django-simple-captcha": "0.7.0",
    "django-rest-knox": "5.1.0",
    "djangorestframework-simplejwt": "5.5.1",
    "djangorestframework-api-key": "3.1.0",
    "django-easy-audit": "1.3.9",
    "django-hitcount": "1.3.5",
    "django-sql-explorer": "5.3.1",
    "django-apscheduler": "0.7.0",
    "django-cities-light": "3.11",
    "django-postman": "4.6",
    "django-avatar": "9.0.0",
    "fcm-django": "3.2.0",
    "django-dynamic-preferences": "1.17.0",
    "django-push-notifications": "3.3.0",
    "django-friendship": "1.12.0",
    "django-photologue": "3.20",
    "django-mailbox": "4.10.1",
    "django-robots": "6.1",
    "easy-thumbnails": "2.10.1",
    "django-comments-xtd": "2.10.13",
    "django-machina": "1.3.1",
    "wiki": "0.13.0",
    "django-newsletter": "1.2.1",
    "django-scheduler": "0.12.0",
    "django-categories": "2.0.0",
    "django-defender": "0.9.8",
    "django-ses": "4.8.2",
}
