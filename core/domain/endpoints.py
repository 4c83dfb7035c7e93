"""Where a webhook may go: an address on the public internet, by https, and nowhere inside the firm's network."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _

LONGEST_URL = 500
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOWEST_OTHER_PORT = 1024

# What the standard library calls global, but is not a public host: relays, documentation and services of clouds.
_NOT_HOSTS = (
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("168.63.129.16/32"),
    ip_network("2002::/16"),
    ip_network("2001::/23"),
    ip_network("3fff::/20"),
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The parts of a webhook's address; ``host`` as it is looked up, ``target`` as it is asked for."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_secure(self) -> bool:
        """True for https."""
        return self.scheme == "https"


def parse_endpoint(url: str, *, allow_http: bool = False) -> Endpoint:
    """The parts of an address; raises ``webhook_url_invalid`` for what a webhook may not have.

    Sign-in data in the address, fragments, other schemes and ports of other services (below 1024 but for 80 and 443)
    are refused. ``allow_http`` is for receivers on one's own machine. Example: ``https://a.example/x?y`` has port 443
    and target ``/x?y``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise _invalid(url, _("It cannot be read as an address.")) from error
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        raise _invalid(url, _("It must begin with https://."))
    _check_parts(url, host, parts.username is not None or parts.password is not None or "#" in url)
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port not in _DEFAULT_PORTS.values() and port < _LOWEST_OTHER_PORT:
        raise _invalid(url, _("Port %(port)s belongs to another service; use 443, 80 or one from 1024 on.", port=port))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, host, port, target)


def _check_parts(url: str, host: str, has_extras: bool) -> None:
    if len(url) > LONGEST_URL or not url.isascii() or any(c <= " " or c == "\\" for c in url):
        raise _invalid(url, _("Give up to %(most)s plain characters without spaces; encode others.", most=LONGEST_URL))
    if not host or has_extras:
        raise _invalid(url, _("It needs a host, and neither sign-in data nor a fragment."))


def forbidden_reason(address: str, *, allow_loopback: bool = False) -> str:
    """Why a resolved address is no public host, empty if it is one.

    IPv4 inside IPv6 (mapped, NAT64) is judged as the IPv4 address; of IPv6 only global unicast passes.
    Examples: ``10.0.0.1`` and ``::ffff:127.0.0.1`` are refused, ``93.184.216.34`` is not.
    """
    host = _plain(ip_address(address.partition("%")[0]))
    if host.is_loopback:
        return "" if allow_loopback else f"{address} is this machine itself."
    if not host.is_global or host.is_multicast or host.is_reserved or any(host in net for net in _NOT_HOSTS):
        return f"{address} is not a public address."
    if isinstance(host, IPv6Address) and host not in _GLOBAL_UNICAST:
        return f"{address} is not a public address."
    return ""


def _plain(host: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(host, IPv4Address):
        return host
    if host.ipv4_mapped is not None:
        return host.ipv4_mapped
    return IPv4Address(int(host) & 0xFFFFFFFF) if host in _NAT64 else host


def _invalid(url: str, why: Sentence) -> DomainError:
    return DomainError("webhook_url_invalid", why, {"field": "url", "value": url[:LONGEST_URL]})
