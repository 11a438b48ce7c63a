"""Read the SQL of migrations."""
