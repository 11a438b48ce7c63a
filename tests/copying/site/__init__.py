"""A wagtail site that is filled, copied and used: `make copies`."""
