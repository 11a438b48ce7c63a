"""Every branch on a Django version, and every use of Django's private API.

Each name says the versions it was read on. ``guard.patches`` holds the seams; the rest
of the package imports what it needs of Django's internals from here.
"""

from .commands import is_run_from_command_line, share_options
from .loader import Broken, Key, Loader, replace_migration
from .models import (
    expression_references,
    field_source,
    models_of,
)
from .schema import (
    cascades_dropped_columns,
    check_sql,
    condition_sql,
    database_on_delete,
    effective_default,
    forget_deferred,
    index_name,
    is_deferred,
    is_unique_supported,
    modifying_with,
    related_objects,
    remake_table,
)
from .state import (
    mutate_state,
    relations_by_target,
    state_forwards,
)
from .versions import VERIFIED, series

__all__ = [
    "VERIFIED",
    "Broken",
    "Key",
    "Loader",
    "cascades_dropped_columns",
    "check_sql",
    "condition_sql",
    "database_on_delete",
    "effective_default",
    "expression_references",
    "field_source",
    "forget_deferred",
    "index_name",
    "is_deferred",
    "is_run_from_command_line",
    "is_unique_supported",
    "models_of",
    "modifying_with",
    "mutate_state",
    "related_objects",
    "relations_by_target",
    "remake_table",
    "replace_migration",
    "series",
    "share_options",
    "state_forwards",
]
