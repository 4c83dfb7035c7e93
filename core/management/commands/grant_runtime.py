"""Set the rights of the role that the application runs under; ``migrate`` as the owner comes before it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from core.append_only import append_only_tables

APP_ROLE = "duewatch_app"


class Command(BaseCommand):
    """Idempotent. Where the role does not exist (one role does everything) there is nothing to set."""

    help = "Gives the runtime role its rights: append-only tables cannot be changed, nothing can be truncated."

    def handle(self, *args: Any, **options: Any) -> None:
        if not _role_exists():
            self.stderr.write(f"There is no role {APP_ROLE}: rights are left as they are.")
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _statements():
                cursor.execute(statement)


def _role_exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        return cursor.fetchone() is not None


def _statements() -> list[str]:
    quote = connection.ops.quote_name
    guarded = ", ".join(quote(table) for table in append_only_tables())
    return [
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
        f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {APP_ROLE}",
        f"REVOKE UPDATE, DELETE ON {guarded} FROM {APP_ROLE}",
    ]
