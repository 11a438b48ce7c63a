"""MySQL without a connection or a driver.

Django's own features and operations of MySQL need no driver to be imported; the
types of columns stand in ``mysql.base``, which does. A test compares them.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.mysql.features import DatabaseFeatures
from django.db.backends.mysql.operations import DatabaseOperations
from django.utils.functional import cached_property

from ...schema.catalogue import Server
from ..base import offline

DATA_TYPES = {
    "AutoField": "integer AUTO_INCREMENT",
    "BigAutoField": "bigint AUTO_INCREMENT",
    "BinaryField": "longblob",
    "BooleanField": "bool",
    "CharField": "varchar(%(max_length)s)",
    "DateField": "date",
    "DateTimeField": "datetime(6)",
    "DecimalField": "numeric(%(max_digits)s, %(decimal_places)s)",
    "DurationField": "bigint",
    "FileField": "varchar(%(max_length)s)",
    "FilePathField": "varchar(%(max_length)s)",
    "FloatField": "double precision",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "IPAddressField": "char(15)",
    "GenericIPAddressField": "char(39)",
    "JSONField": "json",
    "PositiveBigIntegerField": "bigint UNSIGNED",
    "PositiveIntegerField": "integer UNSIGNED",
    "PositiveSmallIntegerField": "smallint UNSIGNED",
    "SlugField": "varchar(%(max_length)s)",
    "SmallAutoField": "smallint AUTO_INCREMENT",
    "SmallIntegerField": "smallint",
    "TextField": "longtext",
    "TimeField": "time(6)",
    "UUIDField": "char(32)",
}
CHECKS = dict.fromkeys(
    ("PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"),
    "`%(column)s` >= 0",
)


class Offline(offline.Offline):
    vendor = "mysql"
    flavour = "mysql"
    oldest = (8, 4)
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    data_type_check_constraints = CHECKS
    #: What follows the number in ``SELECT VERSION()``.
    suffix = ""

    @cached_property
    def data_types(self) -> dict[str, str]:  # type: ignore[override]
        types = dict(DATA_TYPES)
        if self.features.has_native_uuid_field:
            types["UUIDField"] = "uuid"
        return types

    @cached_property
    def mysql_server_data(self) -> dict[str, Any]:
        """Return what Django asks of a server when it first connects."""
        return {
            "version": self.mysql_server_info,
            "sql_mode": "STRICT_TRANS_TABLES",
            "default_storage_engine": "InnoDB",
            "sql_auto_is_null": False,
            "lower_case_table_names": 0,
            "has_zoneinfo_database": True,
        }

    @property
    def mysql_server_info(self) -> str:
        return ".".join(map(str, self.mysql_version)) + self.suffix

    @property
    def mysql_version(self) -> tuple[int, ...]:
        return (*self.version, 0, 0, 0)[:3]

    @property
    def mysql_is_mariadb(self) -> bool:
        return self.flavour == "mariadb"

    @property
    def server(self) -> Server:
        return Server(
            flavour=self.flavour,
            version=self.version,
            database=self.settings_dict["NAME"],
            default_engine="InnoDB",
        )
