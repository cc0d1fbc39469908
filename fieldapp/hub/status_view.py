"""The pages that coordinators see in a browser, as HTML: the way in, and the state of their association on the hub.

What a person typed into a record never stands here. Everything is escaped where it is put into an element.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fieldapp.hub.accounts import check_figures
from fieldapp.hub.storage import BROWSER, Account
from fieldapp.hub.wording import Words

BROWSER_NAME = "navigateur"
"""The name of the accounts of browsers."""

DAYS = 30
"""How many days the diagram of exchanges shows."""

_VOID = frozenset({"input", "link", "meta", "rect"})
_BAR_WIDTH, _BAR_STEP, _HEIGHT = 8, 10, 100


@dataclass(frozen=True, slots=True)
class Day:
    """What a day brought: messages with changes, what was in them, and what the others were sent."""

    on: date
    batches: int = 0
    received: int = 0
    merged: int = 0
    disputed: int = 0
    refused: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What the page tells of a project at an instant.

    `own` is the account of the reader's browser. `disputes` counts open disputes by record; `refusals` counts by
    reason what was put into quarantine, of the newest that were looked at, `refused` counts all of it.
    """

    project: str
    at: datetime
    own: Account
    inside: Sequence[Account]
    outside: Sequence[Account]
    disputes: Counter[str]
    refusals: Counter[str]
    refused: int
    days: Sequence[Day]
    counts: Mapping[str, int]


# ---------------------------------------------------------------------------------------------- elements


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Iterable[str]


def element(tag: str, /, *content: Content, **attributes: str | bool) -> Html:
    """Return an element; content that is no Html is escaped, and so are attributes.

    An attribute that is False is left out, one that is True stands without a value; `class_` is class, `aria_label`
    aria-label.
    """
    found = [f"<{tag}"]
    for key, value in attributes.items():
        if value is not False:
            key = key.rstrip("_").replace("_", "-")
            found.append(f" {key}" if value is True else f' {key}="{html.escape(value)}"')
    found.append(">")
    for part in content:
        found += [_escaped(part)] if isinstance(part, str) else map(_escaped, part)
    if tag not in _VOID:
        found.append(f"</{tag}>")
    return Html("".join(found))


def _escaped(text: str) -> str:
    return text if isinstance(text, Html) else html.escape(text)


def _page(words: Words, title: str, *body: Content) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title} · fieldapp"),
        element("link", rel="icon", href="/status.svg", type="image/svg+xml"),
        element("link", rel="stylesheet", href="/status.css"),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body), lang=words.language)


def _sign(sign: str) -> Html:
    """Return a sign that is said in words beside it."""
    return element("span", sign, class_="sign", aria_hidden="true")


# ---------------------------------------------------------------------------------------------- the way in


def login(words: Words, problem: str = "") -> str:
    """Return the page that asks for a code; `problem` says in a sentence why the last one did not do."""
    _ = words._
    error = element("p", _sign("⚠"), problem, class_="error", id="problem", role="alert") if problem else Html("")
    field = element(
        "input",
        id="code",
        name="code",
        required=True,
        autofocus=True,
        autocomplete="one-time-code",
        autocapitalize="characters",
        spellcheck="false",
        maxlength="40",
        aria_invalid="true" if problem else False,
        aria_describedby="problem" if problem else "way",
    )
    form = element(
        "form",
        element("label", _("Code de coordination"), for_="code"),
        field,
        error,
        element("button", _("Entrer"), type="submit", class_="main"),
        method="post",
        action="/login",
    )
    command = element("code", "fieldapp hub invite --role coordinator")
    way = element(
        "p",
        _("Dix signes, avec ou sans tiret, qui servent une fois. Sur le serveur :"),
        " ",
        command,
        id="way",
        class_="second",
    )
    title = _("État du serveur")
    return _page(words, title, element("main", element("h1", title), form, way, class_="door"))


