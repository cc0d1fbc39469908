"""What lies in a bucket, and what the next key does, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape

from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.board import Board, Tile
from fieldapp.protocols.pitfall_barrier.board_group import Group
from fieldapp.protocols.pitfall_barrier.schema import EMPTY, MISSED, OUTSIDE, OUTWARD, VISIT, direction_of
from fieldapp.ui.barrier.board_read import Around
from fieldapp.ui.barrier.words import kind_words

NameOf = Callable[[int], str]


def kind_of(group: Group) -> str:
    """Return sex and stage in a few letters, a pair as "♂♀ couple", and "mort" or the unusual way."""
    words = kind_words(group.values(""))
    if group.pair:
        words = f"♂♀ {words}"
    return words


def asides(tile: Tile, group: Group) -> list[str]:
    """Return what is out of the usual about a group: dead, and the way that the bucket's side does not tell."""
    found = []
    if group.is_dead:
        found.append(ngettext("mort", "morts", group.count))
    if group.direction != direction_of(tile.side):
        found.append(_("sort") if group.direction == OUTWARD else _("entre"))
    return found


def lines_of(tile: Tile, name_of: NameOf) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the species of a bucket, each with its groups as (number, what they are)."""
    found: dict[int, list[tuple[str, str]]] = {}
    for group in tile.groups:
        words = " ".join(filter(None, (kind_of(group), *asides(tile, group))))
        found.setdefault(group.cd_nom, []).append((str(group.shown), words))
    return [(name_of(cd_nom), groups) for cd_nom, groups in found.items()]


def tile_html(tile: Tile, name_of: NameOf, number_px: int) -> str:
    """Return what a tile shows: "2 ♂, 1 ♀ Crapaud commun", a line for each species, its numbers so large."""
    lines = []
    for name, groups in lines_of(tile, name_of):
        told = ", ".join(
            f'<b style="font-size:{number_px}px">{number}</b> {escape(words)}'.rstrip() for number, words in groups
        )
        lines.append(f"{told} {escape(name)}")
    return "<br>".join(lines)


def tile_words(tile: Tile, name_of: NameOf, *, looked: bool = True, missed: bool = False) -> str:
    """Return what a screen reader says of a bucket: "Seau 3 : 1 ♀ Triton palmé".

    Without animals it is empty where the barrier was `looked` into, "non relevé" on a `missed` morning.
    """
    lines = [
        " ".join((", ".join(f"{number} {words}".strip() for number, words in groups), name))
        for name, groups in lines_of(tile, name_of)
    ]
    nothing = _("non relevé") if missed else (_("vide") if looked else _("rien de noté"))
    told = " · ".join(lines) or (_("fermé") if tile.closed else nothing)
    return _("Seau {bucket} : {what}").format(bucket=tile.bucket, what=told)


def faint_words(tile: Tile, name_of: NameOf) -> str:
    """Return the groups of the morning before in one line."""
    return " · ".join(
        " ".join((", ".join(f"{number} {words}".strip() for number, words in groups), name))
        for name, groups in lines_of(tile, name_of)
    )


def totals_words(board: Board) -> str:
    """Return the line below the board: "7 animaux portés à la mare · 0 mort"."""
    dead = board.dead_animals
    out = sum(group.count for _bucket, group in board.groups if group.direction == OUTWARD and not group.is_dead)
    carried = board.animals - dead - out
    parts = [
        ngettext("{n} animal porté à la mare", "{n} animaux portés à la mare", carried).format(n=carried),
        ngettext("{n} mort", "{n} morts", dead).format(n=dead),
    ]
    if out:
        parts.insert(1, ngettext("{n} en sortie", "{n} en sortie", out).format(n=out))
    return " · ".join(parts)


def hint_words(board: Board, name_of: NameOf) -> str:
    """Return what the next key does."""
    tile = board.tile
    if tile is None:
        return ""
    where = _("Seau {bucket}").format(bucket=tile.bucket)
    if board.state == MISSED:
        return ""
    if tile.closed and not board.fresh:
        told = _("fermé ce matin, F8 l’ouvre ; chiffres ou flèches : autre seau")
    elif board.species is None:
        told = _("lettre de l’espèce, puis M ou F ; chiffres ou flèches : autre seau")
    elif board.fresh:
        name = name_of(board.species)
        number = f"{board.number} × {name}" if board.number else name
        extra = [_("mort") if board.dead else "", _("en sortie") if board.out else ""]
        number = " ".join(filter(None, (number, *extra)))
        asked = (
            _("{what}, puis M, F, X, I ou J")
            if board.number
            else _("{what}, un nombre s’il y en a plusieurs, puis M, F…")
        )
        told = asked.format(what=number)
    elif board.current is not None:
        told = _("M, F encore un {name} ; + − pour le dernier").format(name=name_of(board.species))
    else:
        told = _("M, F, X pour {name}, ou la lettre d’une autre espèce").format(name=name_of(board.species))
    return _("{where} : {told}").format(where=where, told=told)


def side_words(side: str) -> str:
    """Return where the buckets of a line stand."""
    return _("Côté extérieur") if side == OUTSIDE else _("Côté mare (sorties)")


def state_words(board: Board) -> str:
    """Return what is said of the whole morning: its animals, that it was empty or missed, or nothing yet."""
    if board.state == EMPTY:
        return _("∅ Relevé, tout vide")
    if board.state == MISSED:
        reason = VISIT.by_name["reason"].choice(board.reason) if board.reason else None
        return _("⊘ Non relevé : {reason}").format(reason=_(reason.label).lower()) if reason else _("⊘ Non relevé")
    return totals_words(board) if board.state else _("Rien de noté encore")


def saved_words(saved_at: str, *, is_stored: bool, waits: bool) -> str:
    """Return how safe the morning is: "● Enregistré 07:52", "◐ Brouillon gardé"; "" while there is nothing to keep."""
    if waits:
        return _("◐ Changements gardés, pas encore enregistrés") if is_stored else _("◐ Brouillon gardé")
    if not is_stored:
        return ""
    if not saved_at:
        return _("● Enregistré")
    return _("● Enregistré {at}").format(at=f"{datetime.fromisoformat(saved_at).astimezone():%H:%M}")


def context_words(around: Around) -> str:
    """Return "Vimy · campagne 2026, 46e matin"."""
    parts = [str(around.site.data.get("commune", ""))]
    if around.campaign is not None:
        year, number = around.campaign.data["opened_on"][:4], around.number
        which = _("1er matin") if number == 1 else _("{number}e matin").format(number=number)
        parts.append(_("campagne {year}, {which}").format(year=year, which=which))
    return " · ".join(filter(None, parts))


def letters() -> list[tuple[str, str]]:
    """Return the keys of the board that need no button, with what they do."""
    return [
        ("A…Z", _("la lettre d’une espèce la prend en main, « , » une autre")),
        ("M F X", _("mâle, femelle, couple ; I indéterminé, J juvénile")),
        ("4 M", _("juste après l’espèce : quatre mâles")),
        ("D S", _("mort, en sortie : les derniers notés")),
        ("1…9", _("aller au seau ; 0 le seau 10, 1 puis 2 le seau 12")),
        ("+", _("un de plus ; − ou Retour arr. un de moins")),
    ]
