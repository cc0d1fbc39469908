import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fieldapp.core import settings
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.ids import is_uid
from fieldapp.core.settings import Settings


def write(content: str | bytes) -> Path:
    path = settings.settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_first_start_has_defaults_and_a_device_that_stays() -> None:
    first = settings.load()
    assert first == Settings("fr", "jour", 1.0, "", "", first.device)
    assert is_uid(first.device)
    assert settings.load() == first


def test_what_was_saved_is_read_back_equal() -> None:
    chosen = Settings("en", "nuit-rouge", 1.25, "uid-1", "DUPONT Anne-Élise", "device-1")
    settings.save(chosen)
    assert settings.load() == chosen
    assert [file.name for file in settings.settings_file().parent.iterdir()] == ["settings.json"]


def test_what_a_newer_program_wrote_is_kept() -> None:
    path = write('{"theme": "sombre", "map_style": {"a": [1]}, "device": "d"}')
    found = settings.load()
    settings.save(found)
    assert json.loads(path.read_text("utf-8"))["map_style"] == {"a": [1]}
    assert settings.load() == found


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", "null", b"\xff\xfe\x00", b"\0" * 2_000_000, "[" * 100_000, '{"theme": NaN'],
    ids=["empty", "cut", "list", "null", "bytes", "zeros", "deep", "nan"],
)  # fmt: skip
def test_a_broken_file_is_put_aside_and_never_stops_the_start(content: str | bytes) -> None:
    path = write(content)
    found = settings.load()
    assert (found.language, found.theme) == ("fr", "jour")
    aside = [file for file in path.parent.iterdir() if file.name.startswith("settings-illisible-")]
    assert [file.read_bytes() for file in aside] == [content.encode() if isinstance(content, str) else content]


@pytest.mark.parametrize(
    "text", [
        '{"language": "xx"}', '{"language": null}', '{"theme": 3}', '{"text_scale": "big"}', '{"text_scale": 99}',
        '{"text_scale": true}', '{"text_scale": NaN}', '{"who": ["x"]}', '{"others": 5}',
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense_becomes_the_default_and_the_others_stay(text: str) -> None:
    write(json.dumps({"who_name": "Anne", "device": "d"})[:-1] + ", " + text[1:])
    assert settings.load() == Settings(who_name="Anne", device="d")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["language", "theme", "text_scale", "who", "who_name", "device", "others", "x"])


@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(names, json_values, max_size=8))
def test_any_content_gives_settings_that_can_be_saved(content: dict[str, object]) -> None:
    write(json.dumps(content))
    found = settings.load()
    settings.save(found)
    assert settings.load().device == found.device


def test_a_crash_while_saving_leaves_the_old_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(Settings(theme="sombre", device="d"))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(FileRefusedError, match="Les réglages n’ont pas pu être gardés"):
            settings.save(Settings(theme="jour", device="d"))
    assert settings.load() == Settings(theme="sombre", device="d")
    assert [file.name for file in settings.settings_file().parent.iterdir()] == ["settings.json"]


def test_settings_that_cannot_be_kept_last_as_long_as_the_program(own_folders: Path) -> None:
    own_folders.parent.mkdir(exist_ok=True)
    own_folders.write_text("a file where the folder should be")
    with pytest.raises(FileRefusedError, match=r"settings\.json"):
        settings.save(Settings())
    assert is_uid(settings.load().device)
