"""What operations and editor calls ask of the schema, as events."""
