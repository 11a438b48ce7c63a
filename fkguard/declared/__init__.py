"""What models and project states declare."""
