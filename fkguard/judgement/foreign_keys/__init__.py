"""Foreign keys that a plan creates."""
