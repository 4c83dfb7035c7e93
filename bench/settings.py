"""The product's settings with one more address, the minimal endpoint, and rates that no measurement reaches."""

from config.settings import *  # noqa: F403
from config.settings import REST_FRAMEWORK

ROOT_URLCONF = "bench.urls"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"client": "1000000000/min", "dry_run": "1000000000/min"}
