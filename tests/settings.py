"""Settings of the tests: the product's own, on servers of their own that end with the test run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One pair of servers for the whole run: xdist workers and child processes inherit the folder.
if "DUEWATCH_TEST_HOME" not in os.environ:
    os.environ["DUEWATCH_TEST_HOME"] = tempfile.mkdtemp(prefix="dw-test-")
    # whoever made it removes it; servers that still run there then stop by themselves
    atexit.register(shutil.rmtree, os.environ["DUEWATCH_TEST_HOME"], ignore_errors=True)
os.environ["DUEWATCH_HOME"] = os.environ["DUEWATCH_TEST_HOME"]
os.environ["DUEWATCH_DURABLE"] = "0"  # a crash of the machine may lose a test database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    os.environ.pop(name, None)

from config.local import urls as local_urls
from config.settings import *
from config.settings import CACHES, DATABASES, env, local

# The owner creates the test database; tests/integration/platform shows what the runtime role may not do.
DATABASES["default"] |= local_urls.with_socket_as_host(env.db_url_config(local.owner_database_url))
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"TEMPLATE": local_urls.DATABASE_NAME}  # migrated already: tests/cluster.py
# Child processes of a test (workers, commands) are told which test database is theirs.
DATABASES["default"]["NAME"] = os.environ.get("DUEWATCH_TEST_DATABASE", DATABASES["default"]["NAME"])

# Each xdist worker has a queue and a cache of its own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
CELERY_BROKER_URL = local_urls.broker_url(local.redis_url, db=2 * _worker)
CACHES["default"]["LOCATION"] = local_urls.cache_url(local.redis_url, db=2 * _worker + 1)

# And a folder of its own for what is sent in: files are named by their content. A test may set another one for a child.
_media = os.path.join(os.environ["DUEWATCH_HOME"], "media")
if os.environ.get("MEDIA_ROOT", _media).startswith(_media):
    os.environ["MEDIA_ROOT"] = os.path.join(_media, f"gw{_worker}")
MEDIA_ROOT = Path(os.environ["MEDIA_ROOT"])

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Every test client would otherwise begin by reading the whole folder of collected files.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
