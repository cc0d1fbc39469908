"""The words of `fieldapp hub …`: what is taken, what is refused, and in which language."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from fieldapp import __main__, protocols
from fieldapp.cli import command_line

ROOT = Path(__file__).resolve().parent.parent.parent


def parsed(*words: str) -> argparse.Namespace:
    return command_line._parser(words).parse_args(words)


def test_serving_without_options_is_for_this_computer_alone() -> None:
    given = parsed("hub", "serve")
    assert (given.host, given.port, given.database) == ("127.0.0.1", 8765, None)
    assert (given.tls_cert, given.tls_key, given.lan, given.behind_proxy) == (None, None, False, False)


def test_the_hub_is_handed_the_protocols_of_the_program() -> None:
    assert parsed("hub", "serve").installed == protocols.installed()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_the_url_of_a_database_arrives_as_it_was_typed_before_or_after_the_command(before: bool) -> None:
    url = "postgresql://field@[::1]:5432/app?sslmode=require"
    words = ["--database", url, "hub", "devices"] if before else ["hub", "devices", "--database", url]
    assert parsed(*words).database == url


@pytest.mark.parametrize("typed", ["barrier", "pitfall_barrier"])
def test_a_protocol_is_named_as_people_do_or_by_its_code(typed: str) -> None:
    given = parsed("hub", "invite", "--role", "volunteer", "--protocol", typed, "--protocol", "banding")
    assert given.scope == ["pitfall_barrier", "banding"]


def test_an_invitation_is_to_the_association_for_seven_days_unless_said_otherwise() -> None:
    given = parsed("hub", "invite", "--role", "leader")
    assert (given.project, given.days, given.scope, given.url, given.json) == ("association", 7, [], "", False)
    assert parsed("hub", "invite", "--role", "leader", "--project", "  Les   Mares ").project == "Les Mares"


@pytest.mark.parametrize(
    "words",
    [
        ["hub"],
        ["hub", "frobnicate"],
        ["hub", "serve", "--port", "65536"],
        ["hub", "serve", "--port", "-1"],
        ["hub", "invite"],
        ["hub", "invite", "--role", "king"],
        ["hub", "invite", "--role", "leader", "--days", "0"],
        ["hub", "invite", "--role", "leader", "--days", "366"],
        ["hub", "invite", "--role", "leader", "--protocol", "bats"],
        ["hub", "invite", "--role", "leader", "--project", " "],
        ["hub", "revoke"],
        ["hub", "devices", "--nothing"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_exit_code_2_and_is_told_in_french(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(words) == 2
    said = capsys.readouterr().err
    assert "usage :" in said
    assert "Commande mal écrite" in said
    assert not [word for word in ("required", "invalid", "choose", "unrecognized", "expected") if word in said]


def test_other_commands_load_nothing_of_the_hub() -> None:
    code = "import sys; from fieldapp.__main__ import main; main(['check', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith(("fieldapp.hub", "starlette", "uvicorn"))]
    assert loaded == []
