"""Files and folders of documents that a command is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path


def files_of(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each file with its name for people: within a folder, the folder's name and its own."""
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        for file in sorted(one for one in path.rglob("*") if one.is_file()):
            yield f"{path.name}/{file.relative_to(path)}", file
