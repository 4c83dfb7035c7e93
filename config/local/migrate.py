"""Migrates as the owner, then sets the runtime role's rights; a process of its own, since others run as that role."""

import os

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["DUEWATCH_AS_OWNER"] = "1"
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("grant_runtime")


if __name__ == "__main__":
    main()
