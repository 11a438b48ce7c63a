"""What fkguard knows of PostgreSQL."""
