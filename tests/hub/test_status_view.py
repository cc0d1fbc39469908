"""The pages as text: what is escaped, what is drawn, what stands where."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from fieldapp.core import paths
from fieldapp.core.ids import new_uid
from fieldapp.hub import status_view
from fieldapp.hub.status_view import Day, Html, State, element
from fieldapp.hub.storage import COORDINATOR, Account
from fieldapp.hub.wording import words
from fieldapp.ui import theme

FRENCH = words("fr")
NOW = datetime(2026, 4, 14, 21, 2, tzinfo=UTC)


def account(name: str = status_view.BROWSER_NAME) -> Account:
    return Account("p", new_uid(), new_uid(), name, COORDINATOR, (), "0" * 64, "0" * 64, "2026-04-14T20:00:00.000Z")


def state(**changed: object) -> State:
    own = account()
    days = [Day(date(2026, 3, 16) + timedelta(days=place)) for place in range(30)]
    plain = State("Les Mares", NOW, own, [own], [], Counter(), Counter(), 0, days, {})
    return replace(plain, **changed)  # type: ignore[arg-type]


class Balance(HTMLParser):
    """Fails where an element is not closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.bars: list[dict[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "rect":
            self.bars.append(dict(attrs))
        if tag not in status_view._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_text_and_attributes_are_escaped_and_html_is_not_escaped_twice() -> None:
    inner = element("b", "<&>")
    assert inner == "<b>&lt;&amp;&gt;</b>"
    assert element("p", inner, [inner, '"'], title='"<') == f'<p title="&quot;&lt;">{inner}{inner}&quot;</p>'


def test_html_joined_with_text_is_text_again() -> None:
    assert not isinstance(Html("<b>") + "x", Html)
    assert element("p", Html("<b>") + "x") == "<p>&lt;b&gt;x</p>"


def test_attributes_without_a_value_and_those_left_out() -> None:
    assert element("input", name="code", required=True, disabled=False, for_="x", aria_label="y") == (
        '<input name="code" required for="x" aria-label="y">'
    )


def test_every_page_is_whole() -> None:
    busy = [Day(date(2026, 4, day), day, day * 100, 1, 2, 3, 4) for day in range(1, 31)]
    pages = [
        status_view.login(FRENCH),
        status_view.login(FRENCH, "Non."),
        status_view.trouble(FRENCH, "Titre", "Phrase."),
        status_view.state(FRENCH, state()),
        status_view.state(
            FRENCH,
            state(
                inside=[account(), account("Luc")],
                outside=[account("Jeanne")],
                disputes=Counter({"a": 2}),
                refusals=Counter(malformed=3),
                refused=9,
                days=busy,
                counts={"records": 12_345, "media": 1},
            ),
        ),
    ]
    for page in pages:
        assert page.startswith("<!doctype html>")
        assert Balance(page).open == []


def test_the_highest_bar_fills_the_diagram_and_one_message_is_still_seen() -> None:
    days = [Day(date(2026, 4, 1), 0), Day(date(2026, 4, 2), 1), Day(date(2026, 4, 3), 1_000)]
    bars = Balance(status_view.state(FRENCH, state(days=days))).bars
    assert [bar["class"] for bar in bars] == ["none", "bar", "bar"]
    assert [bar["height"] for bar in bars] == ["1", "3", "100"]
    assert all(int(bar["y"] or 0) + int(bar["height"] or 0) == 100 for bar in bars)


def test_the_table_of_days_gives_the_numbers_behind_the_bars_newest_first() -> None:
    days = [Day(date(2026, 4, 1), 2, 30, 4, 5, 6, 7), Day(date(2026, 4, 2)), Day(date(2026, 4, 3), 1)]
    page = status_view.state(FRENCH, state(days=days))
    row = "".join(f"<td>{number}</td>" for number in (2, 30, 4, 5, 6, 7))
    assert f'<th scope="row">1er avril</th>{row}' in page
    assert '<th scope="row">2 avril</th>' not in page
    assert page.index('<th scope="row">3 avril</th>') < page.index('<th scope="row">1er avril</th>')


@pytest.mark.parametrize(("name", "part"), [("jour", 0), ("sombre", 1)])
def test_the_colours_are_those_of_the_program(name: str, part: int) -> None:
    sheets = paths.resource("hub/status.css").read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", sheets[part]))
    assert len(found) == 13
    colours = theme.THEMES[name]
    assert found == {token: getattr(colours, token.replace("-", "_")).lower() for token in found}


def test_a_laptop_shows_its_figures_and_a_browser_has_none() -> None:
    own, laptop = account(), account("Luc")
    page = status_view.state(FRENCH, state(own=own, inside=[own, laptop]))
    assert page.count("contrôle ") == 1
    assert page.count("ce navigateur") == 1
