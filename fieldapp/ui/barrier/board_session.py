"""One morning while it is typed: the board, the head, the draft from the first key on, and the one save. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fieldapp.core import checking, dates
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Severity, StudyProtocol, Taxon
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.board import Board, Hand
from fieldapp.protocols.pitfall_barrier.board_merge import Content, merged, yielded
from fieldapp.protocols.pitfall_barrier.board_records import board_of, observations_of, visit_values
from fieldapp.protocols.pitfall_barrier.schema import CHECKED, CODE, EMPTY, MISSED, VISIT, WEATHER
from fieldapp.protocols.pitfall_barrier.weather_source import typed_by_hand
from fieldapp.store import drafts, records, taxa
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.board_draft import content_of, draft_key, plain
from fieldapp.ui.barrier.board_findings import CHANGED, GONE, Finding, findings, stopped
from fieldapp.ui.barrier.board_read import Around, BarrierGoneError, individuals, read_around, usual_observers


class MorningSession:
    """The morning of a barrier on one day. `open_morning` makes one.

    `head` are the values of the check beside the board, `texts` what stands in a line and can't be read yet, `photos`
    the pictures of a group by its uid, as values. `start` is what they began from: what was stored, or is proposed.

    What is stored may change while the morning is typed or waits as a draft. Then the differences from the start are
    laid over what is stored now; `clashes` are the parts that both sides changed (see `board_merge`): they hold what
    was typed here, `start` holds the other side's, and nothing is saved until `choose`. `told` says what became of it.
    """

    def __init__(
        self,
        db: Database,
        protocol: StudyProtocol,
        around: Around,
        newcomer: Record | None,
        begun: Mapping[str, Any] | None = None,
    ) -> None:
        self.db, self.protocol, self.around, self.newcomer = db, protocol, around, newcomer
        self.taxa: dict[int, Taxon] = {taxon.cd_nom: taxon for taxon in lists.taxa()}
        self.visit = around.visit or make_record(CODE, VISIT, {"check_on": around.on}, around.site.uid)
        self.start = self._stand_on(around)
        self._show(self.start)
        self.texts: dict[str, str] = {}
        self.clashes: frozenset[str] = frozenset()
        self.told = ""
        self._people: list[str] = []
        self._deaths: dict[str, str | None] = {}
        self._has_draft = False
        self.saved_at = ""
        self._know([group.cd_nom for _bucket, group in (*self.board.groups, *around.before.groups)])
        if begun:
            self._restore(begun)

    def _stand_on(self, around: Around) -> Content:
        """Take what is stored now as what is to be changed, and return it; what is proposed, while nothing is."""
        self.around = around
        self.is_stored = around.visit is not None
        self.visit = around.visit or self.visit
        self.stored: dict[str, Record] = dict(around.catches)
        photos = {uid: len(found) for uid, found in around.photos.items()}
        closed = () if self.is_stored else around.closed_before
        board = board_of(around.buckets, around.visit, self.stored.values(), photos, closed)
        head: dict[str, Any] = dict(around.visit.data) if around.visit is not None else {"check_on": around.on}
        if not self.is_stored and (people := usual_observers(self.db, around, self.newcomer)):
            head["observers"] = people
        return Content(board, head, _photo_values(around))

    def _show(self, content: Content) -> None:
        """Go on from this content; no step before it can be taken back."""
        self.hand = Hand(content.board)
        self.head: dict[str, Any] = dict(content.head)
        self.photos: dict[str, list[dict[str, Any]]] = {
            uid: [dict(one) for one in found] for uid, found in content.photos.items()
        }

    # ----------------------------------------------------------------------------------------------- what there is

    @property
    def board(self) -> Board:
        """The board as it stands."""
        return self.hand.board

    @property
    def looked(self) -> bool:
        """Whether the whole barrier was looked into: somebody said it was empty, or the morning was ended so before."""
        was_looked = self.is_stored and self.start.board.state in {CHECKED, EMPTY}
        return self.board.state == EMPTY or (was_looked and self.board.state == CHECKED)

    @property
    def on(self) -> str:
        """The ISO date of the morning."""
        return self.around.on

    def name_of(self, cd_nom: int) -> str:
        """Return the French name of a taxon, else the Latin one."""
        taxon = self.taxa.get(cd_nom)
        return lists.name_of(taxon, cd_nom)

    @property
    def content(self) -> Content:
        """What the morning says as it stands."""
        return Content(self.board, self.head, self._kept_photos())

    def know_individuals(self) -> None:
        """Read the individuals that the board names again: one may have been made, changed or removed meanwhile."""
        self.around = replace(self.around, individuals=individuals(self.db, self._named()))

    def _named(self) -> set[str]:
        return {group.individual for _bucket, group in self.board.groups if group.individual}

    def _know(self, cds: Sequence[int]) -> None:
        unknown = [cd for cd in cds if cd not in self.taxa]
        if unknown:
            self.taxa.update(taxa.by_cd_nom(self.db, unknown))

    def waits(self) -> bool:
        """Return whether something is typed that is not stored."""
        return (
            _without_numbers(self.board).content != _without_numbers(self.start.board).content
            or self.head != self.start.head
            or bool(self.texts)
            or _without_coming(self._kept_photos()) != self.start.photos
            or bool(self.clashes)
        )

    # ------------------------------------------------------------------------------------------------- what is typed

    def take(self, board: Board) -> None:
        """Go on with this board; what it changes is in the draft at once."""
        if board.species is not None:
            self._know([board.species])
        state = self.board.state
        if self.hand.take(board):
            self._follow(state)
            self.keep()

    def undo(self) -> bool:
        """Take the last step on the board back; return whether there was one."""
        state = self.board.state
        done = self.hand.undo()
        if done:
            self._follow(state)
            self._count_photos()
            self.keep()
        return done

    def _follow(self, state: str) -> None:
        """Let what hangs on the board follow it: the individuals that it names, and who looked.

        Where a stored morning was not looked into nobody is named: once it is, the usual observers are proposed.
        """
        self.told = ""
        if not self._named() <= self.around.individuals.keys():
            self.know_individuals()
        if state == MISSED != self.board.state and not self.head.get("observers"):
            self._people = usual_observers(self.db, self.around, self.newcomer)
            self.head |= {"observers": self._people} if self._people else {}
        elif self.board.state == MISSED != state and self._people and self.head.get("observers") == self._people:
            self.head.pop("observers")
            self._people = []

    def typed(self, name: str, text: str) -> None:
        """Keep the raw text of a field of the head, at every key."""
        self.texts[name] = text
        self.keep()

    def put(self, name: str, value: Any) -> None:
        """Give a field of the head its value; one typed by hand no longer comes from a file."""
        self.texts.pop(name, None)
        self.head.pop(name, None)
        if value is not None and value != "" and value != []:
            self.head[name] = value
        if name in WEATHER:
            self.head = typed_by_hand(self.head, name)
        self.keep()

    def read_back(self, name: str) -> None:
        """Forget the raw text of a field that holds its value again."""
        if self.texts.pop(name, None) is not None:
            self.keep()

    def set_photos(self, uid: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Give a group its pictures; they are stored with the morning. No step of the board: the strip takes back.

        One that was stored since it was shown is the same record still.
        """
        stored = {one["sha256"]: one["uid"] for one in self.start.photos.get(uid, ())}
        self.photos[uid] = [
            {**one, "uid": stored[one["sha256"]]} if one.get("sha256") in stored else dict(one) for one in values
        ]
        self._count_photos()
        self.keep()

    def _count_photos(self) -> None:
        board = self.board
        for _bucket, group in board.groups:
            if group.photos != (count := len(self.photos.get(group.uid, ()))):
                board = _mapped(board, group.uid, photos=count)
        self.hand.board = board

    def _kept_photos(self) -> dict[str, list[dict[str, Any]]]:
        alive = {group.uid for _bucket, group in self.board.groups}
        return {uid: found for uid, found in self.photos.items() if found and uid in alive}

    # --------------------------------------------------------------------------------------------------- the draft

    @property
    def draft_key(self) -> str:
        """The key of the draft: one for each morning of each barrier."""
        return draft_key(self.around.site.uid, self.on)

    def keep(self) -> None:
        """Write the draft, or drop it when nothing waits any more."""
        if self.waits() or self._kept_photos() != self.start.photos:
            drafts.put(self.db, self.draft_key, self._draft())
            self._has_draft = True
        elif self._has_draft:
            drafts.drop(self.db, self.draft_key)
            self._has_draft = False

    def _draft(self) -> dict[str, Any]:
        """Return what waits with what it began from: only then what both sides changed can be told apart."""
        return {
            "visit": self.visit.uid,
            "texts": self.texts,
            "clashes": sorted(self.clashes),
            "start": plain(self.start),
            "was_stored": self.is_stored,
            **plain(self.content),
        }

    def _restore(self, found: Mapping[str, Any]) -> None:
        self._has_draft = True
        self.texts, self.clashes = dict(found["texts"]), frozenset(found.get("clashes", ()))
        if not self.is_stored:
            self.visit = replace(self.visit, uid=found["visit"])
        theirs = self.start
        self.start = content_of(theirs.board, found["start"])
        self._show(content_of(theirs.board, found))
        if self.is_stored or found["was_stored"]:
            self._meet(theirs, was_stored=found["was_stored"])
        self._clear_gone()
        self._know([group.cd_nom for _bucket, group in self.board.groups])

    def _clear_gone(self) -> None:
        """Take the name off animals whose individual is not there any more: it was taken back or removed."""
        self.know_individuals()
        board, told = self.board, []
        for bucket, group in board.groups:
            stored = self.stored.get(group.uid)
            is_stored = stored is not None and stored.data.get("individual") == group.individual
            if group.individual and group.individual not in self.around.individuals and not is_stored:
                board = _mapped(board, group.uid, individual=None)
                told.append(bucket)
        if told:
            words = _(
                "Seau {buckets} : l’individu nommé n’existe plus. L’animal est gardé sans nom ; F9 pour en choisir un."
            )
            self.told = " ".join(filter(None, (self.told, words.format(buckets=", ".join(told)))))
            self.hand.board = board
            self.keep()

    # ------------------------------------------------------------------------------------ what came from elsewhere

    def _meet(self, theirs: Content, *, was_stored: bool) -> None:
        """Lay what was changed here over what is stored now (`theirs`), which becomes the start."""
        if theirs.is_like(self.start):
            return
        found = merged(self.start, self.content, theirs, was_stored=was_stored)
        self.start = theirs
        self.clashes |= found.clashes
        self._show(found.content)
        if self.clashes:
            self.told = ""
        elif self.waits():
            self.told = _(
                "Ce matin a été changé ailleurs entre-temps : les deux saisies sont réunies ici. Vérifiez-les."
            )
        self.keep()

    def choose(self, *, mine: bool) -> None:
        """Say which side holds where both changed the morning: what was typed here, or what is stored."""
        if not mine:
            self._show(yielded(self.content, self.start, self.clashes))
            self.know_individuals()
        self.clashes = frozenset()
        self.keep()

    # ------------------------------------------------------------------------------------------------ what is to say

    def findings(self) -> list[Finding]:
        """Return what is to be said about the morning as it stands, what blocks first."""
        groups = self.board.groups
        died_on = {group.individual: self._died_on(group.individual) for _bucket, group in groups if group.individual}
        return findings(self.protocol, self.around, self.taxa, self.content, self.stored, died_on)

    def _died_on(self, individual: str | None) -> str | None:
        """Return the day on which an individual was noted dead on another morning."""
        if individual is None:
            return None
        if individual not in self._deaths:
            from fieldapp.exchange.known import KnownRecords  # most mornings name no individual
            from fieldapp.protocols.pitfall_barrier.individuals import died_on, life_of

            record = records.get(self.db, individual)
            life = life_of(KnownRecords(self.db, self.protocol), record) if record is not None else []
            self._deaths[individual] = died_on(one for one in life if one.visit.uid != self.visit.uid)
        return self._deaths[individual]

    def confirm(self, found: Sequence[Finding]) -> bool:
        """Keep with the morning that the person has seen these warnings and means it; return whether it was stored.

        A morning that is stored and unchanged is stored again; else the answer waits with the rest.
        """
        was_whole = self.is_stored and not self.waits()
        board = self.board
        for one in found:
            if one.group:
                board = _confirmed_on(board, one.group, one.problem.code)
            else:
                self.head[checking.CONFIRMED] = sorted({*self.head.get(checking.CONFIRMED, ()), one.problem.code})
        self.take(board)
        self.keep()
        return was_whole and not self.save()

    # ------------------------------------------------------------------------------------------------------- saving

    def save(self) -> list[Finding]:
        """Store the morning as one action; return what keeps it from being stored (nothing: it is stored).

        What is stored is read again inside the transaction, so that nothing that came meanwhile is lost. The same
        observations keep their uid; those that are not on the board any more go, with their photos.
        """
        with self.db.transaction():
            blocking = self._refused()
            if blocking:
                return blocking
            visit = with_data(self.visit, VISIT, visit_values(self.board, self.head))
            catches = observations_of(self.board, visit.uid, self.stored)
            kept = {record.uid for record in catches}
            gone = [record for uid, record in self.stored.items() if uid not in kept]
            pictures = self._photo_records(catches, gone)
            people = [self.newcomer] if self.newcomer and self.newcomer.uid in visit.data.get("observers", ()) else []
            written = [*people, visit, *catches, *(record.removed() for record in gone), *pictures]
            saved = records.save(self.db, written, self._label())
            drafts.drop(self.db, self.draft_key)
        self.saved_at = saved.made_at
        self.newcomer = None if people else self.newcomer
        self._settle()
        return []

    def _refused(self) -> list[Finding]:
        """Take in what came meanwhile, and return what keeps the morning from being stored."""
        try:
            around = read_around(self.db, self.around.site.uid, self.on, self.around.today, prefer=self.visit.uid)
        except BarrierGoneError:
            words = _("Cette barrière a été supprimée entre-temps. Annulez cette suppression, puis terminez le relevé.")
            return stopped(GONE, words)
        before, was_stored = self.start, self.is_stored
        theirs = self._stand_on(around)
        if self.is_stored or was_stored:
            self._meet(theirs, was_stored=was_stored)
        self.know_individuals()
        if self.clashes:
            return stopped(CHANGED, _("Choisissez d’abord ce qui est juste."))
        if self.start is not before and not self.board.state:
            return stopped(
                CHANGED, self.told or _("Ce matin a été changé ailleurs entre-temps : rien n’y est plus noté.")
            )
        return [one for one in self.findings() if one.problem.severity is Severity.BLOCKING]

    def _settle(self) -> None:
        """Take what is stored now as the start of what may be changed next; the hand stays where it is."""
        hand, photos = self.board, self._kept_photos()
        self._has_draft, self._people = False, []
        around = read_around(self.db, self.around.site.uid, self.on, self.around.today, prefer=self.visit.uid)
        self.start = self._stand_on(around)
        self._show(self.start)
        places = [tile.bucket for tile in self.board.tiles]
        at = places.index(hand.tile.bucket) if hand.tile and hand.tile.bucket in places else 0
        self.hand.board = replace(self.board, at=at, species=hand.species, last=hand.last, way=hand.way)
        for uid, values in photos.items():
            if coming := [one for one in values if _is_coming(one)]:
                self.set_photos(uid, [*self.photos.get(uid, ()), *coming])

    def _photo_records(self, catches: Sequence[Record], gone: Sequence[Record]) -> list[Record]:
        stored = self.around.photos
        found = [photo.removed() for record in gone for photo in stored.get(record.uid, ())]
        touched = [one for one in catches if self.photos.get(one.uid, []) != self.start.photos.get(one.uid, [])]
        if touched:
            from fieldapp.ui.barrier.photo_words import photo_records

            for record in touched:
                found += photo_records(record, stored.get(record.uid, ()), self.photos.get(record.uid, []))
        return found

    def _label(self) -> str:
        """Return the name of the save for undo: "Mare Jules Ferry, 18/03/2026 : 7 animaux"."""
        state = self.board.state
        if state == MISSED:
            what = _("non relevé")
        elif state == EMPTY:
            what = _("tout vide")
        else:
            what = ngettext("{n} animal", "{n} animaux", self.board.animals).format(n=self.board.animals)
        day = dates.in_numbers(date.fromisoformat(self.on))
        return _("{name}, {day} : {what}").format(name=self.around.name, day=day, what=what)


