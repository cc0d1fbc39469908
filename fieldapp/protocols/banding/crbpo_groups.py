"""The rows of a CRBPO table that say the same of place and session, compared with each other.

A table repeats place and session in every row, so one slip would make a session of its own. Rows with the same cells
are one group; before any record is made, what the other groups of the session say is proposed to the odd one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.positions import in_france
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import crbpo, crbpo_cells, crbpo_mending, lists, territory
from fieldapp.protocols.banding.crbpo_cells import Cell, short
from fieldapp.protocols.banding.crbpo_mending import Proposal
from fieldapp.protocols.banding.crbpo_people import person_key

if TYPE_CHECKING:
    from fieldapp.protocols.banding.crbpo_sessions import Session

COLUMNS = (
    "DATE", "THEME SESSION", "THEME", "PAYS", "DEPT", "LOCALITE", "LIEUDIT", "LAT", "LON", "BAGUEUR", "ID_PROG", "HS",
    "DS", "FS", "MEMO SESSION", "SC", "cId_Session",
)  # fmt: skip
"""The columns of place, net set and session; the theme of the capture stands in where THEME SESSION is empty."""

T = TypeVar("T")

HOME, _STOC = "FR", "STOC"


@dataclass(slots=True, eq=False)
class Group:
    """The rows that say the same of place and session: how many, when the birds came, and what the cells tell.

    `session` is there once the whole file was seen, unless `fault` refuses every row of the group.
    """

    cells: Sequence[str]
    catches: int = 0
    no_birds: int = 0
    hours: set[str] = field(default_factory=set)
    blank_memos: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[RowNote] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    fault: RowRefusedError | None = None
    session: Session | None = None
    own_theme: str = ""
    memo: str = ""

    @property
    def weight(self) -> int:
        """How many rows the group has."""
        return self.catches + self.no_birds

    @property
    def times(self) -> list[str]:
        """The hours of its captures that can be read as such."""
        return [hour for hour in (crbpo_cells.read_time("HEURE", text).value for text in self.hours) if hour]

    def take(self, column: str, name: str, cell: Cell[Any]) -> None:
        """Keep what a cell tells under the name of a value."""
        self.notes += cell.notes
        self.proposals += cell.proposals
        if cell.fault is not None:
            self.fault = self.fault or cell.fault
        if cell.value is not None and cell.value != "":
            self.values[name] = cell.value

    def propose(self, column: str, why: str, becomes: str, name: str, value: object) -> None:
        """Put another value in, as a proposal."""
        self.proposals.append(Proposal(column, why, becomes))
        self.values[name] = value


def place_key(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what spellings of one place share: country, department, commune and lieu-dit without capitals, accents."""
    country = str(values.get("country", HOME))
    return country.upper(), *(fold(str(values.get(name, ""))) for name in ("department", "commune", "place_name"))


# ------------------------------------------------------------------------------------------ reading a group


def read(group: Group) -> None:
    """Read the cells of a group one by one."""
    row = dict(zip(COLUMNS, group.cells, strict=True))
    group.take("DATE", "date", crbpo_cells.read_date(row["DATE"]))
    for column, name in (
        ("THEME SESSION", "theme"), ("THEME", "own_theme"), ("PAYS", "country"), ("DEPT", "department"),
        ("LOCALITE", "commune"), ("LIEUDIT", "place_name"), ("BAGUEUR", "holder"), ("MEMO SESSION", "comments"),
        ("SC", "scribe"), ("ID_PROG", "id_prog"), ("cId_Session", "crbpo_session_id"),
    ):  # fmt: skip
        group.take(column, name, crbpo_cells.read_text(column, row[column]))
    for column, name in (("LAT", "latitude"), ("LON", "longitude"), ("FS", "net_m")):
        cell = crbpo_cells.read_number(column, row[column])
        group.take(column, name, cell)
        group.memo = " ".join(filter(None, (group.memo, cell.moved)))
    group.take("HS", "opened_at", crbpo_cells.read_time("HS", row["HS"]))
    duration = crbpo_cells.read_time("DS", row["DS"])
    group.take("DS", "duration_min", duration)
    if duration.value is not None:
        group.values["duration_min"] = crbpo_mending.minutes(duration.value)
    for name in ("theme", "own_theme"):
        known = next((code for code in lists.themes() if fold(code) == fold(group.values.get(name, ""))), None)
        if known is not None and known != group.values[name]:
            group.notes += crbpo_cells.other_form("THEME SESSION", group.values[name], known)
            group.values[name] = known


