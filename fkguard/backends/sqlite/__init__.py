"""What fkguard knows of SQLite."""
