"""Leaves, roots and signatures of the audit trail."""

from dataclasses import replace

from core.domain.seals import SealLine, is_signed, leaf_hash, root_of, sign

KEY = b"a key"


def make_line() -> SealLine:
    root = root_of(previous_root="", leaves=["x", "y"])
    moment = "2026-11-22T00:00:00+00:00"
    return SealLine(1, moment, 2, "", root, sign(key=KEY, seal=1, sealed_at=moment, leaves=2, root=root))


def test_parts_are_told_apart() -> None:
    assert leaf_hash("ab", "c") != leaf_hash("a", "bc")
    assert leaf_hash("a") != leaf_hash("a", "")


def test_order_of_leaves_and_seal_before_count() -> None:
    roots = {
        root_of(previous_root="", leaves=["x", "y"]),
        root_of(previous_root="", leaves=["y", "x"]),
        root_of(previous_root="p", leaves=["x", "y"]),
        root_of(previous_root="", leaves=["x"]),
    }
    assert len(roots) == 4


def test_signature_covers_every_member_that_the_root_does_not() -> None:
    line = make_line()
    assert is_signed(line, key=KEY)
    assert not is_signed(line, key=b"another key")
    for change in ({"seal": 2}, {"sealed_at": "2026-11-23T00:00:00+00:00"}, {"leaves": 3}, {"root": "0" * 64}):
        assert not is_signed(replace(line, **change), key=KEY)
