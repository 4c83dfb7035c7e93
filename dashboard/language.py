"""Switching between English and 简体中文; the choice stays with the person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from core.models import User


@require_POST
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch (cookie, safe return address), and the person's record, for letters and mails."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).exclude(language=chosen).update(language=chosen)
    return response
