"""Private files: made once, whole, for us alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.private_files import make_private


def test_file_and_folder_are_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key"
    make_private(path, b"secret")
    assert path.read_bytes() == b"secret"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_private(path, b"first")
    make_private(path, b"second")
    assert path.read_bytes() == b"first"


def test_of_many_that_make_it_at_once_one_counts_and_nothing_is_left_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: make_private(path, str(number).encode() * 1000), range(8)))
    assert len(set(path.read_bytes())) == 1
    assert len(path.read_bytes()) == 1000
    assert list(tmp_path.iterdir()) == [path]
