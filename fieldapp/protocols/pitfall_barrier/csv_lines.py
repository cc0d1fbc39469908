"""The catch cells of a barrier's file: what a line says of bucket, taxon, sex, number, direction, state, individual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.exchange import Known, RowNote, RowRefusedError
from fieldapp.core.record import Record
from fieldapp.core.schema import Context, Problem, Rule, Taxon, Values
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier import csv_cells as cells_of
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import lists, rules_observation, schema
from fieldapp.protocols.pitfall_barrier.csv_catches import catch_key
from fieldapp.protocols.pitfall_barrier.csv_cells import short
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier


@dataclass(slots=True, eq=False)
class Catch:
    """The catch cells of lines that say the same at one barrier, and what they tell once they are read.

    `fault` says why all these lines are refused.
    """

    cells: Sequence[str]
    data: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    remarked: dict[str, dict[str, Any]] = field(default_factory=dict)
    side: str | None = None
    individual: Record | None = None
    notes: Sequence[RowNote] = ()
    fault: RowRefusedError | None = None

    def with_remark(self, remark: str) -> dict[str, Any]:
        """Return the values with a remark, one dict for all lines with the same."""
        if not remark:
            return self.data
        found = self.remarked.get(remark)
        if found is None:
            found = self.remarked[remark] = {**self.data, "comments": remark}
        return found


class CatchReader:
    """Reads the catch cells of one file, equal ones once."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._names: dict[tuple[str, str], tuple[int, Sequence[RowNote]]] = {}

    def read(self, catch: Catch, barrier: Barrier) -> None:
        """Read the cells of a catch into its values, or note why its lines are refused."""
        try:
            self._read(catch, barrier)
        except RowRefusedError as error:
            catch.fault = error

    def _read(self, catch: Catch, barrier: Barrier) -> None:
        row = dict(zip(layout.CATCH, catch.cells, strict=True))
        number = " ".join(row["bucket"].split())
        if not number:
            raise RowRefusedError("bucket", _("Le seau manque : écrivez le numéro du seau de cette prise."))
        catch.side = cells_of.read_code(row, "side")
        cd_nom, catch.notes = self._taxon(row["cd_nom"], row["french_name"])
        sex, is_pair = cells_of.read_sex(row)
        count = cells_of.read_count(row)
        cells_of.refuse_half_pairs(count, is_pair=is_pair)
        values: dict[str, Any] = {
            "bucket": barrier.spelling(number),
            "cd_nom": cd_nom,
            "stage": cells_of.read_code(row, "stage"),
            "sex": sex,
            "count": count,
            "amplexus": True if is_pair else None,
            "direction": cells_of.read_needed_code(row, "direction"),
            "vitality": cells_of.read_needed_code(row, "state"),
        }
        if name := " ".join(row["individual"].split()):
            catch.individual = barrier.individual(name, cd_nom)
            values["individual"] = catch.individual.uid
        catch.data = {name: value for name, value in values.items() if value is not None}
        catch.key = catch_key(catch.data)

    def _taxon(self, code: str, name: str) -> tuple[int, Sequence[RowNote]]:
        found = self._names.get((code, name))
        if found is None:
            found = self._names[code, name] = self._named_taxon(code.strip(), " ".join(name.split()))
        return found

    def _named_taxon(self, code: str, name: str) -> tuple[int, Sequence[RowNote]]:
        if not code:
            return self._taxon_of_name(name)
        taxon = self._known.taxa.get(int(code)) if code.isascii() and code.isdecimal() and len(code) < 10 else None
        if taxon is None:
            sentence = _("« {text} » n’est pas un taxon connu : corrigez le cd_nom ({name}).")
            raise RowRefusedError("cd_nom", sentence.format(text=short(code), name=short(name) or "?"))
        if not name or fold(name) in _names_of(taxon):
            return taxon.cd_nom, self._strange(taxon)
        sentence = _("« {text} » n’est pas le nom du cd_nom {cd_nom} ({name}) : c’est le code qui compte, vérifiez-le.")
        text = sentence.format(text=short(name), cd_nom=taxon.cd_nom, name=lists.name_of(taxon, taxon.cd_nom))
        return taxon.cd_nom, (RowNote("french_name", text), *self._strange(taxon))

    def _strange(self, taxon: Taxon) -> Sequence[RowNote]:
        """Return a note for a taxon that is not of the protocol's list: a slip of the hand, or a chance visitor."""
        if taxon.cd_nom in set(self._known.taxa):
            return ()
        sentence = _("{name} n’est pas dans la liste d’espèces de la barrière : vérifiez le cd_nom {cd_nom}.")
        return (RowNote("cd_nom", sentence.format(name=lists.name_of(taxon, taxon.cd_nom), cd_nom=taxon.cd_nom)),)

    def _taxon_of_name(self, name: str) -> tuple[int, Sequence[RowNote]]:
        """Return the one taxon of the protocol's list that bears a name whose code is missing."""
        if not name:
            raise RowRefusedError("cd_nom", _("L’espèce manque : écrivez son cd_nom."))
        taxa = [self._known.taxa[cd_nom] for cd_nom in self._known.taxa]
        found = [taxon for taxon in taxa if fold(name) in {fold(taxon.nom_vern), fold(taxon.lb_nom)}]
        if len(found) != 1:
            sentence = _("Le cd_nom manque, et « {text} » ne suffit pas à trouver l’espèce : écrivez son cd_nom.")
            raise RowRefusedError("cd_nom", sentence.format(text=short(name)))
        sentence = _("Le cd_nom manque : « {text} » a été lu {cd_nom}.")
        note = RowNote("cd_nom", sentence.format(text=short(name), cd_nom=found[0].cd_nom))
        return found[0].cd_nom, (note,)


def _names_of(taxon: Taxon) -> set[str]:
    return {fold(text) for text in (taxon.nom_vern, taxon.lb_nom, taxon.nom_complet, *taxon.aliases)}


def direction_notes(values: Values, bucket: Record) -> Sequence[RowNote]:
    """Return a note for an animal that went the other way than the side of its bucket says."""
    if values["direction"] == schema.direction_of(bucket.data.get("side")):
        return ()
    context = Context(values, known={"buckets": [bucket.data]})
    return rule_notes(rules_observation.direction_fits_side, context, rules_observation.MESSAGES)


def rule_notes(rule: Rule, context: Context, messages: Mapping[str, str]) -> Sequence[RowNote]:
    """Return what a rule finds as notes for a line; the columns bear the names of the fields."""
    return [RowNote(problem.field, _sentence(problem, messages)) for problem in rule(context)]


def _sentence(problem: Problem, messages: Mapping[str, str]) -> str:
    return _(messages[problem.code]).format(**problem.params)
