"""The WSGI application that gunicorn serves."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Every page is imported before gunicorn forks: a worker that takes the place of a killed one answers at once.
# So is what other processes import when they first need it.
for name in ("config.urls", "networkx", "openpyxl"):
    import_module(name)
