"""What an import did, row by row: for the screen, as text, and as a file to work through."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from fieldapp.core.exchange import Importer
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.writing import written_whole


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    IDENTICAL = "identical"
    DIFFERENT = "different"
    DELETED_HERE = "deleted_here"
    REFUSED = "refused"


WORDS: Mapping[Outcome, str] = {
    Outcome.CREATED: N_("créée"),
    Outcome.UPDATED: N_("mise à jour"),
    Outcome.IDENTICAL: N_("déjà là, identique"),
    Outcome.DIFFERENT: N_("déjà là avec d’autres valeurs, gardées"),
    Outcome.DELETED_HERE: N_("supprimée ici, non reprise"),
    Outcome.REFUSED: N_("refusée"),
}
"""The French words of an outcome, of a row ("la ligne")."""

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of the row that begins on `line` of the file; `column` and `sentence` may be empty.

    `can_mend` says of a refused row that it would be taken in with the consent to put right what is evident.
    """

    line: int
    outcome: Outcome
    column: str = ""
    sentence: str = ""
    can_mend: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `notes` are about the file as a whole; `action` is what undo takes back, None for nothing."""

    path: Path
    notes: Sequence[str] = ()
    rows: Sequence[RowReport] = ()
    action: int | None = None
    created: int = 0
    changed: int = 0
    label: str = field(default="")

    @cached_property
    def counts(self) -> Mapping[Outcome, int]:
        """How many rows had each outcome; every outcome is named."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return self.counts[Outcome.REFUSED]

    @cached_property
    def mendable(self) -> int:
        """How many of the refused rows would be taken in with the consent to put right what is evident."""
        return sum(row.can_mend for row in self.rows)

    @property
    def remarks(self) -> list[RowReport]:
        """The rows about which there is something to say, in the order of the file."""
        return [row for row in self.rows if row.sentence]

    def text(self) -> str:
        """Return the report as lines of text: the counts, the notes, the first rows to look at."""
        read = ngettext("{path} : {count} ligne lue.", "{path} : {count} lignes lues.", len(self.rows))
        lines = [read.format(path=self.path, count=len(self.rows))]
        lines += [f"  {_(WORDS[outcome])} : {count}" for outcome, count in self.counts.items() if count]
        lines += self.notes
        refused = [row for row in self.rows if row.outcome is Outcome.REFUSED]
        others = [row for row in self.remarks if row.outcome is not Outcome.REFUSED]
        alike: dict[tuple[Outcome, str, str], list[RowReport]] = {}
        for row in refused + others:
            alike.setdefault((row.outcome, row.column, row.sentence), []).append(row)
        groups = list(alike.values())
        lines += [_lines_of(group) for group in groups[:_SHOWN]]
        rest = sum(map(len, groups[_SHOWN:]))
        if rest:
            lines.append(_("… et {count} autres lignes à regarder, dans le rapport complet.").format(count=rest))
        return "\n".join(lines)

    def write_csv(self, path: Path) -> None:
        """Write one line per row of the file: line, outcome, column, sentence; whole or not at all.

        The file that was read is never written over.
        """
        with written_whole(path, (self.path,)) as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow((_("ligne"), _("résultat"), _("colonne"), _("explication")))
            writer.writerows((row.line, _(WORDS[row.outcome]), row.column, row.sentence) for row in self.rows)


def column_labels(importer: Importer, protocols: Iterable[StudyProtocol]) -> dict[str, str]:
    """Return what the columns of a file are called on the screens: the field, and whose it is.

    Of two fields with one column (a dataset's name, a visit's dataset) the one further down the tree names it, unless
    it is hidden: its label is nowhere on the screens. Entities
    of the same name are those of the protocol that reads the file.
    """
    reading_last = sorted(protocols, key=lambda protocol: any(one.code == importer.code for one in protocol.imports))
    entities = {entity.code: entity for protocol in reading_last for entity in protocol.entities}
    found: dict[str, str] = {}
    for (code, name), column in importer.fields.items():
        entity = entities.get(code)
        item = entity.by_name.get(name) if entity else None
        if entity is not None and item is not None and not (item.hidden and column in found):
            found[column] = f"{_(item.label)} ({_(entity.label).lower()})"
    return found


def line_of(row: RowReport) -> str:
    """Return what there is to say about a row as one line of text."""
    where = _("ligne {line}, {column}") if row.column else _("ligne {line}")
    return f"{where.format(line=row.line, column=row.column)} : {_(WORDS[row.outcome])}. {row.sentence}".rstrip()


def _lines_of(alike: Sequence[RowReport]) -> str:
    """Return one line of text for rows that say the same."""
    text = line_of(alike[0])
    more = len(alike) - 1
    if not more:
        return text
    return ngettext("{text} (et {count} autre ligne)", "{text} (et {count} autres lignes)", more).format(
        text=text, count=more
    )