def refuse_two_communes(group: Group, known: frozenset[str]) -> None:
    """Refuse the rows of a group whose commune is two; `known` are the communes of the file, folded."""
    commune = group.values.get("commune", "")
    parts = crbpo_mending.several_communes(commune, known)
    if parts and group.fault is None:
        sentence = _("« {text} » nomme plusieurs communes ({names}) : gardez celle où sont les filets.")
        words = sentence.format(text=short(commune), names=", ".join(parts))
        group.fault = RowRefusedError("LOCALITE", words)


def by(groups: Iterable[Group], key: Callable[[Group], T]) -> dict[T, list[Group]]:
    """Return the groups by a key, in their order."""
    found: dict[T, list[Group]] = defaultdict(list)
    for group in groups:
        found[key(group)].append(group)
    return found


def count(groups: Iterable[Group], name: str) -> Counter[Any]:
    """Return how many rows tell each value."""
    told: Counter[Any] = Counter()
    for group in groups:
        if name in group.values:
            told[group.values[name]] += group.weight
    return told


def most(groups: Iterable[Group], name: str) -> Any:
    """Return the value that most rows tell, None when none does; among equals the first."""
    told = count(groups, name)
    return max(told, key=lambda value: told[value]) if told else None


def _others(groups: Iterable[Group], name: str, value: object) -> int:
    return sum(group.weight for group in groups if group.values.get(name) == value)


# --------------------------------------------------------------------------------------- groups compared


def settle_themes(groups: Sequence[Group]) -> None:
    """Let THEME stand in for an empty THEME SESSION: as it is in a file without such a column, else as a proposal."""
    has_any = any("theme" in group.values for group in groups)
    for group in groups:
        own = group.values.pop("own_theme", "")
        if "theme" not in group.values and own:
            if has_any:
                group.propose("THEME SESSION", _("Le thème de la séance est vide"), own, "theme", own)
            else:
                group.values["theme"] = own
        group.own_theme = own if own != group.values.get("theme") else ""


def positions(groups: Iterable[Group]) -> Counter[tuple[float, float]]:
    """Return how many rows tell each position (latitude, longitude) that may be right."""
    found: Counter[tuple[float, float]] = Counter()
    for group in groups:
        position = _position(group)
        if position is not None and (not _is_at_home(group) or in_france(position[1], position[0])):
            found[position] += group.weight
    return found


