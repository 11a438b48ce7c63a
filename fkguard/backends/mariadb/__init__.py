"""What fkguard knows of MariaDB, a flavour of Django's mysql vendor."""
