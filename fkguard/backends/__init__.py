"""Choose, once and here, what knows the database of a connection."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import UnknownVendor
from .base.backend import Backend

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

FLAVOURS = ("postgresql", "mysql", "mariadb", "sqlite")


def flavour_of(connection: BaseDatabaseWrapper) -> str:
    """Return "postgresql", "mysql", "mariadb" or "sqlite".

    Third-party and GIS backends keep the vendor of the database they wrap. The
    first question of a MySQL connection asks its server which of two it is.
    """
    vendor: str = connection.vendor
    if vendor == "mysql":
        return "mariadb" if connection.mysql_is_mariadb else "mysql"  # type: ignore[attr-defined]
    if vendor in FLAVOURS:
        return vendor
    raise UnknownVendor(
        f"The database {connection.alias!r} is of the vendor {vendor!r}, which fkguard "
        f"does not support. It supports {', '.join(FLAVOURS)}."
    )


def flavours_of(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the flavours that a connection may be of, without asking its server.

    Django's ``mysql`` serves MySQL and MariaDB; which of the two it is, only the
    server knows.
    """
    vendor: str = connection.vendor
    return ("mysql", "mariadb") if vendor == "mysql" else (vendor,)


def backend_for(connection: BaseDatabaseWrapper) -> Backend:
    """Return the backend of a connection. Raises ``UnknownVendor``."""
    return _class(flavour_of(connection))(connection)


def backend_named(flavour: str) -> Backend:
    """Return a backend without a connection. Raises ``UnknownVendor``."""
    return _class(flavour)()


def facts_of(connection: BaseDatabaseWrapper) -> type[Backend]:
    """Return the facts that all servers of a connection's vendor share.

    It asks no server, and knows the SQL standard's facts of a vendor that fkguard does
    not support.
    """
    vendor: str = connection.vendor
    return _class(vendor) if vendor in FLAVOURS else Backend


@cache
def _class(flavour: str) -> type[Backend]:
    if flavour not in FLAVOURS:
        raise UnknownVendor(f"fkguard does not support the vendor {flavour!r}.")
    found: type[Backend] = import_module(f"{__name__}.{flavour}.backend").Backend
    return found
