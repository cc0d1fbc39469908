"""Who comes in, on a real database of each kind: codes, their limits, accounts, and the way out."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.accounts import TooManyAttemptsError, UnknownDeviceError, WrongCodeError
from fieldapp.hub.errors import DeviceHeldError
from fieldapp.hub.storage import BROWSER, COORDINATOR, LEADER, ROLES, VOLUNTEER, Invite, Storage
from fieldapp.sync import wire

HOME = "192.0.2.7"


def asked(code: str, **changed: str) -> wire.Join:
    plain = wire.Join(code=code, token=wire.new_token(), device=new_uid(), name="Portable de Luc")
    return msgspec.structs.replace(plain, **changed)


def joined(storage: Storage, role: str = VOLUNTEER, *, project: str = "association", **changed: str) -> wire.Joined:
    return accounts.join(storage, asked(accounts.invite(storage, role, project=project).code, **changed), HOME)


# -------------------------------------------------------------------------------------------------- codes


def test_a_code_has_fifty_bits_is_easy_to_read_out_and_never_comes_twice(storage: Storage) -> None:
    assert len(set(accounts.ALPHABET)) ** accounts.CODE_LENGTH >= 2**50
    assert not set("ILOU") & set(accounts.ALPHABET)
    codes = {accounts.invite(storage, VOLUNTEER).code for _time in range(5)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code) for code in codes)


@pytest.mark.parametrize("role", ROLES)
def test_a_laptop_is_let_in_with_the_role_and_the_protocols_of_its_code(storage: Storage, role: str) -> None:
    made = accounts.invite(storage, role, project="Les Mares", scope=("banding",))
    said = accounts.join(storage, asked(made.code), HOME)
    assert (said.project_name, said.role, said.scope) == ("Les Mares", role, ["banding"])
    stored = storage.account(said.project, said.account)
    assert stored is not None
    assert (stored.name, stored.role, stored.scope, stored.revoked_at) == ("Portable de Luc", role, ("banding",), "")


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:3]} {code[3:].lower()} ",
     lambda code: code.replace("-", "–").replace("0", "O").replace("1", "l")],
    ids=["small letters", "no dash", "blanks", "misread"],
)  # fmt: skip
def test_a_code_may_be_typed_as_people_type(storage: Storage, typed: object) -> None:
    assert callable(typed)
    made = accounts.invite(storage, VOLUNTEER)
    assert accounts.join(storage, asked(typed(made.code)), HOME).role == VOLUNTEER


def test_misread_signs_are_those_of_the_alphabet() -> None:
    assert accounts.normal("o0-iIlL1 abc") == "0011111ABC"


def test_a_code_serves_once(storage: Storage) -> None:
    code = accounts.invite(storage, VOLUNTEER).code
    accounts.join(storage, asked(code), HOME)
    with pytest.raises(WrongCodeError):
        accounts.join(storage, asked(code), HOME)


def test_the_same_laptop_with_the_same_code_is_answered_again_for_the_first_answer_may_be_lost(
    storage: Storage,
) -> None:
    join = asked(accounts.invite(storage, VOLUNTEER).code)
    assert accounts.join(storage, join, HOME) == accounts.join(storage, join, HOME)
    assert len(accounts.devices(storage)) == 1


def test_a_code_that_has_run_out_lets_nobody_in(storage: Storage) -> None:
    class Late:
        def __getattr__(self, name: str) -> object:
            return getattr(storage, name)

        def add_invite(self, invite: Invite) -> None:
            gone = datetime.now(UTC) - timedelta(seconds=1)
            storage.add_invite(dataclasses.replace(invite, expires_at=gone.isoformat().replace("+00:00", "Z")))

    made = accounts.invite(Late(), VOLUNTEER)  # type: ignore[arg-type]
    with pytest.raises(WrongCodeError):
        accounts.join(storage, asked(made.code), HOME)


def test_a_code_runs_out_after_the_days_that_were_said(storage: Storage) -> None:
    made = accounts.invite(storage, LEADER, days=3)
    left = datetime.fromisoformat(made.expires_at) - datetime.now(UTC)
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


@pytest.mark.parametrize(("role", "days"), [("king", 7), (VOLUNTEER, 0), (VOLUNTEER, 366)])
def test_a_role_or_a_time_that_there_is_not_is_refused(storage: Storage, role: str, days: int) -> None:
    with pytest.raises(ValueError, match=r"role|days"):
        accounts.invite(storage, role, days=days)


def test_neither_code_nor_token_can_be_read_from_what_is_kept(storage: Storage) -> None:
    kept: list[object] = []

    class Watching:
        def __getattr__(self, name: str) -> object:
            method = getattr(storage, name)

            def watched(*arguments: object) -> object:
                kept.extend(arguments)
                return method(*arguments)

            return watched

    watching: Storage = Watching()  # type: ignore[assignment]
    code = accounts.invite(watching, VOLUNTEER).code
    join = asked(code)
    accounts.join(watching, join, HOME)
    with pytest.raises(WrongCodeError):
        accounts.join(watching, asked("AAAAA-AAAAA"), HOME)
    everything = repr(kept)
    assert wire.token_hash(join.token) in everything, "what is watched is what is kept"
    for secret in (code, accounts.normal(code), join.token, HOME, "AAAAAAAAAA"):
        assert secret not in everything


# ------------------------------------------------------------------------------------------------- limits


def fail(storage: Storage, times: int, address: str = HOME) -> None:
    for _time in range(times):
        with pytest.raises(WrongCodeError):
            accounts.join(storage, asked("not a code"), address)


def test_after_ten_wrong_codes_an_address_waits_even_with_a_right_one_and_others_do_not(storage: Storage) -> None:
    code = accounts.invite(storage, VOLUNTEER).code
    fail(storage, accounts.MAX_PER_ADDRESS)
    with pytest.raises(TooManyAttemptsError) as raised:
        accounts.join(storage, asked(code), HOME)
    assert raised.value.seconds == 600
    assert accounts.join(storage, asked(code), "198.51.100.3").role == VOLUNTEER


def test_after_very_many_wrong_codes_in_all_nobody_tries_another(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ten strangers with ten slips each do not keep an association out.
    assert accounts.MAX_IN_ALL == 10_000
    monkeypatch.setattr(accounts, "MAX_IN_ALL", 30)
    for number in range(3):
        fail(storage, 10, f"192.0.2.{number + 1}")
    with pytest.raises(TooManyAttemptsError):
        accounts.join(storage, asked("not a code"), "203.0.113.9")


def test_ten_minutes_later_an_address_may_try_again(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(storage, accounts.MAX_PER_ADDRESS)
    with pytest.raises(TooManyAttemptsError):
        accounts.join(storage, asked("not a code"), HOME)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Later":
            found = datetime.now(UTC) + timedelta(minutes=accounts.WINDOW_MINUTES, seconds=1)
            return cls.fromisoformat(found.isoformat())

    monkeypatch.setattr(accounts, "datetime", Later)
    with pytest.raises(WrongCodeError):
        accounts.join(storage, asked("not a code"), HOME)


def test_the_addresses_of_one_ipv6_network_count_as_one_and_a_mapped_one_as_its_ipv4(storage: Storage) -> None:
    fail(storage, 5, "2001:db8:1:2::1")
    fail(storage, 5, "2001:db8:1:2:ffff::9")
    with pytest.raises(TooManyAttemptsError):
        accounts.join(storage, asked("not a code"), "2001:db8:1:2:3:4:5:6")
    fail(storage, 10, "::ffff:192.0.2.44")
    with pytest.raises(TooManyAttemptsError):
        accounts.join(storage, asked("not a code"), "192.0.2.44")
    fail(storage, 1, "2001:db8:1:3::1")


@pytest.mark.parametrize(
    "changed",
    [{"token": "0" * 63}, {"token": "G" * 64}, {"token": "0" * 64 + "\n"}, {"device": "a laptop"}, {"device": ""},
     {"name": ""}, {"name": "  "}, {"name": "x" * 81}, {"name": "a\x1b[31m"}, {"name": "a\u202eb"}],
    ids=str,
)  # fmt: skip
def test_what_no_laptop_of_ours_would_send_is_refused_and_does_not_use_the_code(
    storage: Storage, changed: dict[str, str]
) -> None:
    code = accounts.invite(storage, VOLUNTEER).code
    with pytest.raises(wire.WireError, match="join"):
        accounts.join(storage, asked(code, **changed), HOME)
    assert accounts.join(storage, asked(code), HOME).role == VOLUNTEER


# ------------------------------------------------------------------------------------------ being in, and out


def test_both_screens_show_the_same_six_figures(storage: Storage) -> None:
    said = joined(storage)
    stored = storage.account(said.project, said.account)
    assert stored is not None
    assert re.fullmatch(r"[0-9]{6}", said.check)
    assert accounts.check_figures(stored) == said.check
    assert accounts.check_figures(dataclasses.replace(stored, token_hash="0" * 64)) != said.check


def in_browser(storage: Storage, token: str) -> wire.Joined:
    return accounts.join(storage, asked(accounts.invite(storage, COORDINATOR).code, token=token), HOME, BROWSER)


def test_the_token_of_a_laptop_is_not_that_of_a_browser(storage: Storage) -> None:
    token = wire.new_token()
    laptop = joined(storage, COORDINATOR, token=token, name="navigateur")
    assert accounts.known(storage, f"{laptop.project}.{laptop.account}.{token}") is None
    browser = in_browser(storage, token)
    assert accounts.known(storage, f"{browser.project}.{browser.account}.{token}") is not None


def test_a_laptop_does_not_come_in_under_the_device_of_another(storage: Storage) -> None:
    device, token = new_uid(), wire.new_token()
    first = joined(storage, token=token, device=device)
    code = accounts.invite(storage, VOLUNTEER).code
    stolen = wire.former_proof(wire.token_hash(token), "another code")
    for proofs in ([], [wire.token_hash(token)], [stolen], ["é" * 64], [""]):
        with pytest.raises(DeviceHeldError):
            accounts.join(storage, msgspec.structs.replace(asked(code, device=device), former=proofs), HOME)
    proof = wire.former_proof(wire.token_hash(token), code)
    second = accounts.join(storage, msgspec.structs.replace(asked(code, device=device), former=[proof]), HOME)
    states = {account.uid: bool(account.revoked_at) for _project, account in accounts.devices(storage)}
    assert states == {first.account: True, second.account: False}
    with pytest.raises(wire.WireError, match="former"):
        accounts.join(storage, msgspec.structs.replace(asked(code), former=[proof] * 17), HOME)


def test_the_token_opens_its_own_account_and_no_other(storage: Storage) -> None:
    token = wire.new_token()
    said, other = in_browser(storage, token), joined(storage)
    found = accounts.known(storage, f"{said.project}.{said.account}.{token}")
    assert found is not None
    assert found.uid == said.account
    for text in (
        f"{said.project}.{other.account}.{token}",
        f"{said.project}.{said.account}.{wire.new_token()}",
        f"{new_uid()}.{said.account}.{token}",
        f"{said.project}.{said.account}.",
        "",
        "a.b.c.d",
    ):
        assert accounts.known(storage, text) is None, text


def test_a_device_that_is_shut_out_is_not_known_any_more_and_stays_in_the_list(storage: Storage) -> None:
    token, device = wire.new_token(), new_uid()
    said = joined(storage, token=token, device=device)
    assert [account.uid for account in accounts.revoke(storage, device)] == [said.account]
    browser = in_browser(storage, token)
    accounts.revoke(storage, browser.account)
    assert accounts.known(storage, f"{browser.project}.{browser.account}.{token}") is None
    assert all(account.revoked_at for _project, account in accounts.devices(storage))
    with pytest.raises(UnknownDeviceError):
        accounts.revoke(storage, device)


@pytest.mark.parametrize("way", ["account", "device", "name"])
def test_a_device_is_shut_out_by_its_account_its_uid_or_its_name(storage: Storage, way: str) -> None:
    device = new_uid()
    kept = joined(storage, name="Portable de Jeanne")
    gone = joined(storage, device=device, name="Portable d’Évelyne")
    given = {"account": gone.account, "device": device.upper(), "name": "portable d'evelyne"}[way]
    assert [account.uid for account in accounts.revoke(storage, given)] == [gone.account]
    inside = [account.uid for _project, account in accounts.devices(storage) if not account.revoked_at]
    assert inside == [kept.account]


def test_a_name_that_two_devices_bear_shuts_nobody_out(storage: Storage) -> None:
    first, second = joined(storage), joined(storage)
    with pytest.raises(UnknownDeviceError) as raised:
        accounts.revoke(storage, "Portable de Luc")
    assert {account.uid for account in raised.value.fitting} == {first.account, second.account}
    assert not any(account.revoked_at for _project, account in accounts.devices(storage))


def test_a_device_of_two_projects_is_shut_out_of_both_or_of_the_one_that_is_named(storage: Storage) -> None:
    device = new_uid()
    here = joined(storage, project="Ici", device=device)
    there = joined(storage, COORDINATOR, project="Là-bas", device=device)
    assert [account.uid for account in accounts.revoke(storage, device, project="ici")] == [here.account]
    joined(storage, project="Ici", device=device)
    assert there.account in {account.uid for account in accounts.revoke(storage, device)}
    assert all(account.revoked_at for _project, account in accounts.devices(storage))


def test_the_devices_of_a_project_are_not_those_of_another(storage: Storage) -> None:
    here, there = joined(storage, project="Ici"), joined(storage, project="Là-bas")
    assert here.project != there.project
    assert [account.uid for _project, account in accounts.devices(storage, "ici")] == [here.account]
    assert len(accounts.devices(storage)) == 2
    assert accounts.devices(storage, "nowhere") == []
