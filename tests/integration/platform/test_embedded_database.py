"""The embedded cluster as the product needs it."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_tests_run_on_the_embedded_postgresql_18() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_user")
        assert cursor.fetchone() == (18, "duewatch_owner")
