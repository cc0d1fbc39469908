"""A table is found on the network without typing anything; only the loopback interface is used here."""

from __future__ import annotations

import socket

import ifaddr
import pytest
import zeroconf

from fieldapp.sync import announcing
from fieldapp.sync.announcing import Found

HERE = ["127.0.0.1"]
PROJECT = "01a1ff1f-36e3-701a-8b18-73d43f3f402e"


def found(title: str) -> list[Found]:
    return announcing.find(30, HERE, enough=lambda tables: any(table.title == title for table in tables))


def test_a_table_that_is_announced_is_found_with_its_address_and_project() -> None:
    announcement = announcing.announce("Bac à schlamms 12/09", "127.0.0.1", 41_200, PROJECT)
    try:
        assert announcement.is_heard
        assert Found("Bac à schlamms 12/09", "http://127.0.0.1:41200", PROJECT) in found("Bac à schlamms 12/09")
    finally:
        announcement.close()


def test_a_table_that_was_closed_is_found_no_more() -> None:
    announcement = announcing.announce("Table fermée", "127.0.0.1", 41_201, PROJECT)
    assert found("Table fermée")
    announcement.close()
    assert not announcement.is_heard
    assert [table for table in announcing.find(0.5, HERE) if table.title == "Table fermée"] == []


def test_a_long_title_is_cut_and_still_found() -> None:
    announcement = announcing.announce("🐸. " * 30, "127.0.0.1", 41_202, PROJECT)
    try:
        assert found(("🐸. " * 30)[:60].strip())
    finally:
        announcement.close()


def test_two_tables_of_one_title_are_both_found() -> None:
    first = announcing.announce("Marais", "127.0.0.1", 41_203, PROJECT)
    second = announcing.announce("Marais", "127.0.0.1", 41_204, PROJECT[:-1] + "f")
    both = {"http://127.0.0.1:41203", "http://127.0.0.1:41204"}
    try:
        tables = announcing.find(30, HERE, enough=lambda tables: both <= {table.address for table in tables})
        assert both <= {table.address for table in tables if table.title == "Marais"}
    finally:
        first.close()
        second.close()


def test_what_is_announced_says_nothing_of_the_person_or_the_computer() -> None:
    info = announcing._service("Bac à schlamms", "127.0.0.1", 41_200, PROJECT)
    assert info.properties == {b"project": PROJECT.encode(), b"title": "Bac à schlamms".encode()}
    assert (info.name, info.server) == (f"fieldapp-73d43f3f402e.{announcing.SERVICE}", "fieldapp-73d43f3f402e.local.")


def test_what_a_stranger_announces_is_shown_as_text_or_not_at_all() -> None:
    strange = announcing._service("x", "127.0.0.1", 41_200, PROJECT)
    strange._set_properties({"title": b"\xff\x00<b>" + b"y" * 200})
    shown = announcing._found(strange)
    assert shown is not None
    assert (len(shown.title), shown.project) == (60, "")
    assert shown.title.isprintable()
    assert announcing._found(announcing._service("x", "127.0.0.1", 0, PROJECT)) is None


def test_a_network_without_multicast_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: object, **_named: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(zeroconf, "Zeroconf", refused)
    announcement = announcing.announce("Marais", "127.0.0.1", 41_205, PROJECT)
    assert not announcement.is_heard
    announcement.close()
    assert announcing.find(30, HERE) == []


def test_without_any_network_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "addresses", list)
    assert announcing.find(30) == []


def test_the_addresses_of_a_table_come_first_and_made_up_networks_last(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [("docker0", "172.17.0.1"), ("eth0", "10.1.2.3"), ("lo", "127.0.0.1"), ("wlan0", "192.168.43.17")]
    cards += [("wan", "93.184.216.34"), ("usb0", "169.254.7.8"), ("VirtualBox Host-Only", "192.168.56.1")]
    made = [
        ifaddr.Adapter(name, name, [ifaddr.IP(address, 24, name), ifaddr.IP(("fe80::1", 0, 1), 64, name)])
        for name, address in cards
    ]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: made)
    assert announcing.addresses() == ["192.168.43.17", "10.1.2.3", "169.254.7.8", "192.168.56.1", "172.17.0.1"]


def test_asking_for_the_addresses_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_socket(*_given: object, **_named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_socket)
    assert "127.0.0.1" not in announcing.addresses()
