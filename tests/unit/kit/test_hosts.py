"""Which host is this machine, and whose address a request has."""

import pytest

from app.kit.hosts import client_address, is_host, is_this_host, networks_of, readable_address

PROXIES = networks_of("10.0.0.0/24, 127.0.0.1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # invented by the client itself
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),  # the first may be invented
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),  # in a header of its own
        ("127.0.0.1", ["198.51.100.7, 10.0.0.5"], "198.51.100.7"),  # two proxies of ours
        ("127.0.0.1", ["198.51.100.7, 10.0.1.5"], "10.0.1.5"),  # a proxy that is not ours
        ("127.0.0.1", ["10.0.0.5"], "10.0.0.5"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["<script>"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7:50123"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8::7]:50123"], "2001:db8::7"),
        ("127.0.0.1", ["2001:DB8:0::7"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("testclient", ["198.51.100.7"], "testclient"),
        (None, ["198.51.100.7"], "unknown"),
    ],
)
def test_whose_address_a_request_has(peer, forwarded, client):
    assert client_address(peer, forwarded, PROXIES) == client


def test_without_a_proxy_the_header_counts_for_nothing():
    assert client_address("127.0.0.1", ["198.51.100.7"], networks_of("none")) == "127.0.0.1"
    assert client_address("127.0.0.1", ["198.51.100.7"], networks_of(None)) == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("10.0.0.7", False),
        ("", False),
    ],
)
def test_which_host_is_this_machine(host, is_ours):
    assert is_this_host(host) is is_ours


@pytest.mark.parametrize(
    ("host", "can_be"),
    [
        ("academy.example", True),
        ("Academy", True),
        ("xn--akademi-gya.example", True),
        ("2001:db8::7", True),
        ("", False),
        ("academy..example", False),
        ("academy_one.example", False),
        ("academy-.example", False),
        ("a" * 64 + ".example", False),
        (".".join(["a" * 60] * 5), False),
        ("akademié.example", False),
    ],
)
def test_what_can_be_a_host(host, can_be):
    assert is_host(host) is can_be


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("ann@xn--mller-kva.example", "ann@müller.example"),
        ("xn--mller-kva.xn--p1ai", "müller.рф"),
        ("ann@müller.example", ""),
        ("ann@example.org", ""),
        ("ann@xn--99999999999.example", ""),  # encodes nothing
        ("ann@xn--.example", ""),
        ("", ""),
    ],
)
def test_an_international_address_as_people_type_it(text, readable):
    assert readable_address(text) == readable
