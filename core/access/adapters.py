"""Sign-in policy: who may have an account, who counts failures, in which language one goes on."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from core.models import User


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; django-axes alone counts wrong passwords."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody creates an account for themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: two counters with two limits would lock people out in two ways.

        Wrong codes of the second factor are still counted by allauth, under the same setting: therefore not there.
        """

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        """Go on in the language that the person chose last, on whatever machine that was."""
        if user.language not in dict(settings.LANGUAGES):
            return super().post_login(request, user, **kwargs)  # type: ignore[no-any-return]
        with translation.override(user.language):
            response: HttpResponseBase = super().post_login(request, user, **kwargs)
        _remember(response, user.language)
        return response


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whose password is tried, as lock-outs count it: names are found in any case, so ``Wei`` and ``WEI`` are one."""
    given = credentials.get("username") if credentials else request.POST.get("login")
    return str(given or "").strip().upper().lower()  # the database compares in upper case: ``ſ`` is ``S`` there


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
