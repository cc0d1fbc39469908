"""What stands beside a file that leaves."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from fieldapp import protocols
from fieldapp.core.exchange import LeftOut
from fieldapp.core.occurrence import ABSENT, Event, Occurrence, Place, Review
from fieldapp.core.schema import Choice, Taxon
from fieldapp.exchange import manifest
from fieldapp.exchange.manifest import Figures
from fieldapp.store import taxa
from fieldapp.store.connection import Database
from fieldapp.store.taxa import Reference

POP = "pop_amphibiens"
TAXA = {139: Taxon(139, 139, "Triturus cristatus", group="Amphibiens"), 3: Taxon(3, 3, "Parus major", group="Oiseaux")}


def event(on: str, protocol: str = POP, blurred: str = "") -> Event:
    place = Place(uid="p", blurred=blurred)
    return Event(uid="v", record="v", protocol=protocol, kind="visit", place=place, date_min=on, date_max=on)


def seen(cd_nom: int, at: Event, status: str = "Pr", review: Review | None = None) -> Occurrence:
    return Occurrence(
        uid="o", record="o", event=at, cd_nom=cd_nom, nom_cite="", status=status, review=review or Review()
    )


def test_rows_are_counted_by_taxon_group_level_and_who_validated_them() -> None:
    figures = Figures(TAXA)
    for one in (
        seen(139, event("2026-03-14"), review=Review(level="1", by="uid-1")),
        seen(139, event("2026-01-02", blurred="cell"), review=Review(level="2", by="uid-1")),
        seen(3, event("2026-05-01", "banding")),
        seen(7, event("2026-04-01"), status=ABSENT),
    ):
        figures.note(one)
    told = figures.as_json({one.code: one for one in protocols.installed()}, {"uid-1": "MARTIN Claire"})
    assert (told["rows"], told["taxa"], told["absences"]) == (4, 3, 1)
    assert told["taxon_groups"] == {"Amphibiens": 2, "Oiseaux": 1, "non précisé": 1}
    assert (told["from"], told["to"]) == ("2026-01-02", "2026-05-01")
    assert told["levels"] == {"0": 2, "1": 1, "2": 1}
    assert told["validated_by"] == {"MARTIN Claire": 2}
    assert set(told["protocols"]) == set(told["code_lists"]) == {POP, "banding"}
    assert told["blurred"] == {"cell": {"rows": 1, "taxa": {"Triturus cristatus": 1}}}


def test_reasons_are_counted_and_name_nothing() -> None:
    items = [LeftOut("a", "Fontaine aux Loups", "sans date"), LeftOut("b", "Mare 2", "sans date")]
    assert manifest.left_out(items, {"jamais dit": 3, "rien": 0}) == [
        {"reason": "jamais dit", "count": 3},
        {"reason": "sans date", "count": 2},
    ]


def test_the_digest_of_the_code_lists_follows_every_code_and_nothing_else() -> None:
    protocol = protocols.by_code(POP)
    entity = next(one for one in protocol.entities if any(item.choices for item in one.fields))
    others = tuple(one for one in protocol.entities if one is not entity)
    listed = next(item for item in entity.fields if item.choices)
    more = replace(listed, choices=(*listed.choices, Choice("99", "Neuf")))
    fields = tuple(more if item is listed else item for item in entity.fields)
    order = [one.code for one in protocol.entities]
    changed = sorted((*others, replace(entity, fields=fields)), key=lambda one: order.index(one.code))
    before = manifest.code_lists(protocol)
    assert manifest.code_lists(replace(protocol, label="autre")) == before
    assert manifest.code_lists(replace(protocol, entities=tuple(changed))) != before


def test_the_reference_that_was_known_is_named(db: Database) -> None:
    assert manifest.of_program(db)["taxref"] == ""
    taxa.note_reference(db, Reference("18.0", "TAXREFv18.txt", 1, 0, 0, 0, everywhere=False, loaded_at="2026"))
    assert manifest.of_program(db)["taxref"] == "18.0"


def test_a_manifest_is_json_that_people_can_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    manifest.write(path, {"recipient": "Parc régional", "rows": 3})
    assert json.loads(path.read_text("utf-8")) == {"recipient": "Parc régional", "rows": 3}
    assert "é" in path.read_text("utf-8")


def test_the_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 3_000_000)
    assert manifest.sha256(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
