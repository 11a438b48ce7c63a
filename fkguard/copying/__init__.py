"""Rows to another database, with every reference whole.

``selection`` says which tables, ``order`` in which order, ``preflight`` what stands
in the way; ``running`` copies and ``proof`` compares; ``journal`` is what a copy
that was interrupted goes on from.
"""