def trouble(words: Words, title: str, sentence: str) -> str:
    """Return a page that says what does not work and what to do now."""
    again = element("a", words._("Réessayer"), href="/", class_="button")
    return _page(words, title, element("main", element("h1", title), element("p", sentence), again, class_="door"))


# ---------------------------------------------------------------------------------------------- the state


def state(words: Words, found: State) -> str:
    """Return the page of a project."""
    _ = words._
    leave = element("form", element("button", _("Quitter"), type="submit"), method="post", action="/logout")
    name = element("span", element("strong", "fieldapp"), " ", _("État du serveur"))
    bar = element("header", name, leave)
    at = _("Vu le {moment}, heure du serveur.").format(moment=words.moment(found.at.isoformat()))
    title = element("div", element("h1", found.project), element("p", at, class_="second"), class_="title")
    return _page(
        words,
        found.project,
        bar,
        element(
            "main",
            title,
            element("div", _waiting(words, found), _figures(words, found), class_="side"),
            element("div", _devices(words, found), _exchanges(words, found.days), class_="wide"),
        ),
    )


def _section(name: str, title: str, *content: Content) -> Html:
    head = element("h2", title, id=f"{name}-title")
    return element("section", head, *content, class_=name, aria_labelledby=f"{name}-title")


def _waiting(words: Words, found: State) -> Html:
    _ = words._
    items = [*_open_disputes(words, found.disputes), *_quarantine(words, found)]
    if not items:
        items = [element("p", _sign("●"), _("Rien n’attend : tout ce qui est arrivé est rangé."), class_="calm")]
    return _section("waiting", _("Ce qui attend"), *items)


def _open_disputes(words: Words, disputes: Counter[str]) -> Iterable[Html]:
    if not disputes:
        return
    fields = words.ngettext("{n} champ a plusieurs valeurs", "{n} champs ont plusieurs valeurs", disputes.total())
    records = words.ngettext("sur {n} fiche.", "sur {n} fiches.", len(disputes))
    way = words._("Choisissez dans le programme, page Synchronisation : les deux versions y sont côte à côte.")
    yield element("p", _sign("⇄"), element("strong", f"{fields} {records}"), class_="warning")
    yield element("p", way, class_="second")


def _quarantine(words: Words, found: State) -> Iterable[Html]:
    if not found.refused:
        return
    count = words.ngettext("{n} changement mis de côté.", "{n} changements mis de côté.", found.refused)
    rows = [
        element("li", element("span", words.number(number), class_="number"), element("span", words.reason(reason)))
        for reason, number in found.refusals.most_common()
    ]
    yield element("p", _sign("?"), element("strong", count), class_="warning")
    yield element("ul", rows, class_="reasons")
    yield element("p", words._("Ils restent sur le portable qui les a envoyés."), class_="second")


def _figures(words: Words, found: State) -> Html:
    _ = words._
    shown = [
        (words.number(found.counts.get("records", 0)), _("fiches")),
        (words.number(found.counts.get("media", 0)), _("photos")),
        (words.number(found.counts.get("changes", 0)), _("changements")),
    ]
    rows = [element("div", element("dt", name), element("dd", number)) for number, name in shown]
    return _section("figures", _("Sur le serveur"), element("dl", rows))


def _devices(words: Words, found: State) -> Html:
    _ = words._
    title = _("Portables et navigateurs")
    # The reader's own browser is always one of them.
    if len(found.inside) <= 1:
        empty = _("Aucun portable encore. Faites un code pour chacun :")
        command = element("code", "fieldapp hub invite --role volunteer")
        content = [element("p", empty, " ", command, class_="calm")]
    else:
        content = [_table(words, found.inside, found)]
    if found.outside:
        count = words.ngettext("{n} n’entre plus", "{n} n’entrent plus", len(found.outside))
        content.append(element("details", element("summary", count), _table(words, found.outside, found)))
    return _section("devices", title, *content)


