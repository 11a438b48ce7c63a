"""Other people's migrations, from zero and back: `make histories`."""
