"""One file per subcommand of ``manage.py fkguard``: it parses, calls and prints.

Each module has ``HELP``, ``add_arguments(parser)`` and ``handle(command, **options)``.
All of them are imported to build the parser, so what works is imported in
``handle()``.
"""
