"""Who asks: a proxy's word counts only where the proxy is listed."""

from ipaddress import ip_network

import pytest

from tallystick.doors.clients import client_address, household

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        pytest.param("203.0.113.9", "", "203.0.113.9", id="nobody between"),
        pytest.param("203.0.113.9", "198.51.100.1", "203.0.113.9", id="a stranger's claim"),
        pytest.param("10.0.0.1", "198.51.100.1", "198.51.100.1", id="a listed proxy's word"),
        pytest.param(
            "10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1", id="a claim before it"
        ),
        pytest.param("10.0.0.1", "198.51.100.1, 10.0.0.7", "198.51.100.1", id="two listed proxies"),
        pytest.param("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.7.7.7", "198.51.100.1", id="both"),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="a proxy that asks for itself"),
        pytest.param("10.0.0.1", "nonsense", "10.0.0.1", id="nonsense"),
        pytest.param("10.0.0.1", "198.51.100.1:4711", "198.51.100.1", id="with a port"),
        pytest.param("10.0.0.1", "[2001:db8:2::1]:4711", "2001:db8:2::1", id="in brackets"),
        pytest.param("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1", id="IPv4 within IPv6"),
        pytest.param("2001:db8:1::5", "2001:db8:2::1", "2001:db8:2::1", id="IPv6"),
        pytest.param("", "198.51.100.1", "", id="no address at all"),
    ],
)
def test_the_client_is_the_rightmost_hop_that_is_no_listed_proxy(peer, forwarded_for, client):
    assert client_address(peer, forwarded_for, PROXIES) == client


def test_a_household_is_one_ipv4_address_or_a_64th_of_ipv6():
    assert household("203.0.113.9") == "203.0.113.9"
    assert household("2001:db8:2:3:aaaa::1") == household("2001:db8:2:3:bbbb::2")
    assert household("2001:db8:2:3::1") != household("2001:db8:2:4::1")
