"""A message as a mail to the subscription's owner, in their language."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import Delivery
from core.services.outbox.bodies import body_of
from core.services.outbox.calling import Answer
from core.services.outbox.words import FIELDS, KINDS

SMTP_ACCEPTED = 250


def mail(delivery: Delivery) -> Answer:
    """Hand it to the mail server; never raises for what that does."""
    began = time.monotonic()
    status, text = SMTP_ACCEPTED, ""
    try:
        letter_of(delivery).send()
    except Exception as error:  # smtplib, sockets, TLS: the log says what
        status, text = 0, str(error) or type(error).__name__
    return Answer(status or None, text, round((time.monotonic() - began) * 1000))


def letter_of(delivery: Delivery) -> EmailMessage:
    """Subject, lines and a Message-ID that stays the same when it is sent again."""
    owner = delivery.subscription.owner
    with override(owner.language):
        body = body_of(delivery.message, owner)
        title = str(KINDS.get(body["type"], body["type"]))
        about = body["data"].get("order_number") or body["data"].get("buyer_name") or body["subject"]
        return EmailMessage(
            subject=" ".join(f"Duewatch: {title} – {about}".split())[:200],
            body=_text(title, body),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[owner.email],
            headers={"Message-ID": f"<{delivery.message.uid}.{delivery.pk}@duewatch>"},
        )


def _text(title: str, body: dict[str, Any]) -> str:
    lines = [title, "", *_lines(body["data"])]
    if body["link"]:
        lines += ["", str(body["link"])]
    return "\n".join([*lines, "", _("You get this mail because a subscription in Duewatch names you.")])


def _lines(data: dict[str, Any]) -> Iterator[str]:
    """What is known first, in the order of the words; the database keeps none."""
    for name in [*(one for one in FIELDS if one in data), *sorted(set(data) - set(FIELDS))]:
        value = data[name]
        if value not in (None, "", []):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{FIELDS.get(name, name)}: {shown}"
