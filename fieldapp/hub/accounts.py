"""Who comes in: one-time codes, the accounts they are exchanged for, and how an account is shut out again.

A code is kept only as its hash, a token as well, and the address of whoever types a wrong code only as a hash with a
key that dies with this process.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fieldapp.core.ids import is_uid, new_uid
from fieldapp.core.text import fold
from fieldapp.hub.errors import HubError
from fieldapp.hub.storage import BROWSER, LAPTOP, ROLES, Account, Invite, Project, Storage
from fieldapp.sync import wire

DEFAULT_PROJECT = "association"
"""The project of a hub that serves one association and was not told its name."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What codes are written in: 32 signs, without I, L, O and U (source: Douglas Crockford, Base 32)."""

CODE_LENGTH = 10
"""Signs of a code: 50 bits of chance."""

MAX_DAYS = 365
"""Longest life of a code."""

WINDOW_MINUTES, MAX_PER_ADDRESS, MAX_IN_ALL = 10, 10, 10_000
"""How many wrong codes are borne in how many minutes, before nobody there may try another.

Ours: ten slips of one person's hand. The limit in all is far above what some strangers can use up to keep everybody
else out; ten thousand guesses in ten minutes find one of a thousand open codes after some 1,000 years (2^50 / 1000 / 2
guesses).
"""

MAX_FORMER = 16
"""Most proofs of former accounts that a laptop brings."""

MAX_NAME_LENGTH = 80
"""Longest name of a device, in characters."""

_MISREAD = str.maketrans("ILO", "110")
_TOKEN = re.compile(r"[0-9a-f]{64}")
_ADDRESS_KEY = secrets.token_bytes(32)
"""Key of the hashes of addresses: whoever reads the database can't find the addresses by trying them all.

Each process has its own, so an address has its ten attempts at each; the limit in all holds over all processes.
"""

_CODE_SALT = b"fieldapp one-time code"
_SCRYPT_COST = 2**14
"""Slow on purpose (some 50 ms, 16 MB): a stolen database gives no code away by trying (source: RFC 7914, section 2)."""


class WrongCodeError(HubError):
    """The code is unknown, used, or has run out; which of them is nobody's business."""


class TooManyAttemptsError(HubError):
    """Too many wrong codes lately; `seconds` is after how long a time it may be tried again."""

    def __init__(self) -> None:
        super().__init__("too many wrong codes")
        self.seconds = WINDOW_MINUTES * 60


class UnknownDeviceError(HubError):
    """No account, or several, answer to what was given; `fitting` are the accounts that do."""

    def __init__(self, wanted: str, fitting: Sequence[Account]) -> None:
        super().__init__(f"{len(fitting)} accounts answer to {wanted!r}")
        self.fitting = tuple(fitting)


@dataclass(frozen=True, slots=True)
class NewInvite:
    """A code to be handed to somebody, shown once; `project` is the name, `expires_at` UTC."""

    code: str
    project: str
    role: str
    expires_at: str


def now() -> str:
    """Return the present instant in UTC, ISO 8601 with milliseconds."""
    return _text(datetime.now(UTC))


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ------------------------------------------------------------------------------------------------- codes


def invite(
    storage: Storage, role: str, *, project: str = DEFAULT_PROJECT, scope: Sequence[str] = (), days: int = 7
) -> NewInvite:
    """Make a one-time code for a role in a project, which is made when there is none of this name.

    `scope` names the protocols that are shared with whoever uses it, empty means all. Raises ValueError for a role or
    a number of days that there is not.
    """
    if role not in ROLES:
        raise ValueError(f"no role {role!r}")
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"{days} days")
    made_at = datetime.now(UTC)
    expires_at = _text(made_at + timedelta(days=days))
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    home = storage.add_project(project)
    storage.add_invite(Invite(home.uid, _code_hash(code), role, tuple(scope), _text(made_at), expires_at))
    half = CODE_LENGTH // 2
    return NewInvite(f"{code[:half]}-{code[half:]}", home.name, role, expires_at)


