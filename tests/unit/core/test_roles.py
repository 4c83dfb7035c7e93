"""What each role may do stands in one table."""

import pytest

from core.domain.roles import GRANTS, Permission, Role, is_granted

WRITES = {Permission.BUYER_WRITE, Permission.LEDGER_IMPORT, Permission.ALERT_WORK, Permission.CLOSE_RUN}


def test_every_role_has_a_line() -> None:
    assert set(GRANTS) == set(Role)


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    assert not GRANTS[Role.AUDITOR] & (WRITES | {Permission.USERS_MANAGE})
    assert {Permission.PORTFOLIO_READ, Permission.BUYER_READ, Permission.AUDIT_READ} <= GRANTS[Role.AUDITOR]


def test_sales_see_buyers_but_no_portfolio() -> None:
    assert GRANTS[Role.SALES] == {Permission.BUYER_READ, Permission.ORDER_CHECK, Permission.LIMIT_REQUEST}


def test_who_asks_for_limits_and_orders_is_not_who_decides_alone() -> None:
    deciders = {role for role in Role if Permission.LIMIT_DECIDE in GRANTS[role]}
    assert deciders == {Role.MANAGER, Role.DIRECTOR}
    assert {role for role in Role if Permission.HOLD_DECIDE in GRANTS[role]} == deciders
    assert {role for role in Role if Permission.AUTHORITY_CHANGE in GRANTS[role]} == {Role.DIRECTOR}
    assert not GRANTS[Role.ADMINISTRATOR] & {Permission.ORDER_CHECK, Permission.LIMITS_READ}


def test_the_administrator_makes_no_credit_decision_and_sees_no_portfolio() -> None:
    assert GRANTS[Role.ADMINISTRATOR] == {Permission.USERS_MANAGE}


@pytest.mark.parametrize("role", ["", "superuser", "SALES"])
def test_an_unknown_role_may_do_nothing(role: str) -> None:
    assert not any(is_granted(role, permission) for permission in Permission)
