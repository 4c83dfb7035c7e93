"""Checks that every text of the product is translated: ``python -m tools.check_locale``.

The catalogues must hold a finished translation of every text, and every text that the sources hold. The second
needs GNU gettext (Debian: ``apt-get install -y gettext``); the first does not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
DOMAINS = ("django", "djangojs")
SOURCES = ("*.py", "*.html", "*.txt", "*.js", "*.po")


def main() -> int:
    if not shutil.which("xgettext"):
        print("GNU gettext is missing: apt-get install -y gettext")
        return 1
    problems = [*unfinished(), *missing()]
    print("\n".join(problems) or f"{LOCALE}: every text is translated")
    return 1 if problems else 0


def unfinished() -> Iterator[str]:
    """Texts without a translation, or with one that a person has yet to confirm."""
    for domain in DOMAINS:
        for message in messages(ROOT, domain):
            texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
            if message.fuzzy or not all(texts):
                yield f"{domain}.po: not translated: {message.id!r}"


def missing() -> Iterator[str]:
    """Texts that stand in the sources but not in the catalogue, and the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        (copy / "locale").mkdir()  # makemessages writes where such a folder is
        copy_sources(copy)
        for domain in DOMAINS:
            extract(copy, domain)
            wanted, known = keys(copy, domain), keys(ROOT, domain)
            yield from (f"{domain}.po: not in the catalogue: {key!r} (make messages)" for key in sorted(wanted - known))
            yield from (
                f"{domain}.po: no longer in the sources: {key!r} (make messages)" for key in sorted(known - wanted)
            )


def copy_sources(target: Path) -> None:
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *SOURCES]
    for name in subprocess.check_output(command, cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def extract(folder: Path, domain: str) -> None:
    command = [sys.executable, "-m", "django", "makemessages", "--locale", LOCALE, "--domain", domain, "--no-obsolete"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def keys(folder: Path, domain: str) -> set[str]:
    return {str(message.id) for message in messages(folder, domain)}


def messages(folder: Path, domain: str) -> list[Message]:
    path = folder / "locale" / LOCALE / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]


if __name__ == "__main__":
    sys.exit(main())