def open_morning(
    db: Database, protocol: StudyProtocol, site: str, on: str, today: date, newcomer: Record | None = None
) -> MorningSession:
    """Return the morning of a barrier on an ISO date, with what was begun there; raises BarrierGoneError."""
    begun = drafts.get(db, draft_key(site, on))
    around = read_around(db, site, on, today, prefer=begun["visit"] if begun else "")
    return MorningSession(db, protocol, around, newcomer, begun)


def _photo_values(around: Around) -> dict[str, list[dict[str, Any]]]:
    """Return the values of the stored photos by the uid of their catch."""
    if not around.photos:
        return {}
    from fieldapp.ui.barrier.photo_words import values_of_record  # it loads what reads pictures

    return {uid: [values_of_record(one) for one in found] for uid, found in around.photos.items()}


def _is_coming(photo: Mapping[str, Any]) -> bool:
    """Return whether the file of a photo is still to be kept: it is stored when it came, and waits until then."""
    return "sha256" not in photo


def _without_numbers(board: Board) -> Board:
    """Return the board with no number of photos: the photos themselves tell, and some may be still to come."""
    tiles = tuple(replace(tile, groups=tuple(replace(one, photos=0) for one in tile.groups)) for tile in board.tiles)
    return replace(board, tiles=tiles)


def _without_coming(photos: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    settled = {uid: [one for one in found if not _is_coming(one)] for uid, found in photos.items()}
    return {uid: found for uid, found in settled.items() if found}


def _confirmed_on(board: Board, uid: str, code: str) -> Board:
    group = next(group for _bucket, group in board.groups if group.uid == uid)
    codes = sorted({*group.rest.get(checking.CONFIRMED, ()), code})
    return _mapped(board, uid, rest={**group.rest, checking.CONFIRMED: codes})


def _mapped(board: Board, uid: str, **changes: Any) -> Board:
    """Return the board with some values of one group changed."""
    tiles = tuple(
        replace(tile, groups=tuple(replace(one, **changes) if one.uid == uid else one for one in tile.groups))
        for tile in board.tiles
    )
    return replace(board, tiles=tiles)
