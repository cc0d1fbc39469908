"""What comes with the hub for whoever installs it: the commands in these files are commands of ours."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from json import loads
from pathlib import Path

import pytest

from fieldapp.cli import command_line
from fieldapp.core import paths
from fieldapp.hub import commands

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "packaging" / "hub"


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def ours(words: list[str]) -> list[str] | None:
    """Return what a shell command gives to fieldapp, None for a command of others or one that is not there yet."""
    places = [place for place, word in enumerate(words) if Path(word).name == "fieldapp"]
    given = words[places[0] + 1 :] if places else []
    return given if given[:1] == ["hub"] else None


def readme_commands() -> Iterator[list[str]]:
    for block in re.findall(r"```sh\n(.*?)```", text("README.md"), re.DOTALL):
        for line in block.splitlines():
            if (words := ours(shlex.split(line, comments=True))) is not None:
                yield words


def instruction(name: str) -> list[str]:
    """Return the list that the last instruction of this name of the Dockerfile gives."""
    found = re.findall(rf"^\s*{name} (\[.*\])$", text("Dockerfile"), re.MULTILINE)
    given: list[str] = loads(found[-1])
    return given


def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text("fieldapp-hub.service"))
    return parser


def test_every_command_of_the_readme_is_one_of_ours() -> None:
    found = [command_line._parser(words).parse_args(words).hub_command for words in readme_commands()]
    assert set(found) == {"serve", "invite", "devices", "revoke"}


def test_the_service_serves_this_machine_alone_behind_a_proxy() -> None:
    words = ours(shlex.split(unit()["Service"]["ExecStart"]))
    assert words is not None
    given = command_line._parser(words).parse_args(words)
    assert (given.host, given.port, given.behind_proxy) == ("127.0.0.1", 8765, True)


def test_the_service_has_a_user_of_its_own_and_its_database_in_the_one_folder_it_may_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = unit()["Service"]
    assert service["DynamicUser"] == "yes"
    assert service["ProtectSystem"] == "strict"
    folder = Path("/var/lib") / service["StateDirectory"]
    variable, _equals, value = service["Environment"].partition("=")
    assert variable == paths.HOME_VARIABLE
    assert Path(value.replace("%S", "/var/lib")) == folder
    monkeypatch.setenv(variable, str(folder))
    assert paths.hub_database().is_relative_to(folder)
    assert f"{paths.HOME_VARIABLE}={folder} " in text("README.md")


def test_the_container_starts_the_hub_without_being_root_and_looks_after_its_health() -> None:
    words = [*instruction("ENTRYPOINT"), *instruction("CMD")]
    assert words[0] == "fieldapp"
    given = command_line._parser(words[1:]).parse_args(words[1:])
    assert (given.hub_command, given.host, given.behind_proxy) == ("serve", "0.0.0.0", True)
    dockerfile = text("Dockerfile")
    assert dockerfile.index("USER fieldapp") < dockerfile.index("ENTRYPOINT")
    assert f"EXPOSE {given.port}\n" in dockerfile
    assert f"http://127.0.0.1:{given.port}/health" in dockerfile
    assert f"hub:{given.port}" in text("compose.yaml")


def test_the_versions_in_the_container_are_those_that_were_tested() -> None:
    wanted = re.search(r"s/(.*)/\\1/p", text("Dockerfile"))
    assert wanted
    pattern = wanted[1].replace(r"\(", "(").replace(r"\)", ")")
    pinned = [match[1] for line in (ROOT / "requirements.lock").read_text().splitlines()
              if (match := re.match(pattern, line))]  # fmt: skip
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["hub"]
    names = {re.split(r"[\[<>=]", wish)[0] for wish in extra}
    assert names <= {pin.partition("==")[0] for pin in pinned}
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", pin) for pin in pinned)


def test_the_container_is_made_of_files_that_exist() -> None:
    wanted = [line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")]
    assert {"fieldapp", "resources", "pyproject.toml", "hatch_build.py"} <= set(wanted)
    assert [name for name in wanted if not (ROOT / name).exists()] == []


def test_the_composition_tells_the_hub_its_database_without_the_password_in_a_command() -> None:
    composition = text("compose.yaml")
    assert f"{commands.DATABASE_VARIABLE}: postgresql://" in composition
    assert "\t" not in composition
    assert not re.search(r"postgresql://[^@\s]*:[^@\s]*@", composition)
    assert set(re.findall(r"\$\{(\w+):\?", composition)) == {
        "HUB_DOMAIN",
        "POSTGRES_PASSWORD",
        "POSTGRES_ADMIN_PASSWORD",
    }


def section(name: str) -> str:
    """Return what the composition says of one service."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", text("compose.yaml"), re.MULTILINE)
    assert found
    return found[1]


def test_the_role_of_the_hub_owns_its_database_and_nothing_else_of_the_server() -> None:
    script = text("postgresql-init.sh")
    assert "CREATE ROLE fieldapp LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE" in script
    assert "CREATE DATABASE fieldapp OWNER fieldapp" in script
    assert "./postgresql-init.sh:/docker-entrypoint-initdb.d/" in section("database")
    assert "POSTGRES_USER: postgres\n" in section("database")
    assert "postgresql://fieldapp@database/fieldapp" in section("hub")
    assert all(f"{name}=%s" in text("README.md") for name in ("POSTGRES_PASSWORD", "POSTGRES_ADMIN_PASSWORD"))


def test_the_proxy_does_not_reach_the_database() -> None:
    networks = {name: re.search(r"networks: \[(.*)\]", section(name)) for name in ("hub", "database", "proxy")}
    found = {name: set(match[1].split(", ")) for name, match in networks.items() if match}
    assert found == {"hub": {"storage", "web"}, "database": {"storage"}, "proxy": {"web"}}


def test_the_hub_may_have_many_connections_open() -> None:
    assert unit()["Service"]["LimitNOFILE"] == "65536"
    assert "nofile: {soft: 65536, hard: 65536}" in section("hub")


def test_the_readme_tells_what_a_copy_gives_back_and_how_to_keep_it_to_oneself() -> None:
    readme = text("README.md")
    assert readme.count("umask 077") >= 3
    assert "sslmode=verify-full" in readme
    for words in ("de nouveau admis", "un code déjà servi", "après chaque renouvellement"):
        assert words in readme
