"""One POST to somebody else's address, without being led anywhere else.

The name is looked up once; every address that it has must be public; the connection goes to a checked address, with the
name kept for ``Host`` and for the certificate. Redirects are not followed, no proxy of the environment is used, and
the whole call, a receiver that drips single bytes included, ends after one time limit.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from django.conf import settings

from core.domain.endpoints import Endpoint, forbidden_reason, parse_endpoint

EXCERPT_BYTES = 2000
ADDRESSES_AT_MOST = 3
_TIMED_OUT = "No complete answer within {seconds:g} seconds."

Resolver = Callable[..., Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status, or None and why nothing did."""

    status: int | None
    excerpt: str
    duration_ms: int

    @property
    def is_accepted(self) -> bool:
        """True for a 2xx: anything else, redirects included, is tried again."""
        return self.status is not None and 200 <= self.status < 300


class NotCalled(Exception):
    """The address may not be called, or cannot be found."""


def post(url: str, *, body: bytes, headers: Mapping[str, str], resolve: Resolver = socket.getaddrinfo) -> Answer:
    """Send it and read the beginning of the answer; never raises for what the other side does."""
    began = time.monotonic()
    try:
        endpoint = parse_endpoint(url, allow_http=settings.WEBHOOK_ALLOW_LOOPBACK)
        status, text = _exchange(endpoint, checked_addresses(endpoint, resolve), body, headers)
    except Exception as error:  # whatever a hostile receiver makes the network, TLS or HTTP raise is its answer
        return Answer(None, _why(error), _since(began))
    return Answer(status, text, _since(began))


def checked_addresses(endpoint: Endpoint, resolve: Resolver = socket.getaddrinfo) -> list[tuple[Any, ...]]:
    """What the name stands for now, looked up once: ``(family, address)``; one forbidden address refuses all."""
    try:
        found = resolve(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotCalled(f"The name {endpoint.host} cannot be found: {error}") from error
    addresses = list(dict.fromkeys((family, place) for family, _, _, _, place in found))
    if not addresses:
        raise NotCalled(f"The name {endpoint.host} has no address.")
    for _, place in addresses:
        _check_place(endpoint, str(place[0]))
    return addresses


def _check_place(endpoint: Endpoint, address: str) -> None:
    is_own = settings.WEBHOOK_ALLOW_LOOPBACK
    if reason := forbidden_reason(address, allow_loopback=is_own):
        raise NotCalled(f"{endpoint.host}: {reason}")
    if not endpoint.is_secure and not forbidden_reason(address):
        raise NotCalled("http:// is for receivers on this machine only; use https://.")


class _PinnedConnection(HTTPConnection):
    """Connects to the given addresses only, whatever the name means by now."""

    def __init__(self, endpoint: Endpoint, addresses: Sequence[tuple[Any, ...]]) -> None:
        self.default_port = 443 if endpoint.is_secure else 80  # for the Host header
        super().__init__(endpoint.host, endpoint.port)
        self._endpoint = endpoint
        self._addresses = addresses[:ADDRESSES_AT_MOST]
        self.is_cut = False

    def connect(self) -> None:
        """The first address that answers, by TLS for the name that was asked for."""
        self.sock = _first_open(self._addresses)
        self.sock.settimeout(settings.WEBHOOK_TOTAL_SECONDS)
        if self._endpoint.is_secure:
            name = self._endpoint.host
            self.sock = _trust().wrap_socket(self.sock, server_hostname=name, do_handshake_on_connect=False)
            self.sock.do_handshake()
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End it from another thread: whoever waits for the socket wakes up."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _first_open(addresses: Sequence[tuple[Any, ...]]) -> socket.socket:
    problem: OSError = OSError("no address")
    for family, place in addresses:
        one = socket.socket(family, socket.SOCK_STREAM)
        one.settimeout(settings.WEBHOOK_CONNECT_SECONDS)
        try:
            one.connect(place)
        except OSError as error:
            one.close()
            problem = error
        else:
            return one
    raise problem


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.WEBHOOK_CA_FILE:
        context.load_verify_locations(settings.WEBHOOK_CA_FILE)
    return context


def _exchange(
    endpoint: Endpoint, addresses: Sequence[tuple[Any, ...]], body: bytes, headers: Mapping[str, str]
) -> tuple[int, str]:
    connection = _PinnedConnection(endpoint, addresses)
    watch = threading.Timer(settings.WEBHOOK_TOTAL_SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", endpoint.target, body, dict(headers))
        response = connection.getresponse()
        if connection.is_cut:
            raise TimeoutError
        return response.status, _beginning(response)
    except (HTTPException, OSError) as error:
        if connection.is_cut:
            raise TimeoutError(_TIMED_OUT.format(seconds=settings.WEBHOOK_TOTAL_SECONDS)) from error
        raise
    finally:
        watch.cancel()
        connection.close()


def _beginning(response: HTTPResponse) -> str:
    """The answer counts by its status: a body that breaks off changes nothing."""
    with suppress(HTTPException, OSError, ValueError):
        return _readable(response.read(EXCERPT_BYTES))
    return ""


def _readable(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _why(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return _readable(text.encode("utf-8", "replace"))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