def normal(typed: str) -> str:
    """Return a code as it was made, from how a person typed it: small letters, blanks and dashes, O for 0, I for 1."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_MISREAD)


def _code_hash(code: str) -> str:
    return hashlib.scrypt(code.encode(), salt=_CODE_SALT, n=_SCRYPT_COST, r=8, p=1, dklen=32).hex()


# ------------------------------------------------------------------------------------------------ coming in


def join(storage: Storage, join: wire.Join, address: str, access: str = LAPTOP) -> wire.Joined:
    """Exchange a code for an account, and return what the laptop (or the browser) is told of it.

    The same code with the same token is answered again with the same account: the first answer may have been lost.
    Raises WireError("join") for what no laptop of ours would send, WrongCodeError, TooManyAttemptsError, or
    DeviceHeldError.
    """
    refuse_strange(join)
    tried_at = datetime.now(UTC)
    who = _address_hash(address)
    here, in_all = storage.failures(who, _text(tried_at - timedelta(minutes=WINDOW_MINUTES)))
    if here >= MAX_PER_ADDRESS or in_all >= MAX_IN_ALL:
        raise TooManyAttemptsError
    account = _exchanged(storage, join, _text(tried_at), access)
    if account is None:
        storage.failed(who, _text(tried_at))
        raise WrongCodeError("wrong code")
    name = next((item.name for item in storage.projects() if item.uid == account.project), "")
    return wire.Joined(
        project=account.project,
        project_name=name,
        account=account.uid,
        role=account.role,
        scope=list(account.scope),
        check=check_figures(account),
    )


def _exchanged(storage: Storage, join: wire.Join, at: str, access: str) -> Account | None:
    code = normal(join.code)
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return None
    account = Account(
        project="",
        uid=new_uid(),
        device=join.device.lower(),
        name=" ".join(join.name.split()),
        role="",
        scope=(),
        token_hash=wire.token_hash(join.token),
        answer_key=wire.answer_key(join.token),
        created_at=at,
        access=access,
    )

    def is_former(token_hash: str) -> bool:
        return any(hmac.compare_digest(wire.former_proof(token_hash, join.code), given) for given in proofs)

    proofs = [given for given in join.former if _TOKEN.fullmatch(given)]
    return storage.join(_code_hash(code), account, at, is_former)


def refuse_strange(join: wire.Join) -> None:
    """Raise WireError for a token, a device or a name that no laptop of ours would send."""
    name = join.name.strip()
    if not _TOKEN.fullmatch(join.token):
        raise wire.WireError("join", "token")
    if not is_uid(join.device):
        raise wire.WireError("join", "device")
    if not (0 < len(name) <= MAX_NAME_LENGTH and name.isprintable()):
        raise wire.WireError("join", "name")
    if len(join.former) > MAX_FORMER:
        raise wire.WireError("join", "former")


def check_figures(account: Account) -> str:
    """Return the six figures that both screens show, by which people see that the laptop reached the hub they meant."""
    content = f"fieldapp check {account.project} {account.uid} {account.token_hash}"
    return f"{int.from_bytes(hashlib.sha256(content.encode()).digest()[:8]) % 1_000_000:06}"


def place_of(address: str) -> str:
    """Return what stands for an address. Whoever has one IPv6 address has 2^64 of them: they count as one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)


def _address_hash(address: str) -> str:
    """Return what is kept of an address."""
    return hmac.new(_ADDRESS_KEY, place_of(address).encode(), hashlib.sha256).hexdigest()


# ------------------------------------------------------------------------------------------ being in, and out


def known(storage: Storage, credentials: str) -> Account | None:
    """Return the account of a browser that `<project>.<account>.<token>` lets in.

    None for any other text, for one shut out, and for a laptop: each has a door of its own.
    """
    project, _dot, rest = credentials.partition(".")
    uid, _dot, token = rest.partition(".")
    if not (is_uid(project) and is_uid(uid) and _TOKEN.fullmatch(token)):
        return None
    account = storage.account(project, uid)
    if account is None or account.revoked_at or account.access != BROWSER:
        return None
    return account if hmac.compare_digest(account.token_hash, wire.token_hash(token)) else None


def devices(storage: Storage, project: str | None = None) -> list[tuple[Project, Account]]:
    """Return the accounts of a project, by its name, or of all projects; the one heard of last first.

    A project that is not there has none.
    """
    wanted = [item for item in storage.projects() if project is None or fold(item.name) == fold(project)]
    return [(item, account) for item in wanted for account in storage.accounts(item.uid)]


def revoke(storage: Storage, device_or_account: str, *, project: str | None = None) -> list[Account]:
    """Shut out from now on what is given by the uid of an account, the uid of a device, or a name, and return it.

    A device that joined several projects is shut out of all of them, or of the one whose name is given. Raises
    UnknownDeviceError when nothing that may still come in answers to it, or when several devices bear the name.
    """
    wanted = device_or_account.strip()
    inside = [account for _project, account in devices(storage, project) if not account.revoked_at]
    by_uid = [account for account in inside if wanted.lower() in {account.uid, account.device}]
    by_name = [account for account in inside if fold(account.name) == fold(wanted)]
    if not by_uid and len({account.device for account in by_name}) != 1:
        raise UnknownDeviceError(wanted, by_name)
    at = now()
    return [account for account in by_uid or by_name if storage.revoke(account.project, account.uid, at)]
