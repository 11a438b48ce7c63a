"""Choose, once and here, what knows the database of a connection."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import UnknownVendor

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from ..schema.catalogue import Server
    from .base.claims import Claims
    from .base.compatibility import Compatibility
    from .base.effects import Consequences
    from .base.identity import Identity
    from .base.introspection import Introspection
    from .base.offline import Offline
    from .base.repairs import Repairs
    from .base.statements import Statements
    from .base.transfer import Transfer

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


@cache
def member(flavour: str, module: str, name: str) -> Any:
    """Return what the package of `flavour` calls `name` in `module`."""
    if flavour not in FLAVOURS:
        raise UnknownVendor(f"fkguard does not support the vendor {flavour!r}.")
    return getattr(import_module(f"{__name__}.{flavour}.{module}"), name)


def consequences_for(server: Server) -> Consequences:
    """Return what knows the effect of each event on a server."""
    consequences: Consequences = member(server.flavour, "effects", "Consequences")(
        server
    )
    return consequences


def compatibility_for(server: Server) -> Compatibility:
    """Return what knows which columns of a server can be ends of a foreign key."""
    compatibility: Compatibility = member(
        server.flavour, "compatibility", "Compatibility"
    )(server)
    return compatibility


def introspection_for(connection: BaseDatabaseWrapper) -> Introspection:
    """Return the reader of the connection's catalogue."""
    introspection: Introspection = member(
        flavour_of(connection), "introspection", "Introspection"
    )(connection)
    return introspection


def statements_for(connection: BaseDatabaseWrapper) -> Statements:
    """Return the builder of the connection's DDL."""
    statements: Statements = member(flavour_of(connection), "statements", "Statements")(
        connection
    )
    return statements


def offline_for(
    flavour: str, version: tuple[int, ...] = (), alias: str = "default"
) -> Offline:
    """Return a stand-in for a connection to a server that nobody asks."""
    offline: Offline = member(flavour, "offline", "Offline")(version, alias)
    return offline


def flavours_of(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the flavours that a connection may be of, without asking its server.

    Django's ``mysql`` serves MySQL and MariaDB; which of the two it is, only the
    server knows.
    """
    vendor: str = connection.vendor
    return ("mysql", "mariadb") if vendor == "mysql" else (vendor,)


def repairs_for(connection: BaseDatabaseWrapper) -> Repairs:
    """Return the builder of what closes gaps on the connection."""
    repairs: Repairs = member(flavour_of(connection), "repairs", "Repairs")(
        statements_for(connection)
    )
    return repairs


def transfer_for(connection: BaseDatabaseWrapper) -> Transfer:
    """Return the end of a copy that reads or writes the connection's rows."""
    transfer: Transfer = member(flavour_of(connection), "transfer", "Transfer")(
        connection, statements_for(connection)
    )
    return transfer


def identity_for(transfer: Transfer) -> Identity:
    """Return what tells the database of one end of a copy from others."""
    identity: Identity = member(
        flavour_of(transfer.connection), "identity", "Identity"
    )(transfer)
    return identity


def claims_for(connection: BaseDatabaseWrapper) -> Claims:
    """Return the SQL and the error codes of the claim on the connection."""
    claims: Claims = member(flavour_of(connection), "claims", "Claims")(connection)
    return claims