def _position(group: Group) -> tuple[float, float] | None:
    latitude, longitude = group.values.get("latitude"), group.values.get("longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _is_at_home(group: Group) -> bool:
    return territory.is_metropolitan(group.values)


def settle_position(group: Group, usual: tuple[float, float] | None) -> None:
    """Put a position outside France right, take away half of one; what nothing explains is noted.

    A position that is nowhere on the globe refuses the rows.
    """
    position = _position(group)
    if position is None:
        if "latitude" in group.values or "longitude" in group.values:
            group.notes.append(RowNote("LAT", _("LAT sans LON, ou LON sans LAT : laissé de côté.")))
        group.values.pop("latitude", None)
        group.values.pop("longitude", None)
        return
    latitude, longitude = position
    if abs(latitude) <= 90 and abs(longitude) <= 180 and (not _is_at_home(group) or in_france(longitude, latitude)):
        return
    shown = f"{crbpo.written_number(latitude)}, {crbpo.written_number(longitude)}"
    why = _("La position {position} n’est pas en France").format(position=shown)
    better = crbpo_mending.better_position(latitude, longitude, usual)
    if better is None:
        sentence = _("{why} : vérifiez LAT et LON.").format(why=why)
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            group.notes.append(RowNote("LAT", sentence))
        else:
            group.fault = RowRefusedError("LAT", sentence)
        return
    becomes = f"{crbpo.written_number(better[0])}, {crbpo.written_number(better[1])}"
    group.propose("LAT", why, becomes, "latitude", better[0])
    group.values["longitude"] = better[1]


def morning(group: Group) -> tuple[Any, ...]:
    """Return what the sessions of one team at one place, day and theme share."""
    values = group.values
    holder = person_key(values.get("holder", ""))
    return (
        values["date"], fold(values.get("theme", "")), *place_key(values), values.get("id_prog", ""), holder,
        _position(group),
    )  # fmt: skip


def sitting(group: Group) -> tuple[Any, ...]:
    """Return what only the rows of one session share: two openings, or two positions, of one day are two sessions."""
    return group.values.get("opened_at", ""), _position(group) or (), *morning(group)


def team_day(group: Group) -> str:
    """Return what the sessions of a day are known by in every file: place, station, date, theme, holder.

    Neither opening nor position: both are corrected afterwards, and the birds are then the same.
    """
    values = group.values
    holder = person_key(values.get("holder", ""))
    words = (*place_key(values), values.get("id_prog", ""), values["date"], fold(values.get("theme", "")), holder)
    return "|".join(words)


def settle_openings(groups: Sequence[Group]) -> None:
    """Put right an opening that only few rows tell although their birds came during the session of the others."""
    for group in groups:
        opened = group.values.get("opened_at")
        better = crbpo_mending.better_opening(opened, group.times) if opened else None
        if better is not None:
            why = _("Filets ouverts à {time}, bien avant le premier oiseau").format(time=opened)
            group.propose("HS", why, better, "opened_at", better)
    usual = most(groups, "opened_at")
    if usual is None:
        return
    duration = most((one for one in groups if one.values.get("opened_at") == usual), "duration_min")
    many = _others(groups, "opened_at", usual)
    for group in groups:
        opened = group.values.get("opened_at")
        if opened is None:
            group.values["opened_at"] = usual
            group.notes.append(_filled("HS", usual))
        elif opened == usual or _others(groups, "opened_at", opened) >= many:
            continue
        elif all(crbpo_mending.is_within(hour, usual, duration) for hour in group.times):
            why = _others_say("HS", opened, usual, many)
            group.propose("HS", why, usual, "opened_at", usual)


def _filled(column: str, text: str) -> RowNote:
    sentence = _("{column} vide : lu « {text} », comme d’autres lignes de la séance.")
    return RowNote(column, sentence.format(column=column, text=text))


def _others_say(column: str, text: str, usual: str, many: int) -> str:
    sentence = _("{column} « {text} » alors que {n} autres lignes de la séance disent « {usual} »")
    return sentence.format(column=column, text=text, usual=usual, n=many)


def settle_session(groups: Sequence[Group], metres: Mapping[float, int]) -> None:
    """Settle duration, metres and remarks of one session among its groups; an empty cell repeats what others tell."""
    hours = [hour for group in groups for hour in group.times]
    for group in groups:
        _mend_duration(group, hours)
        _mend_metres(group, metres)
    for name, column, written in (
        ("duration_min", "DS", crbpo.written_duration),
        ("net_m", "FS", crbpo.written_number),
    ):
        usual = most(groups, name)
        many = _others(groups, name, usual)
        for group in groups:
            value = group.values.get(name)
            if value is None and usual is not None:
                group.notes.append(_filled(column, written(usual)))
            elif value != usual:
                why = _others_say(column, written(value), written(usual), many)
                group.propose(column, why, written(usual), name, usual)
    scribe = most(groups, "scribe")
    for group in groups:
        if str(group.values.get("theme", "")).startswith(_STOC) and "id_prog" not in group.values:
            sentence = _("Séance STOC sans ID_PROG : le CRBPO écarterait cette ligne de ses indicateurs.")
            group.notes.append(RowNote("ID_PROG", sentence))
        other = group.values.get("scribe")
        if other is not None and person_key(other) != person_key(scribe):
            group.memo = " ".join(filter(None, (group.memo, _("SC : {name}").format(name=other))))
            group.notes.append(RowNote("SC", _("Autre scribe que pour la séance : mis dans le mémo.")))


def _mend_duration(group: Group, hours: Sequence[str]) -> None:
    duration, opened = group.values.get("duration_min"), group.values.get("opened_at")
    better = None if duration is None else crbpo_mending.better_duration(duration, opened, hours)
    if duration is None or better is None:
        return
    shown = crbpo.written_duration(duration)
    if duration < crbpo_mending.SHORTEST_SESSION_MIN:
        why = _("« {text} » est bien court pour une durée").format(text=shown)
    else:
        why = _("« {text} » est sans doute l’heure de fin, pas la durée").format(text=shown)
    group.propose("DS", why, crbpo.written_duration(better), "duration_min", better)


def _mend_metres(group: Group, usual: Mapping[float, int]) -> None:
    metres = group.values.get("net_m")
    better = None if metres is None else crbpo_mending.better_metres(metres, usual)
    if metres is not None and better is not None:
        fair = crbpo_mending.usual_metres(metres, usual)
        why = _("« {text} » mètres de filet : ici d’habitude {usual}").format(
            text=crbpo.written_number(metres), usual=", ".join(map(crbpo.written_number, fair))
        )
        group.propose("FS", why, crbpo.written_number(better), "net_m", better)


def place_and_theme(group: Group) -> tuple[Any, ...]:
    """Return what sessions with the same usual metres share."""
    return *place_key(group.values), group.values.get("theme", "")
