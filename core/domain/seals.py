"""Sealing of the audit trail: leaves, roots and signatures (architecture.md, the ledger is the truth)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealLine:
    """What is written down of one seal outside the database; all members as text, hashes in hex."""

    seal: int
    sealed_at: str
    leaves: int
    previous_root: str
    root: str
    signature: str


def leaf_hash(*parts: str) -> str:
    """SHA-256 over the parts, each preceded by its length, so that no two lists of parts read alike.

    Example: ``leaf_hash("ab", "c") != leaf_hash("a", "bc")``.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def root_of(*, previous_root: str, leaves: Iterable[str]) -> str:
    """The root over the seal before and the leaves in the order of their events: one changed leaf changes it."""
    return leaf_hash(previous_root, *leaves)


def sign(*, key: bytes, seal: int, sealed_at: str, leaves: int, root: str) -> str:
    """HMAC-SHA-256 of a seal's number, moment, size and root with a key that the database does not hold."""
    text = leaf_hash(str(seal), sealed_at, str(leaves), root)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_signed(line: SealLine, *, key: bytes) -> bool:
    """True if the line is as it was signed."""
    expected = sign(key=key, seal=line.seal, sealed_at=line.sealed_at, leaves=line.leaves, root=line.root)
    return hmac.compare_digest(expected, line.signature)
