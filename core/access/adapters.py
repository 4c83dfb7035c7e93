"""Sign-in policy: who may have an account, in which language one goes on."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from core.models import User


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; what a person chose before holds again."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody creates an account for themselves."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        """Go on in the language that the person chose last, on whatever machine that was."""
        if user.language not in dict(settings.LANGUAGES):
            return super().post_login(request, user, **kwargs)  # type: ignore[no-any-return]
        with translation.override(user.language):
            response: HttpResponseBase = super().post_login(request, user, **kwargs)
        _remember(response, user.language)
        return response


def _remember(response: HttpResponseBase, language: str) -> None:
    """The cookie of Django's own language switch."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
