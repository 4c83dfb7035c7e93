"""Codes of an authenticator app: accepted a step late, never a second time."""

from __future__ import annotations

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache


class CodeUsedOnce(BaseAuthenticateForm):  # type: ignore[misc]
    """Remembers a used code for as long as it would be accepted.

    The library remembers it for one step only, which is too short where ``MFA_TOTP_TOLERANCE`` accepts the steps
    before and after (RFC 6238, section 5.2: a code must not be accepted a second time).
    """

    def clean_code(self) -> str:
        """The code, if it is right and nobody has used it."""
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not self._is_first_use(code):
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _is_first_use(self, code: str) -> bool:
        steps = 1 + 2 * app_settings.TOTP_TOLERANCE
        digits = "".join(filter(str.isdigit, code))  # blanks and dashes between them are ignored
        key = f"second_factor.used:{self.user.pk}:{digits}"
        return cache.add(key, True, timeout=steps * app_settings.TOTP_PERIOD)


class SignInCodeForm(CodeUsedOnce, AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class ConfirmCodeForm(CodeUsedOnce, ReauthenticateForm):  # type: ignore[misc]
    """The second factor asked again before a change of the account."""