def _table(words: Words, accounts: Sequence[Account], found: State) -> Html:
    _ = words._
    heads = [element("th", text, scope="col") for text in (_("Nom"), _("Dernier signe"), _("État"))]
    rows = [_row(words, account, found) for account in accounts]
    return element("table", element("thead", element("tr", heads)), element("tbody", rows))


def _row(words: Words, account: Account, found: State) -> Html:
    _ = words._
    about = " · ".join(filter(None, (words.role(account.role), _told_apart(words, account, found.own))))
    is_in = account in found.inside
    standing = element("span", _sign("●" if is_in else "⊘"), _("admis") if is_in else _("fermé"))
    return element(
        "tr",
        element("th", element("span", account.name), element("small", about), scope="row"),
        element(
            "td",
            element("span", words.ago(account.last_seen_at, found.at)),
            element("small", words.moment(account.last_seen_at)),
        ),
        element("td", standing),
    )


def _told_apart(words: Words, account: Account, own: Account) -> str:
    """Return by what a device is known among others: the figures on its own screen; a browser shows none."""
    if account.uid == own.uid:
        return words._("ce navigateur")
    return "" if account.access == BROWSER else words._("contrôle {figures}").format(figures=check_figures(account))


# ------------------------------------------------------------------------------------------- the exchanges


def _exchanges(words: Words, days: Sequence[Day]) -> Html:
    _ = words._
    title = words.ngettext("Échanges du dernier jour", "Échanges des {n} derniers jours", len(days))
    most = max((day.batches for day in days), default=0)
    if not most:
        return _section("exchanges", title, element("p", _("Rien n’a encore été échangé."), class_="calm"))
    total = words.ngettext("{n} envoi en tout", "{n} envois en tout", sum(day.batches for day in days))
    top = words.ngettext("{n} le jour le plus actif", "{n} le jour le plus actif", most)
    ends = [element("span", words.day(day.on)) for day in (days[0], days[-1])]
    figure = element(
        "figure",
        element("figcaption", f"{total}, {top}."),
        _bars(words, days, most),
        element("div", ends, class_="ends", aria_hidden="true"),
    )
    numbers = element("details", element("summary", _("Voir les chiffres")), _day_table(words, days))
    return _section("exchanges", title, figure, numbers)


def _bars(words: Words, days: Sequence[Day], most: int) -> Html:
    bars: list[Html] = []
    for place, day in enumerate(days):
        height = max(3, round(_HEIGHT * day.batches / most)) if day.batches else 1
        said = words.ngettext("{n} envoi", "{n} envois", day.batches)
        bars.append(
            element(
                "g",
                element("title", f"{words.day(day.on)} : {said}"),
                element(
                    "rect",
                    x=str(place * _BAR_STEP + 1),
                    y=str(_HEIGHT - height),
                    width=str(_BAR_WIDTH),
                    height=str(height),
                    class_="bar" if day.batches else "none",
                ),
            )
        )
    return element(
        "svg",
        bars,
        viewBox=f"0 0 {len(days) * _BAR_STEP} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=words._("Envois par jour ; les chiffres sont dans le tableau qui suit."),
    )


def _day_table(words: Words, days: Sequence[Day]) -> Html:
    _ = words._
    names = (_("Jour"), _("Envois"), _("Reçus"), _("Réunis"), _("À relire"), _("Mis de côté"), _("Transmis"))
    heads = element("tr", [element("th", name, scope="col") for name in names])
    rows = [
        element(
            "tr",
            element("th", words.day(day.on), scope="row"),
            [
                element("td", words.number(number))
                for number in (day.batches, day.received, day.merged, day.disputed, day.refused, day.sent)
            ],
        )
        for day in reversed(days)
        if day.batches
    ]
    table = element("table", element("thead", heads), element("tbody", rows), class_="numbers")
    return element("div", table, class_="scrolled", tabindex="0", role="region", aria_label=_("Chiffres par jour"))
