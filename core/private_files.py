"""Files that nobody but us may read, made once: keys and passwords outside the database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def make_private(path: Path, content: bytes) -> None:
    """Make the file, unless it is there; of two processes that make it at once the first one's content counts.

    It is never seen half written, and is on disk before it can be read: what a key locked up must not outlive the key.
    """
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # for us alone: mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody else was first
    finally:
        Path(draft).unlink()
