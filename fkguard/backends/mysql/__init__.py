"""What fkguard knows of MySQL."""
