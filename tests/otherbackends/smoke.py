"""Every class of the backend's schema editor is wrapped where it has a method."""

from __future__ import annotations

import pytest
from django.db import connection

from fkguard.guard import patches

from .settings import ENGINE


@pytest.mark.django_db(transaction=True)
def test_editor_of_the_package_is_wrapped() -> None:
    with connection.schema_editor() as editor:
        classes = type(editor).__mro__

    assert connection.settings_dict["ENGINE"] == ENGINE
    for owner in classes:
        for name in patches.EDITOR_SEAMS.keys() & owner.__dict__.keys():
            assert hasattr(owner.__dict__[name], "__wrapped__"), (owner, name)
