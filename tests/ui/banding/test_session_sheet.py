"""A session opens in a few keys, never loses what was typed, and closes with every ring accounted for."""

from PySide6.QtCore import Qt

from fieldapp.core.record import make_record
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.schema import CODE, RING_FATE
from fieldapp.store import disputes, records
from fieldapp.store.connection import Database
from fieldapp.ui.banding.overview import is_over
from tests.elsewhere import write_elsewhere
from tests.ui.banding.nets_window import (
    ALEX,
    LOU,
    Open,
    bird,
    captures,
    db,
    net_set,
    open_window,
    people,
    session,
    sessions_at,
    stored,
    string,
)
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier
HERE = ("Bac à schlamms", "Dourges", "Roselière")


def notice(window: object) -> str:
    return str(window.notices.banner.text())  # type: ignore[attr-defined]


def test_without_a_net_set_the_page_leads_to_the_places(open_window: Open) -> None:
    window = open_window("session")
    assert focus(window).objectName() == "session.places"
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "ringing_places"


def test_one_key_opens_a_session_like_the_last_one_here(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    other = net_set(db, "Parc", "Avion", "Station 152", theme="STOC")
    session(db, other, "2026-05-16", theme="STOC")
    session(db, site, "2026-09-05", ringer=ALEX, scribe=LOU, trainees=[ALEX], weather="pluie")
    window = open_window("session")
    assert page(window).page_context == "Bac à schlamms, Dourges · Roselière"  # the set used last comes first
    press(window, Qt.Key.Key_Return, CTRL)
    made = next(record for record in sessions_at(db, site) if record.on_date == "2026-09-12")
    assert made.data == {
        "date": "2026-09-12",
        "opened_at": "11:45",
        "theme": "PHENO",
        "open_nets": ["1", "2", "3"],
        "net_m": 36.0,
        "holder": LOU,
        "ringer": ALEX,
        "scribe": LOU,
        "trainees": [ALEX],
    }
    assert (place(window).code, place(window).params) == ("captures", {"uid": made.uid})


def test_a_first_session_is_typed_from_an_empty_start(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    window = open_window("session")
    assert words(window, "session.open_nets") == "1-5"
    assert words(window, "session.net_m") == "60"
    for _line in range(2):  # net set, date
        press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "session.theme"
    type_in(window, "phe")
    press(window, Qt.Key.Key_Return)
    for _line in range(2):  # target, opening
        press(window, Qt.Key.Key_Return)
    type_in(window, "1-3, 5")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return)  # the metres, which follow the nets
    type_in(window, "PETIT Anne")
    press(window, Qt.Key.Key_Return)  # makes the person
    press(window, Qt.Key.Key_Return, CTRL)
    (made,) = sessions_at(db, site)
    assert made.data["theme"] == "PHENO"
    assert made.data["open_nets"] == ["1", "2", "3", "5"]
    assert made.data["net_m"] == 48.0
    assert stored(db, made.data["holder"])["name"] == "PETIT Anne"
    assert place(window).code == "captures"


def test_a_net_typed_twice_or_backwards_is_said_beside_the_field(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    window = open_window("session")
    nets = thing(window, "session.open_nets")
    nets.setFocus()
    nets.selectAll()
    type_in(window, "9-3")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "session"
    assert "9-3" in nets.accessibleDescription()
    assert sessions_at(db, site) == []


def test_metres_that_are_not_those_of_the_nets_are_warned_of(open_window: Open, db: Database) -> None:
    net_set(db, *HERE)
    window = open_window("session")
    metres = thing(window, "session.net_m")
    metres.setFocus()
    metres.selectAll()
    type_in(window, "72")
    press(window, Qt.Key.Key_Return)
    assert metres.accessibleDescription().startswith("72 m notés, mais les 5 filets ouverts font 60 m")


def test_missing_effort_is_said_and_leaves_the_session_to_be_finished(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    window = open_window("session")
    press(window, Qt.Key.Key_Return, CTRL)
    (made,) = sessions_at(db, site)
    assert "holder" not in made.data
    assert notice(window) == "Séance enregistrée, à finir. Il manque : thème, bagueur responsable."
    button = window.notices.banner.button
    assert (button.isVisible(), button.text()) == (True, "Compléter")
    window.navigate("session", uid=made.uid)
    assert focus(window).objectName() == "session.theme"
    assert words(window, "session.state") == "◐ à finir, il manque : thème, bagueur responsable"


def test_what_was_typed_is_there_again_after_the_program_was_left(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    window = open_window("session")
    thing(window, "session.target").setFocus()
    type_in(window, "Gorgebleue")
    window.close()
    again = open_window("session")
    assert thing(again, "session.restored").isVisible()
    assert words(again, "session.target") == "Gorgebleue"
    press(again, Qt.Key.Key_Return, CTRL)
    assert [record.data["target"] for record in sessions_at(db, site)] == ["Gorgebleue"]


def test_another_net_set_brings_its_own_habits_and_leaves_what_was_typed(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    other = net_set(db, "Parc", "Avion", "Station 152", nets=10)
    session(db, other, "2026-05-16", theme="STOC", open_nets=[str(n) for n in range(1, 11)], net_m=120.0)
    session(db, site, "2026-09-05")
    window = open_window("session")
    thing(window, "session.weather").setFocus()
    type_in(window, "vent fort")
    thing(window, "session.site").setFocus()
    type_in(window, "152")
    press(window, Qt.Key.Key_Return)
    assert words(window, "session.theme") == "STOC"
    assert words(window, "session.open_nets") == "1-10"
    assert words(window, "session.net_m") == "120"
    assert words(window, "session.weather") == "vent fort"
    press(window, Qt.Key.Key_Return, CTRL)
    assert [record.data.get("weather") for record in sessions_at(db, other)] == [None, "vent fort"]


def test_a_session_without_birds_is_one_key(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    session(db, site, "2026-09-05")
    window = open_window("session")
    opened = thing(window, "session.opened_at")
    opened.setFocus()
    opened.selectAll()
    type_in(window, "0615")
    press(window, Qt.Key.Key_F9)
    made = next(record for record in sessions_at(db, site) if record.on_date == "2026-09-12")
    assert (made.data["no_birds"], made.data["closed"], made.data["duration_min"]) == (True, True, 330)
    assert place(window).code == "banding"
    assert rows(window, "banding.table")[0][-1] == "nothing_seen|bredouille"


def test_a_second_session_of_the_day_without_birds_is_named_and_taken_back(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    first = session(db, site, "2026-09-12", closed=True)
    captures(db, first, [bird("8680001"), bird("8680002")])
    window = open_window("session")
    press(window, Qt.Key.Key_F9)
    (made,) = [record.uid for record in sessions_at(db, site) if record.uid != first]
    assert "Déjà ici ce jour-là : PHENO, ouverte à 06:15, 2 captures" in notice(window)
    assert thing(window, "banding.table").current_key() == made
    press(window, Qt.Key.Key_Z, CTRL)
    assert [record.uid for record in sessions_at(db, site)] == [first]


def test_where_birds_were_caught_bredouille_is_not_offered(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid)
    assert not thing(window, "session.blank").isVisible()


def test_closing_takes_the_end_and_stores_the_duration(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    captures(
        db,
        uid,
        [
            bird("8680001", net="1", hour="06:30"),
            bird("8680002", "SYLATR", net="2", hour="07:00", condition="2"),
            bird("8680001", action="C", net="2", hour="07:30"),
            bird("5A12345", action="C", ring_scheme="BLB", ring_key="BLB5A12345", net="2", hour="07:30"),
        ],
    )
    window = open_window("session", uid=uid)
    press(window, Qt.Key.Key_F8)
    assert words(window, "closing.end") == "11:45"
    assert words(window, "closing.duration") == "5 h 30"
    assert words(window, "closing.count") == "2 bagués"
    assert words(window, "closing.totals") == "2 contrôles · 1 étranger · 2 espèces"
    assert words(window, "closing.casualties") == "8680002 SYLATR : mort"
    assert thing(window, "closing.nets").accessibleName() == "1 : 1 ; 2 : 3"
    assert thing(window, "closing.hours").accessibleName() == "06 h : 1 ; 07 h : 3"
    type_in(window, "1115")  # in place of the hour that is proposed
    press(window, Qt.Key.Key_Return)  # nothing to explain: Enter closes
    assert stored(db, uid)["duration_min"] == 300
    assert stored(db, uid)["closed"] is True
    assert place(window).code == "banding"
    assert notice(window) == "Séance close : 2 bagués · 2 contrôles · 1 étranger · 2 espèces."


def test_every_ring_of_the_day_is_accounted_for(open_window: Open, db: Database) -> None:
    """Three rings lost, one destroyed, one replaced, two used out of order: as the day at the table went."""
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    of_string = string(db, "8680001", "20")
    order = [1, 2, 6, 4, 7, 8, 10, 12, 11]  # 4 after 6 and 11 after 12: out of order; 3, 5, 9 lost; see below for 13
    birds = [bird(f"86800{n:02}") for n in order]
    birds.append(bird("8680014", replaced_ring="8680002", replaced_ring_key="FRP8680002"))
    captures(db, uid, birds)
    window = open_window("session", uid=uid, closing=True)
    assert rows(window, "closing.strings") == [["O 8680001–020", "10", "1 remplacée", "4", "10"]]
    assert [row[0].partition("|")[0] for row in rows(window, "closing.skipped")] == [
        "868 0003", "868 0005", "868 0009", "868 0013",
    ]  # fmt: skip
    press(window, Qt.Key.Key_Return)  # to the rings that wait, not out of the session
    assert focus(window).objectName() == "closing.skipped"
    for key in (Qt.Key.Key_P, Qt.Key.Key_P, Qt.Key.Key_P, Qt.Key.Key_D):
        press(window, key)
    assert rows(window, "closing.strings") == [["O 8680001–020", "10", "3 perdues, 1 détruite, 1 remplacée", "–", "6"]]
    press(window, Qt.Key.Key_Return, CTRL)
    assert stored(db, uid)["closed"] is True
    known = records.get(db, of_string)
    assert known is not None
    fates = {r.data["ring"]: r.data["fate"] for r in records.children(db, [of_string]) if r.entity == RING_FATE.code}
    assert fates == {"8680003": "lost", "8680005": "lost", "8680009": "lost", "8680013": "destroyed"}


def test_enter_stays_on_an_end_that_cannot_be_read(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    string(db, "8680001", "20")
    captures(db, uid, [bird("8680001"), bird("8680003")])
    window = open_window("session", uid=uid, closing=True)
    type_in(window, "midi")
    press(window, Qt.Key.Key_Return)
    end = thing(window, "closing.end")
    assert (focus(window), end.selectedText()) == (end, "midi")
    assert end.accessibleDescription().startswith("« midi » n’est pas une heure")
    type_in(window, "1200")
    press(window, Qt.Key.Key_Return)
    assert focus(window).objectName() == "closing.skipped"


def test_a_ring_explained_by_mistake_waits_again_after_undo(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    string(db, "8680001", "20")
    captures(db, uid, [bird("8680001"), bird("8680003")])
    window = open_window("session", uid=uid, closing=True)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_T)
    assert notice(window) == "868 0002 : plus tard."
    assert rows(window, "closing.skipped") == []
    press(window, Qt.Key.Key_Z, CTRL)
    assert [row[0] for row in rows(window, "closing.skipped")] == ["868 0002|O 8680001–020"]


def test_a_session_closed_with_rings_unexplained_says_so(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    string(db, "8680001", "20")
    captures(db, uid, [bird("8680001"), bird("8680003")])
    window = open_window("session", uid=uid, closing=True)
    press(window, Qt.Key.Key_Return, CTRL)
    assert is_over(stored(db, uid))
    assert notice(window) == "Séance close. Des bagues sautées restent à expliquer."
    assert rows(window, "banding.table")[0][-1] == "review|à expliquer"
    assert window.notices.banner.button.text() == "Stock de bagues"
    press(window, Qt.Key.Key_S)
    assert place(window).code == "ring_stock"


def test_a_session_of_another_day_is_not_given_the_hour_of_now(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-10", duration_min=None)
    captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid, closing=True)
    assert words(window, "closing.end") == ""
    press(window, Qt.Key.Key_Return, CTRL)
    assert "duration_min" not in stored(db, uid)
    assert notice(window) == "Séance close, à finir : sa durée manque."


def test_a_duration_typed_as_an_hour_is_doubted(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    window = open_window("session", uid=uid, closing=True)
    lasts = thing(window, "closing.duration")
    lasts.setFocus()
    lasts.selectAll()
    type_in(window, "11:45")
    press(window, Qt.Key.Key_Tab)
    assert lasts.accessibleDescription().startswith("Long : est-ce bien la durée")


def test_a_closed_session_opens_again(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", closed=True)
    captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid)
    assert words(window, "session.next") == "Enregistrer"
    press(window, Qt.Key.Key_F7)
    assert not is_over(stored(db, uid))
    press(window, Qt.Key.Key_Return, CTRL)
    assert (place(window).code, place(window).params) == ("captures", {"uid": uid})


def test_a_deleted_session_comes_back_with_its_birds(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", closed=True)
    (capture,) = captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid)
    press(window, Qt.Key.Key_Delete, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert place(window).code == "banding"
    assert notice(window) == "PHENO 2026-09-12 : supprimé, avec 1 capture."
    assert records.children(db, [uid]) == []
    press(window, Qt.Key.Key_Z, CTRL)
    assert stored(db, uid)["date"] == "2026-09-12"
    assert stored(db, capture.uid)["ring"] == "8680001"


def test_a_stoc_session_is_told_which_main_session_it_would_be(open_window: Open, db: Database) -> None:
    """Reference days 138, 165 and 188 (STOC_reporting): 14 June is the second."""
    people(db)
    site = net_set(db, "Parc", "Avion", "Station 152", nets=10, theme="STOC")
    nets = [str(n) for n in range(1, 11)]
    uid = session(db, site, "2026-06-12", theme="STOC", open_nets=nets, net_m=120.0, closed=True)
    captures(db, uid, [bird(f"86800{n:02}", hour="06:30") for n in range(1, 9)])
    window = open_window("session", uid=uid)
    row = thing(window, "session.main_session")
    assert row.isVisible()
    assert row.accessibleDescription() == "proposé : 2e (référence 14 juin)"
    row.toggle("none")
    press(window, Qt.Key.Key_Return, CTRL)
    assert stored(db, uid)["main_session"] == "none"


def test_the_main_session_is_asked_of_stoc_alone(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-06-12")
    window = open_window("session", uid=uid)
    assert not thing(window, "session.main_session").isVisible()
    line = thing(window, "session.theme")
    line.setFocus()
    line.selectAll()
    type_in(window, "STOC")
    press(window, Qt.Key.Key_Return)
    assert thing(window, "session.main_session").isVisible()


def test_esc_leaves_the_closing_and_keeps_the_session_open(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    window = open_window("session", uid=uid, closing=True)
    press(window, Qt.Key.Key_Escape)
    assert place(window).code == "session"
    assert thing(window, "session.weather").isVisible()
    assert not is_over(stored(db, uid))


def test_a_second_session_on_one_day_is_warned_of(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    session(db, site, "2026-09-12", duration_min=None)
    window = open_window("session")
    assert thing(window, "session.site").accessibleDescription().startswith("Une séance est déjà ouverte ici")


def test_a_closing_that_was_begun_is_taken_up_again(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    window = open_window("session", uid=uid, closing=True)
    end = thing(window, "closing.end")
    end.selectAll()
    type_in(window, "1000")
    press(window, Qt.Key.Key_Tab)
    window.navigate("banding")
    window.navigate("session", uid=uid, closing=True)
    assert words(window, "closing.duration") == "3 h 45"
    assert thing(window, "session.restored").isVisible()


def test_a_ring_lost_at_the_table_is_counted_on_its_own_day(open_window: Open, db: Database) -> None:
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12", duration_min=None)
    of_string = string(db, "8680001", "20")
    record = records.get(db, of_string)
    assert record is not None
    held = stock.Stock(record, stock.span_of(record.data))
    noted = [stock.fate(held, Ring("FRP", "8680001"), "lost", "2026-09-05")]
    noted.append(make_record(CODE, RING_FATE, {**noted[0].data, "ring": "8680002", "ring_key": "FRP8680002",
                                               "on": "2026-09-12"}, of_string))  # fmt: skip
    records.save(db, noted, "bagues")
    captures(db, uid, [bird("8680003")])
    window = open_window("session", uid=uid, closing=True)
    assert rows(window, "closing.strings") == [["O 8680001–020", "1", "1 perdue", "–", "17"]]


def test_what_a_colleague_wrote_while_the_form_was_open_stays(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-05", ringer=ALEX)
    window = open_window("session", uid=uid)
    thing(window, "session.target").setFocus()
    type_in(window, "Gorgebleue")
    write_elsewhere(db, uid, weather="pluie", ringer=LOU)
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert (found["target"], found["weather"], found["ringer"]) == ("Gorgebleue", "pluie", LOU)
    assert disputes.count(db) == 0
