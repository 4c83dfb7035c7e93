"""简体中文: written as in English, on purpose; Django's own zh_Hans would not group thousands."""

from config.formats.en.formats import *  # noqa: F403
