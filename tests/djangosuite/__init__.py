"""Django's own tests, run with fkguard: `make django-suite`."""
