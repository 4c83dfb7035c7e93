"""Where a webhook may go: a table of addresses that attackers try."""

import pytest

from core.domain.endpoints import Endpoint, forbidden_reason, parse_endpoint
from core.errors import DomainError

FORBIDDEN = {
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "loopback": "127.0.0.1",
    "other loopback": "127.8.9.10",
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.255",
    "private 192": "192.168.1.1",
    "link-local, metadata of clouds": "169.254.169.254",
    "carrier-grade NAT, metadata of a cloud": "100.100.100.200",
    "service of a cloud": "168.63.129.16",
    "protocol assignments": "192.0.0.192",
    "6to4 relay": "192.88.99.1",
    "documentation": "203.0.113.9",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.0.251",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 unspecified": "::",
    "IPv6 loopback": "::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "mapped metadata": "::ffff:a9fe:a9fe",
    "IPv4-compatible loopback": "::127.0.0.1",
    "NAT64 of private": "64:ff9b::10.0.0.1",
    "local NAT64": "64:ff9b:1::1",
    "unique local": "fd00:ec2::254",
    "IPv6 link-local": "fe80::1",
    "IPv6 link-local with zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "6to4 of private": "2002:0a00:0001::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "IPv6 documentation": "2001:db8::1",
    "newer IPv6 documentation": "3fff::1",
    "segment routing": "5f00::1",
    "discard": "100::1",
}


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN)
def test_address_inside_is_forbidden(address: str) -> None:
    assert forbidden_reason(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_public_address_is_allowed(address: str) -> None:
    assert forbidden_reason(address) == ""


def test_loopback_and_nothing_else_can_be_allowed() -> None:
    allowed = {name for name, address in FORBIDDEN.items() if not forbidden_reason(address, allow_loopback=True)}
    assert allowed == {"loopback", "other loopback", "IPv6 loopback", "mapped loopback"}


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://a.example", Endpoint("https", "a.example", 443, "/")),
        ("https://A.example:8443/x?y=1", Endpoint("https", "a.example", 8443, "/x?y=1")),
        ("https://[2606:2800::1]/h", Endpoint("https", "2606:2800::1", 443, "/h")),
    ],
)
def test_parts_of_an_address_are_read(url: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(url) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example/hook",
        "http://a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://",
        "https:///x",
        "https://user:secret@a.example/",
        "https://@a.example/",
        "https://a.example/#part",
        "https://a.example:22/",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example:x/",
        "https://[::1/",
        "https://a.example/a b",
        "https://a.example/\r\nX-Evil: 1",
        "https://a.example\\@b.example/",
        "https://例子.example/",
        "https://a.example/" + "x" * 500,
    ],
)
def test_address_that_a_webhook_may_not_have_is_refused(url: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse_endpoint(url)
    assert (refused.value.code, refused.value.params["field"]) == ("webhook_url_invalid", "url")


def test_http_is_read_only_where_it_is_allowed() -> None:
    assert parse_endpoint("http://127.0.0.1:9000/", allow_http=True).port == 9000
