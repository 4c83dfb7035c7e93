"""Mails go through a real SMTP server, in the owner's language, again and again until it takes them."""

import email
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any, cast

import pytest

from core.domain.outbox import MessageKind
from core.errors import DomainError
from core.models import Delivery
from tests.integration.outbox.world import person, subscription, tell, work

pytestmark = pytest.mark.django_db


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; ``refusals`` letters are turned away first."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refusals = 0
        self.letters: list[EmailMessage] = []
        self.to: list[str] = []


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast(MailServer, self.server)
        self._say("220 test")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"RCPT":
                server.to.append(line.decode().strip())
            self._data(server) if verb == b"DATA" else self._say("250 ok")

    def _data(self, server: MailServer) -> None:
        self._say("354 go on")
        text = b"".join(iter(self.rfile.readline, b".\r\n"))
        if server.refusals:
            server.refusals -= 1
            self._say("451 try later")
            return
        server.letters.append(cast(EmailMessage, email.message_from_bytes(text, policy=email.policy.default)))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with MailServer() as one:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = one.server_address
        settings.MAIL_IS_SET_UP = True
        yield one
        one.shutdown()


def test_mail_tells_the_owner_what_happened(server: MailServer) -> None:
    made = subscription(channel="mail", role="auditor")
    assert made.secret == ""
    tell(data={"order_number": "SO-7", "stops": ["static_use", "kyc"], "note": None}, path="/holds/3/")
    work()
    (letter,) = server.letters
    text = letter.get_content()
    assert [one.upper() for one in server.to] == ["RCPT TO:<OWNER-AUDITOR@EXAMPLE.TEST>"]
    assert letter["Subject"].strip() == "Duewatch: hold set or changed – SO-7"
    assert "order number: SO-7\nrules that stop: static_use, kyc\n" in text.replace("\r\n", "\n")
    assert "http://localhost:8000/holds/3/" in text
    assert Delivery.objects.get().state == "delivered"


def test_mail_is_tried_again_with_the_same_message_id(server: MailServer) -> None:
    subscription(channel="mail")
    server.refusals = 2
    tell()
    work()
    delivery = Delivery.objects.select_related("message").get()
    assert (delivery.state, delivery.attempts) == ("delivered", 3)
    assert server.letters[0]["Message-ID"] == f"<{delivery.message.uid}.{delivery.pk}@duewatch>"


def test_mail_is_written_in_the_owners_language(server: MailServer) -> None:
    owner = person("auditor")
    owner.language = "zh-hans"
    owner.save()
    subscription(channel="mail", role="auditor")
    tell("order:1", MessageKind.HOLD_ENDED, data={"order_number": "SO-7\r\nBcc: x@example.test"})
    work()
    assert server.letters[0]["Subject"].strip().startswith("Duewatch: 冻结已结束 – SO-7 Bcc:")
    assert server.letters[0]["Bcc"] is None


def test_person_without_an_address_gets_no_mail(server: MailServer) -> None:
    owner = person("auditor")
    owner.email = ""
    owner.save()
    with pytest.raises(DomainError) as refused:
        subscription(channel="mail", role="auditor")
    assert refused.value.code == "subscription_owner_no_mail"
