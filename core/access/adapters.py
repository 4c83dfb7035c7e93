"""Sign-in policy: accounts are made by administrators, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Refuses self-registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody creates an account for themselves."""
        return False
