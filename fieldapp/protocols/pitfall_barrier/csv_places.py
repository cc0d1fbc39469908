"""The barriers of one file: found in the database or made new, with their buckets, campaigns, individuals, mornings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.core.exchange import Known, RowRefusedError
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _, fold, ngettext
from fieldapp.protocols.pitfall_barrier import campaign, lists, schema
from fieldapp.protocols.pitfall_barrier.csv_campaigns import Campaigns, days_words
from fieldapp.protocols.pitfall_barrier.csv_cells import short

_LEADING_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")

NAMED_CAMPAIGNS = 3
"""Of more new campaigns than these only the years are said."""


def bucket_key(number: str) -> str:
    """Return what spellings of one bucket's number share: "3 bis" and "3Bis", "02" and "2"."""
    return _LEADING_ZEROS.sub("", "".join(fold(number).split()))


class Barrier:
    """One barrier of the file. A barrier that the database knows keeps its buckets and the days of its campaigns.

    The whole file is surveyed before anything is asked, so that a new individual has the sex on which its lines agree.
    """

    def __init__(self, known: Known, pond: str, commune: str) -> None:
        self._known = known
        self.name, self.commune = pond, commune
        self.lines: dict[Sequence[str], Any] = {}
        self.notes: list[str] = []
        values = {"site_name": pond, "commune": commune}
        uid = name_uid("barrier", f"{fold(commune)} / {fold(pond)}")
        present = _present(known, values) or known.get(uid)
        self.site = present or make_record(schema.CODE, schema.SITE, values, None, uid)
        undated = [] if present is None else known.undated(present.uid)
        self.campaigns = Campaigns(self.site.uid, pond, campaign.campaigns(undated), lambda: self._all_visits().keys())
        self._buckets = [record for record in undated if record.entity == "bucket"]
        self._numbers = {str(record.data.get("bucket", "")) for record in self._buckets}
        self._spellings = {bucket_key(number): number for number in sorted(self._numbers, reverse=True)}
        self._individuals = {
            fold(str(record.data.get("individual_name", ""))): record
            for record in reversed(undated)
            if record.entity == "individual"
        }
        self._is_known = present is not None
        self._visits: dict[str, Record] | None = None
        self._sexes: dict[str, set[str]] = {}
        self._bucket_on: dict[tuple[str, str | None, str], Record] = {}
        self._made_buckets: dict[str, Record] = {}
        self._made_individuals: dict[str, Record] = {}

    @property
    def is_renamed(self) -> bool:
        """Whether the barrier bears another name here than in the file, which told its first one."""
        return schema.place_key(self.site.data) != schema.place_key({"site_name": self.name, "commune": self.commune})

    # ------------------------------------------------------------------------------------- the whole file

    def survey_individual(self, name: str, sex: str) -> None:
        """Note the sex that a line gives to an individual."""
        self._sexes.setdefault(fold(name), set()).add(fold(sex))

    # -------------------------------------------------------------------------------------------- buckets

    def spelling(self, number: str) -> str:
        """Return a bucket's number as the barrier has it, else as the file first wrote it."""
        return number if number in self._numbers else self._spellings.setdefault(bucket_key(number), number)

    def bucket_on(self, number: str, side: str | None, on_date: str) -> Record:
        """Return a bucket; where the barrier has buckets already, one that it has not on this day is refused."""
        if not self._buckets:
            return self._new_bucket(number, side)
        key = number, side, on_date
        found = self._bucket_on.get(key)
        if found is None:
            found = self._bucket_on[key] = self._bucket(number, side, on_date)
        return found

    def _bucket(self, number: str, side: str | None, on_date: str) -> Record:
        in_place = campaign.buckets(self._buckets, on_date)
        alike = [record for record in in_place if record.data.get("bucket") == number]
        if not alike:
            sentence = _(
                "« {name} » n’a pas de seau {number} ce jour-là (elle a : {buckets}) : corrigez le numéro, ou ajoutez "
                "ce seau dans la fiche de la barrière et recommencez."
            )
            known = ", ".join(str(record.data.get("bucket", "")) for record in in_place) or _("aucun")
            text = sentence.format(name=short(self.name), number=short(number), buckets=short(known))
            raise RowRefusedError("bucket", text)
        found = [record for record in alike if side in {None, record.data.get("side")}]
        if not found:
            raise RowRefusedError("side", _other_side(number))
        return found[0]

    def _new_bucket(self, number: str, side: str | None) -> Record:
        found = self._made_buckets.get(number)
        if found is None:
            values = {"bucket": number, "side": side or schema.OUTSIDE}
            uid = name_uid("bucket", f"{self.site.uid} {bucket_key(number)}")
            found = self._made_buckets[number] = make_record(schema.CODE, schema.BUCKET, values, self.site.uid, uid)
        if side not in {None, found.data["side"]}:
            raise RowRefusedError("side", _other_side(number))
        return found

    # ---------------------------------------------------------------------------------------- individuals

    def individual(self, name: str, cd_nom: int) -> Record:
        """Return the individual of this name, made new where there is none; one of another taxon is refused."""
        key = fold(name)
        found = self._individuals.get(key) or self._made_individuals.get(key)
        if found is None:
            uid = name_uid("individual", f"{self.site.uid} {key}")
            sexes = self._sexes.get(key, set())
            code = _SEX.get(next(iter(sexes))) if len(sexes) == 1 else None
            values = {"individual_name": name, "cd_nom": cd_nom, "sex": code}
            record = make_record(schema.CODE, schema.INDIVIDUAL, values, self.site.uid, uid)
            found = self._made_individuals[key] = record
        if found.cd_nom not in {None, cd_nom} or found.data.get("cd_nom") not in {None, cd_nom}:
            names = [self._taxon_name(number) for number in (found.data["cd_nom"], cd_nom)]
            sentence = _("{name} est ailleurs « {first} » et ici « {second} » : corrigez l’espèce ou l’individu.")
            text = sentence.format(name=short(name), first=names[0], second=names[1])
            raise RowRefusedError("individual", text)
        return found

    def _taxon_name(self, cd_nom: int) -> str:
        return lists.name_of(self._known.taxa.get(cd_nom), cd_nom)

    # ------------------------------------------------------------------------------------------- mornings

    def visit_on(self, on_date: str) -> Record | None:
        """Return the check that the database has of this morning, None for none."""
        return self._all_visits().get(on_date)

    def _all_visits(self) -> Mapping[str, Record]:
        if self._visits is None:
            below = self._known.children(self.site.uid) if self._is_known else ()
            self._visits = {record.on_date or "": record for record in reversed(below) if record.entity == "visit"}
        return self._visits

    def catches_on(self, on_date: str) -> Sequence[Record]:
        """Return the animals that the database has of this morning, in the order of making."""
        visit = self.visit_on(on_date)
        if visit is None or visit.data.get("state") != schema.CHECKED:
            return ()
        return [record for record in self._known.children(visit.uid) if record.entity == "observation"]

    # --------------------------------------------------------------------------------------- what is new

    def note_news(self, used: Mapping[str, Record]) -> None:
        """Note what the file makes here: of the records that its accepted lines speak of (`used`, by uid), the new."""
        words = (
            [] if self._is_known else [_("la barrière « {name} »").format(name=schema.barrier_title(self.site.data))]
        )
        words += self._bucket_words([one for one in self._made_buckets.values() if one.uid in used])
        words += self._campaign_words()
        if count := sum(one.uid in used for one in self._made_individuals.values()):
            words.append(ngettext("{n} individu", "{n} individus", count).format(n=count))
        if words and used:
            sentence = _("Ce fichier crée ici : {things}. Si c’est une faute de frappe, annulez l’import et corrigez.")
            self.notes.append(sentence.format(things=" ; ".join(words)))
        if self.is_renamed:
            sentence = _("« {name} » s’appelle ici « {here} » : les lignes sont pour elle.")
            self.notes.append(sentence.format(name=short(self.name), here=schema.barrier_title(self.site.data)))
        self.notes += self.campaigns.notes

    def _bucket_words(self, buckets: Sequence[Record]) -> list[str]:
        if not buckets:
            return []
        numbers = sorted((str(record.data["bucket"]) for record in buckets), key=campaign.natural_key)
        words = ngettext("{n} seau ({numbers})", "{n} seaux ({numbers})", len(numbers))
        return [words.format(n=len(numbers), numbers=_listed(numbers))]

    def _campaign_words(self) -> list[str]:
        made = self.campaigns.made
        if len(made) <= NAMED_CAMPAIGNS:
            return [_("la campagne {days}").format(days=days_words(record.data)) for record in made]
        years = [schema.campaign_title(record.data) for record in made]
        words = _("{n} campagnes, de {first} à {last}")
        return [words.format(n=len(made), first=min(years), last=max(years))]


_SEX = {"m": schema.MALE, "f": schema.FEMALE}


def _present(known: Known, values: Mapping[str, str]) -> Record | None:
    """Return the barrier of this pond that the database has, but for accents and capitals."""
    wanted = schema.place_key(values)
    return next((one for one in known.roots(schema.CODE, "site") if schema.place_key(one.data) == wanted), None)


def _listed(numbers: Sequence[str]) -> str:
    """Return the numbers on buckets in a line, at most 20 of them."""
    shown = ", ".join(number[:20] for number in numbers[:20])
    return f"{shown}…" if len(numbers) > 20 else shown


def _other_side(number: str) -> str:
    sentence = _("Le seau {number} est de l’autre côté de la barrière : corrigez le côté ou le numéro du seau.")
    return sentence.format(number=short(number))
