"""What was asked of a batch, in words and to be asked again."""

from dataclasses import replace

import msgspec
import pytest

from fieldapp.core.errors import BatchError
from fieldapp.exchange.batch_request import Request, asked_again, kept, recipient_named, terms_of, words
from fieldapp.exchange.selecting import Selection
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.exchange.handing_on import ALYTES, POND, ponds, recipient, season

WKT = "POLYGON ((2 50, 3 50, 3 51, 2 50))"


def test_a_request_comes_back_from_what_was_kept_of_it() -> None:
    chosen = ponds(
        first_on="2026-01-01", taxa=frozenset({139, 197}), within=WKT, lines=frozenset({"b", "a"}), finished_only=True
    )
    stored = msgspec.json.decode(msgspec.json.encode(kept(Request("csv", chosen, area="Vimy"))))
    again = asked_again(Request("csv", recipient="to", since_last=True), stored)
    assert (again.selection, again.area, again.recipient) == (chosen, "Vimy", "to")
    assert asked_again(Request("csv", chosen), stored).selection == chosen
    with pytest.raises(BatchError, match="portait sur d’autres données"):
        asked_again(Request("csv", replace(chosen, within="")), stored)


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(), "tous les suivis"),
        (ponds(first_on="2026-01-01", last_on="2026-12-31"), "POP Amphibiens · 2026"),
        (ponds(first_on="2026-02-01", last_on="2026-03-31"), "POP Amphibiens · du 01/02/2026 au 31/03/2026"),
        (ponds(first_on="2026-02-01"), "POP Amphibiens · depuis le 01/02/2026"),
        (ponds(last_on="2026-02-01"), "POP Amphibiens · jusqu’au 01/02/2026"),
        (ponds(taxa=frozenset({ALYTES})), "POP Amphibiens · Alytes obstetricans"),
        (ponds(taxa=frozenset(range(1, 8))), "POP Amphibiens · 7 taxons choisis"),
        (ponds(lines=frozenset({"a", "b"})), "POP Amphibiens · 2 lignes choisies"),
        (ponds(levels=frozenset({"2", "1"})), "POP Amphibiens · niveaux de validation : 1, 2"),
        (ponds(finished_only=True), "POP Amphibiens · fiches finies seulement"),
    ],
)
def test_a_request_in_words(db: Database, selection: Selection, said: str) -> None:
    assert words(db, Request("csv", selection), names_places=True) == said


def test_places_are_named_only_where_they_may_be(db: Database) -> None:
    made = season(db)
    asked = Request("csv", ponds(places=frozenset({made["pond"].uid}), within=WKT), area="Vimy")
    assert words(db, asked, names_places=True) == f"POP Amphibiens · {POND} · Vimy"
    assert words(db, asked, names_places=False) == "POP Amphibiens · 1 lieu choisi · dans une zone choisie"


def test_a_recipient_is_found_by_name_whatever_the_capitals_and_accents(db: Database) -> None:
    with pytest.raises(BatchError, match="encore aucun destinataire"):
        recipient_named(db, "Parc")
    uid = recipient(db, "Parc Régional")
    recipient(db, "DREAL")
    assert recipient_named(db, "parc regional").uid == uid
    with pytest.raises(BatchError, match=r"Il y a : DREAL ; Parc Régional\."):
        recipient_named(db, "Parc")


def test_the_terms_are_those_of_the_recipient(db: Database) -> None:
    to = recipient(db, "Parc", precision="commune", sees_sensitive=True)
    terms = terms_of(db, Request("csv", recipient=to))
    assert (terms.name, terms.precision, terms.sees_sensitive) == ("Parc", "commune", True)
    odd = recipient(db, "Futur", precision="quarter")  # a word of a newer version
    assert terms_of(db, Request("csv", recipient=odd)).precision == "cell"
    records.delete(db, to, "supprimer")
    with pytest.raises(BatchError, match="n’est plus dans l’annuaire"):
        terms_of(db, Request("csv", recipient=to))


@pytest.mark.parametrize("said", [None, "au mètre près"])
def test_a_recipient_of_whom_no_precision_is_known_gets_the_least(db: Database, said: str | None) -> None:
    uid = recipient(db, precision=said)
    assert terms_of(db, Request("csv", Selection(), recipient=uid)).precision == "cell"
    with pytest.raises(BatchError, match="pas de positions aussi exactes"):
        terms_of(db, Request("csv", Selection(), recipient=uid, precision="commune"))
