"""Public files beside the checkout (see their README for the sources), for tests that take them one by one."""

from pathlib import Path

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def public_files(folder: str, pattern: str = "*") -> list[Path]:
    """The files of a folder. Tests ask for the fixture ``shared_data``, which skips them where it is missing."""
    return sorted((SHARED_DATA / folder).glob(pattern)) or [SHARED_DATA / folder]
