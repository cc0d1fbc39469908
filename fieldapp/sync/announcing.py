"""Finding a table without typing its address: mDNS on the local network, and the addresses that others can reach.

Nothing of anybody is announced, only the title of the table and the number of its project. Where the network lets no
multicast through nothing is found, and address and code can still be typed.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

SERVICE = "_fieldapp._tcp.local."
"""The kind of service that a table is announced as (source: RFC 6763, section 7)."""

LONGEST_TITLE = 60
"""Signs of a title that are announced; a string of a service has room for 255 bytes (RFC 6763, section 6.1)."""

ANSWER_MS = 1_000
"""How long a table may take to tell its address."""

_NEAR = ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "169.254.0.0/16")
"""Networks of one house, the likeliest at a table first (sources: RFC 1918, RFC 3927)."""

_MADE_UP = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "hyper-v", "virtualbox", "vmware", "tun")
"""Beginnings or parts of the names of networks that exist within one computer."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table that was found: its title, its address ("http://192.168.43.1:41200"), the uid of its project."""

    title: str
    address: str
    project: str


class Announcement:
    """A table that is announced until `close`; nothing where the network does not let it."""

    def __init__(self, opened: Zeroconf | None) -> None:
        self._opened = opened

    @property
    def is_heard(self) -> bool:
        """Whether the network took the announcement."""
        return self._opened is not None

    def close(self) -> None:
        """Take the announcement back."""
        opened, self._opened = self._opened, None
        if opened is not None:
            _quietly(opened.unregister_all_services)
            _quietly(opened.close)


def announce(title: str, address: str, port: int, project: str) -> Announcement:
    """Announce a table that listens on an IPv4 address and port of this computer; takes a second or two."""
    opened = _open(address)
    if opened is None:
        return Announcement(None)
    info = _service(title, address, port, project)
    if _quietly(lambda: opened.register_service(info, allow_name_change=True)):
        return Announcement(opened)
    _quietly(opened.close)
    return Announcement(None)


def find(
    seconds: float, interfaces: Sequence[str] = (), enough: Callable[[list[Found]], bool] | None = None
) -> list[Found]:
    """Return the tables that answer within some seconds, by title; sooner when `enough` is satisfied with them.

    `interfaces` are the addresses of this computer to look from: those that others can reach when none is given.
    """
    from zeroconf import ServiceBrowser

    opened = _open(*(interfaces or addresses()))
    if opened is None:
        return []
    heard = _Heard()
    found: dict[str, Found] = {}
    try:
        browser = ServiceBrowser(opened, SERVICE, handlers=[heard.tell])
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (enough is not None and enough([*found.values()])):
            time.sleep(0.05)
            for name in heard.names - found.keys():
                info = opened.get_service_info(SERVICE, name, timeout=ANSWER_MS)
                if info is not None and (table := _found(info)) is not None:
                    found[name] = table
        _quietly(browser.cancel)
        left = [table for name, table in found.items() if name in heard.names]
    finally:
        _quietly(opened.close)
    return sorted(left, key=lambda table: (table.title, table.address))


class _Heard:
    """The names that were heard of; told by a thread of zeroconf, in its own words for the parameters."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()

    def tell(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        """Note that a table was announced, or taken back."""
        if state_change.name == "Removed":
            self.names -= {name}
        else:
            self.names |= {name}


def _service(title: str, address: str, port: int, project: str) -> ServiceInfo:
    from zeroconf import ServiceInfo

    own = f"fieldapp-{project[-12:]}"  # not the title: two tables may have the same
    return ServiceInfo(
        SERVICE,
        f"{own}.{SERVICE}",
        addresses=[socket.inet_aton(address)],
        port=port,
        properties={"project": project, "title": " ".join(title.split())[:LONGEST_TITLE]},
        server=f"{own}.local.",
    )


def _found(info: ServiceInfo) -> Found | None:
    """Return the table of an announcement; None for what no fieldapp would say."""
    hosts = info.parsed_addresses()
    project, title = (_read(info.properties.get(name)) for name in (b"project", b"title"))
    near = next((host for host in hosts if ":" not in host), None)
    if near is None or not info.port:
        return None
    return Found(title or near, f"http://{near}:{info.port}", project)


def _read(announced: bytes | None) -> str:
    """Return what was announced, as far as it can be shown; "" for nothing."""
    text = (announced or b"").decode(errors="replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()[:LONGEST_TITLE]


def _open(*interfaces: str) -> Zeroconf | None:
    """Return the multicast sockets of these addresses of this computer, None where there can't be any."""
    from zeroconf import IPVersion, Zeroconf

    opened: list[Zeroconf] = []
    if interfaces:
        _quietly(lambda: opened.append(Zeroconf(interfaces=[*interfaces], ip_version=IPVersion.V4Only)))
    return opened[0] if opened else None


def _quietly(work: Callable[[], object]) -> bool:
    """Do something with the network and return whether it went well; it is a comfort, never a reason to stop."""
    from zeroconf import Error

    try:
        work()
    except (OSError, Error, TimeoutError, RuntimeError):
        return False
    return True


# --------------------------------------------------------------------------------------------- addresses


def addresses() -> list[str]:
    """Return the IPv4 addresses of this computer that others at the table can reach, the likeliest first.

    The network cards are asked, nothing is sent anywhere. Empty without a network of a house, a table or a telephone.
    """
    import ifaddr

    found = [
        (_is_made_up(card.nice_name), rank, ip.ip)
        for card in ifaddr.get_adapters()
        for ip in card.ips
        if isinstance(ip.ip, str) and (rank := _rank(ip.ip)) is not None
    ]
    return [address for _made_up, _rank, address in sorted(found)]


def _rank(address: str) -> int | None:
    """Return the place of the address's network among the near ones, None for all others."""
    ip = ipaddress.ip_address(address)
    return next((place for place, network in enumerate(_NEAR) if ip in ipaddress.ip_network(network)), None)


def _is_made_up(card: str) -> bool:
    return any(card.lower().startswith(name) or (len(name) > 5 and name in card.lower()) for name in _MADE_UP)
