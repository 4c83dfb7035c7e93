"""The embedded PostgreSQL and Redis-protocol servers, and the supervisor behind ``make run``.

Stands on the standard library, psutil and psycopg2 only: it runs before Django is imported.
"""
