"""Tables of the credit floor."""

from credit.models.accounts import CreditAccount, CreditLimit
from credit.models.authority import AuthorityVersion, CreditReview, LimitDecision, LimitRequest, Substitute
from credit.models.holds import Hold, HoldEvent, Release
from credit.models.orders import OrderCheck, OrderGate, Reservation
from credit.models.rules import CheckRuleVersion
from credit.models.standings import BuyerStanding, GradeTermsVersion

__all__ = [
    "AuthorityVersion",
    "BuyerStanding",
    "CheckRuleVersion",
    "CreditAccount",
    "CreditLimit",
    "CreditReview",
    "GradeTermsVersion",
    "Hold",
    "HoldEvent",
    "LimitDecision",
    "LimitRequest",
    "OrderCheck",
    "OrderGate",
    "Release",
    "Reservation",
    "Substitute",
]
