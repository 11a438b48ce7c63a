"""A read-only page of Django's admin: modes, patches, ledgers and schema drift.

Add ``fkguard.contrib.admin`` to ``INSTALLED_APPS``, after ``fkguard``.
"""
