#!/usr/bin/env python
"""Django's command line. Commands that need the database find or start the embedded servers first."""

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
# Commands that only read or write files of the checkout.
WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "version",
}
# Commands that shape the schema: they connect as its owner, and find it as it is.
AS_OWNER = {
    "dbshell",
    "flush",
    "grant_runtime",
    "lintmigrations",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "pgtrigger",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in AS_OWNER:
        os.environ["DUEWATCH_AS_OWNER"] = "1"
    if needs_servers(command, arguments):
        start_servers(command)
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


def needs_servers(command: str, arguments: list[str]) -> bool:
    asks_for_help = any(word in {"-h", "--help", "--version"} for word in arguments[1:])
    names_database = any(word.startswith("--database") for word in arguments)
    return (command not in WITHOUT_SERVERS or names_database) and not asks_for_help


def start_servers(command: str) -> None:
    from config.local import schema, supervisor

    try:
        supervisor.ensure_running(BASE_DIR)
        if command not in AS_OWNER:
            schema.ensure_current(BASE_DIR)
    except (supervisor.ServersUnavailable, schema.SchemaNotCurrent) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv)
