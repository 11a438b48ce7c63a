"""Rewrite migration files."""
