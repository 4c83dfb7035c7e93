"""Who may get a message, how it is signed, when it is tried again."""

import base64
import hashlib
import hmac

import pytest

from core.domain.outbox import (
    NEEDS,
    MessageKind,
    is_for_role,
    may_read_limits,
    may_receive,
    retry_delay,
    signature_header,
)
from core.domain.roles import Role
from core.services.outbox.words import KINDS


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [(1, 1, 5), (1, 0, 2.5), (2, 1, 10), (3, 1, 20), (3, 0, 10), (12, 1, 10_240), (13, 1, 10_800), (10_000, 1, 10_800)],
)
def test_waits_double_up_to_the_longest(attempt: int, jitter: float, seconds: float) -> None:
    wait = retry_delay(attempt=attempt, base_seconds=5, longest_seconds=10_800, jitter=jitter)
    assert wait == pytest.approx(seconds)


def test_seventeen_attempts_end_within_eighteen_hours() -> None:
    waits = [retry_delay(attempt=n, base_seconds=5, longest_seconds=10_800, jitter=1) for n in range(1, 17)]
    assert sum(waits) / 3600 < 18


def test_signature_covers_id_moment_and_body_with_each_secret() -> None:
    secrets = ["whsec_" + base64.b64encode(key).decode() for key in (b"new" * 8, b"old" * 8)]
    header = signature_header(secrets=secrets, message_id="msg_1", timestamp=1700000000, body=b'{"a":1}')
    expected = [
        "v1," + base64.b64encode(hmac.new(key, b'msg_1.1700000000.{"a":1}', hashlib.sha256).digest()).decode()
        for key in (b"new" * 8, b"old" * 8)
    ]
    assert header.split(" ") == expected


@pytest.mark.parametrize("role", list(Role))
def test_kinds_are_for_the_roles_that_may_read_them(role: Role) -> None:
    readable = {kind for kind in MessageKind if is_for_role(kind, role)}
    everything = set(MessageKind)
    expected = {
        Role.SALES: everything - {MessageKind.LIMIT_CHANGED, MessageKind.RUN_FINISHED},
        Role.ADMINISTRATOR: {MessageKind.TEST},
    }.get(role, everything)
    assert readable == expected


def test_sales_are_told_of_their_own_buyers_only() -> None:
    asked = {"kind": MessageKind.HOLD_SET, "role": "sales", "user_id": 7}
    assert may_receive(**asked, sales_owner_id=7)
    assert not may_receive(**asked, sales_owner_id=8)
    assert not may_receive(**asked, sales_owner_id=None)
    assert may_receive(kind=MessageKind.TEST, role="sales", user_id=7, sales_owner_id=None)


def test_figures_of_limits_are_for_who_may_read_limits() -> None:
    assert [role for role in Role if not may_read_limits(role)] == [Role.SALES, Role.ADMINISTRATOR]


def test_every_kind_has_its_permission_and_its_word() -> None:
    assert set(NEEDS) == set(KINDS) == set(MessageKind)
