"""The tests' settings for a web server of its own process: it serves the sources' static files as they are."""

from tests.settings import *  # noqa: F403

WHITENOISE_USE_FINDERS = True
