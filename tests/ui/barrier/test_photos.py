"""The photos of one catch in the real window: taken in, named, removed and put back, opened large."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import SIGNAL, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import DatabaseError
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, PHOTO
from fieldapp.store import media, records
from fieldapp.store.connection import Database
from fieldapp.store.media import Media
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Progress
from fieldapp.ui.barrier import photo_intake, shades
from fieldapp.ui.barrier.photo_intake import Arrival
from fieldapp.ui.barrier.photo_pane import PhotoPane
from fieldapp.ui.barrier.photo_tile import PhotoTile
from fieldapp.ui.barrier.photo_viewer import PhotoViewer
from fieldapp.ui.barrier.photo_words import is_coming, is_of_another_day, photo_records, taken_words, values_of_record
from fieldapp.ui.barrier.photos import PhotoStrip
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.widgets import ActionButton
from tests.store.photographs import photograph
from tests.ui.barrier.newts import LOU, Barrier, Pond, barrier_on


class Catch(PageWidget):
    """A page with the photos of one catch that saves them as the board does."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.strip = PhotoStrip(context, add_key="F7")
        self.setLayout(theme.column(self.strip, 1))
        self.changes = 0
        self.strip.changed.connect(self._count)

    def _count(self) -> None:
        self.changes += 1

    def show_catch(self, caught: Record | None, morning: str) -> None:
        db = self.strip._services.db
        stored = records.children(db, [caught.uid]) if caught is not None else []
        self.strip.set_values([values_of_record(one) for one in stored], morning, caught.uid if caught else "")


@pytest.fixture
def held(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[tuple[Barrier, Pond]]:
    with barrier_on(qtbot, qapp, tmp_path, {"morning": Catch}) as found:
        yield found


def shown(barrier: Barrier, caught: Record | None, morning: str = "2026-03-18") -> Catch:
    page = barrier.go("morning")
    assert isinstance(page, Catch)
    page.show_catch(caught, morning)
    barrier.idle()
    return page


def test_photos_of_a_catch_that_is_not_saved_yet_are_kept_at_once_and_saved_with_it(
    held: tuple[Barrier, Pond], tmp_path: Path
) -> None:
    barrier, pond = held
    page = shown(barrier, None)
    assert barrier.words("photos.hint").startswith("Pas encore de photo")
    file = photograph(tmp_path / "a.jpg", 1, taken="2026:03:18 07:41:00")
    page.strip.add_files([file])
    assert barrier.words("photos.hint") == "1 photo en cours de copie…"
    barrier.idle()
    (values,) = page.strip.values()
    assert values == {
        "sha256": values["sha256"],
        "file_name": "a.jpg",
        "taken_at": "2026-03-18T07:41:00",
        "author": LOU,
    }
    assert media.path_of(pond.db, values["sha256"]) is not None
    assert page.changes == 2  # when it was named, and when its file was kept
    caught = pond.caught("2026-03-18")
    records.save(pond.db, photo_records(caught, [], page.strip.values()), "photos")
    assert [photo.data for photo in records.children(pond.db, [caught.uid])] == [values]


def test_files_are_chosen_in_a_dialog_that_a_key_opens(held: tuple[Barrier, Pond], tmp_path: Path) -> None:
    barrier, _pond = held
    page = shown(barrier, None)
    for seed in (1, 2):
        photograph(tmp_path / f"{seed}.jpg", seed)
    barrier.press(Qt.Key.Key_F7)
    dialog = barrier.find(QFileDialog, "file")
    dialog.setDirectory(str(tmp_path))
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText('"1.jpg" "2.jpg"')
    barrier.qtbot.keyClick(line, Qt.Key.Key_Return)
    barrier.qtbot.waitUntil(lambda: len(page.strip.values()) == 2)
    barrier.idle()
    assert [item["file_name"] for item in page.strip.values()] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Plus])
def test_on_the_button_enter_and_plus_ask_for_files(held: tuple[Barrier, Pond], key: Qt.Key) -> None:
    barrier, _pond = held
    page = shown(barrier, None)
    page.strip.setFocus()
    barrier.press(key)
    dialog = barrier.find(QFileDialog, "file")
    assert dialog.isVisible()
    dialog.close()


def test_files_are_dropped_onto_the_strip(held: tuple[Barrier, Pond], tmp_path: Path) -> None:
    barrier, _pond = held
    page = shown(barrier, None)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photograph(tmp_path / "é 1.jpg"))), QUrl("https://example.org/x.jpg")])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.strip.dropEvent(drop)
    barrier.idle()
    assert [item["file_name"] for item in page.strip.values()] == ["é 1.jpg"]


def test_what_is_no_photo_is_said_and_the_others_are_taken_in(held: tuple[Barrier, Pond], tmp_path: Path) -> None:
    barrier, _pond = held
    page = shown(barrier, None)
    (tmp_path / "notes.txt").write_text("pluie")
    good = photograph(tmp_path / "a.jpg")
    page.strip.add_files([tmp_path / "notes.txt", good, good])
    barrier.idle()
    assert len(page.strip.values()) == 1
    assert barrier.words("photos.said").splitlines() == [
        "« notes.txt » n’est pas une photo que fieldapp sait lire. Il prend les fichiers JPEG, PNG, WebP et TIFF : "
        "exportez la photo en JPEG, puis recommencez.",
        "« a.jpg » est déjà sur cette prise.",
    ]


def test_a_letter_says_what_is_seen_and_the_same_letter_takes_it_back(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    pond.photo(caught, 1, "other")
    page = shown(barrier, caught)
    barrier.find(PhotoTile, "photos.0").setFocus()
    barrier.type("v")
    assert page.strip.values()[0]["view"] == "belly"
    barrier.type("d")
    assert page.strip.values()[0]["view"] == "back"
    barrier.type("d")
    assert "view" not in page.strip.values()[0]
    assert page.changes == 3
    assert barrier.current() == "photos.0"


def test_the_mouse_does_the_same_with_the_photo_that_was_pressed(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    first, second = pond.photo(caught, 1), pond.photo(caught, 2)
    page = shown(barrier, caught)

    def click(kind: type[QWidget], name: str) -> None:
        barrier.qtbot.mouseClick(barrier.find(kind, name), Qt.MouseButton.LeftButton)
        barrier.idle()

    click(PhotoTile, "photos.1")
    click(ActionButton, "photos.back")
    assert [item["view"] for item in page.strip.values()] == ["belly", "back"]
    click(ActionButton, "photos.other")
    assert [item["view"] for item in page.strip.values()] == ["belly", "other"]
    click(ActionButton, "photos.open")
    assert barrier.find(PhotoPane, "photo_viewer.pane").sha256 == second
    barrier.press(Qt.Key.Key_Escape)
    click(ActionButton, "photos.remove")
    assert [item["sha256"] for item in page.strip.values()] == [first]


def test_a_photo_is_removed_and_put_back_and_its_file_stays(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    first, second = pond.photo(caught, 1), pond.photo(caught, 2)
    page = shown(barrier, caught)
    before = page.strip.values()
    barrier.find(PhotoTile, "photos.0").setFocus()
    barrier.press(Qt.Key.Key_Delete)
    assert [item["sha256"] for item in page.strip.values()] == [second]
    assert media.path_of(pond.db, first) is not None
    stored = records.children(pond.db, [caught.uid])
    removed = photo_records(caught, stored, page.strip.values())
    assert [(item.data["sha256"], item.deleted) for item in removed] == [(first, True)]
    records.save(pond.db, removed, "enlever")
    back = barrier.find(ActionButton, "photos.put_back")
    assert back.isVisible()
    back.click()
    assert page.strip.values() == before
    again = photo_records(caught, records.children(pond.db, [caught.uid]), page.strip.values())
    assert [(item.uid, item.deleted) for item in again] == [(before[0]["uid"], False)]
    records.save(pond.db, again, "remettre")
    assert {item.uid for item in records.children(pond.db, [caught.uid])} == {item["uid"] for item in before}


def test_a_photo_that_comes_after_another_catch_is_shown_is_handed_to_its_own(
    held: tuple[Barrier, Pond], tmp_path: Path
) -> None:
    barrier, pond = held
    one, two = pond.caught("2026-03-18"), pond.caught("2026-03-18", bucket="7")
    page = shown(barrier, one)
    late: list[tuple[str, Arrival]] = []
    page.strip.late.connect(lambda key, arrival: late.append((key, arrival)))
    page.strip.add_files([photograph(tmp_path / "a.jpg")])
    page.show_catch(two, "2026-03-18")
    barrier.idle()
    assert page.strip.values() == []
    ((key, arrival),) = late
    assert (key, [item["file_name"] for item in arrival.values]) == (one.uid, ["a.jpg"])
    assert (arrival.settled, arrival.left, arrival.refused) == ((str(tmp_path / "a.jpg"),), (), ())


def test_the_camera_s_time_is_shown_against_the_morning(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    pond.photo(caught, 1)
    pond.photo(caught, 2, taken="2026:03:17 23:50:00")
    pond.photo(caught, 3, taken="2026:03:20 08:00:00")
    shown(barrier, caught)
    tiles = [barrier.find(PhotoTile, f"photos.{at}") for at in range(3)]
    assert [tile.words()[1] for tile in tiles] == ["18/03 à 07:41", "17/03 à 23:50", "20/03 à 08:00"]
    assert [tile.is_of_another_day for tile in tiles] == [False, False, True]
    assert "vérifiez la photo" in tiles[2].accessibleName()


@pytest.mark.parametrize(
    ("taken", "words", "other"),
    [
        ("2026-03-18T07:41:05", "18/03 à 07:41", False),
        ("2026-03-18T07:41:05+01:00", "18/03 à 07:41", False),
        ("2026-03-16T07:41:05", "16/03 à 07:41", True),
        ("2025-03-18T07:41:05", "18/03/2025 à 07:41", True),
        ("2026-03-18", "18/03", False),
        ("", "", False),
        ("hier", "", False),
    ],
)
def test_times_in_words(taken: str, words: str, other: bool) -> None:
    assert taken_words({"taken_at": taken}, near="2026-03-18") == words
    assert is_of_another_day({"taken_at": taken}, "2026-03-18") is other


def test_a_photo_opens_large_and_esc_comes_back_to_it(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    first, second = pond.photo(caught, 1), pond.photo(caught, 2, "back")
    shown(barrier, caught)
    barrier.find(PhotoTile, "photos.0").setFocus()
    barrier.press(Qt.Key.Key_Return)
    viewer, pane = barrier.find(PhotoViewer, "photo_viewer"), barrier.find(PhotoPane, "photo_viewer.pane")
    assert viewer.isVisible()
    assert (pane.sha256, barrier.words("photo_viewer.words")) == (
        first,
        "ventre · 18/03/2026 à 07:41 · IMG_0001.JPG · 1 sur 2",
    )
    barrier.press(Qt.Key.Key_Right)
    assert pane.sha256 == second
    barrier.press(Qt.Key.Key_Plus)
    barrier.press(Qt.Key.Key_T)
    assert (pane.zoom, pane.turned) == (1.25, 90)
    barrier.press(Qt.Key.Key_Minus)
    assert pane.zoom == 1.0
    barrier.press(Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert barrier.current() == "photos.0"


def test_a_small_copy_is_as_large_as_asked_and_null_without_a_file(held: tuple[Barrier, Pond]) -> None:
    _barrier, pond = held
    sha256 = pond.photo(pond.caught("2026-03-18"), 1)
    picture = shades.read(pond.db.path, sha256, 96)
    assert (picture.width(), picture.height()) == (96, 72)
    assert shades.read(pond.db.path, "ab" * 32, 96).isNull()


def test_in_the_red_night_a_photo_has_no_blue_and_no_green_light_until_its_colours_are_asked_for(
    held: tuple[Barrier, Pond], qapp: QApplication
) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    sha256 = pond.photo(caught, 1)
    theme.apply(qapp, "nuit-rouge")
    image = shades.dressed(shades.read(pond.db.path, sha256, 96)).toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    brightest = theme.colour("secondary")
    for name in seen:
        colour = QColor(name)
        assert colour.red() >= colour.green()
        assert colour.red() >= colour.blue()
        assert colour.lightness() <= brightest.lightness()
    assert len(seen) > 10
    page = shown(barrier, caught)
    page.strip.open_large(0)
    barrier.idle()
    pane = barrier.find(PhotoPane, "photo_viewer.pane")
    assert pane.is_red()
    barrier.press(Qt.Key.Key_C)
    assert not pane.is_red()
    barrier.press(Qt.Key.Key_C)
    assert pane.is_red()
    barrier.press(Qt.Key.Key_Escape)


def test_what_does_not_differ_is_not_saved_again(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    pond.photo(caught, 1)
    stored = records.children(pond.db, [caught.uid])
    page = shown(barrier, caught)
    assert photo_records(caught, stored, page.strip.values()) == []
    fresh = [*page.strip.values(), {"sha256": "ab" * 32, "file_name": "b.jpg"}]
    (made,) = photo_records(caught, stored, fresh)
    expected = make_record(CODE, PHOTO, {"sha256": "ab" * 32, "file_name": "b.jpg"}, caught.uid, made.uid)
    assert made == expected


# ------------------------------------------------------------------------------------------ copies that are cut off


def test_copying_stops_at_the_next_file_when_it_is_cancelled_and_says_what_is_left(
    held: tuple[Barrier, Pond], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier, pond = held
    paths = [photograph(tmp_path / f"{seed}.jpg", seed) for seed in (1, 2, 3)]
    looked: list[Path] = []
    progress, whole = Progress(lambda *_how_far: None), media.keep

    def keep(db: Database, path: Path) -> Media:
        looked.append(path)
        if len(looked) == 2:
            progress.cancel()
        return whole(db, path)

    monkeypatch.setattr(media, "keep", keep)
    found = photo_intake.kept(barrier.window.context.services, paths, progress)
    assert [one.file_name for one in found.taken] == ["1.jpg", "2.jpg"]
    assert (found.refused, found.left) == ((), (paths[2],))
    assert looked == paths[:2]
    assert all(media.path_of(pond.db, one.sha256) for one in found.taken)


def test_what_came_takes_the_place_of_what_was_on_its_way() -> None:
    one, two = {"path": "/x/1.jpg", "file_name": "1.jpg"}, {"path": "/x/2.jpg", "file_name": "2.jpg"}
    kept = {"sha256": "ab", "file_name": "a.jpg", "uid": "u"}
    fresh, again = {"sha256": "cd", "file_name": "1.jpg"}, {"sha256": "ab", "file_name": "2.jpg"}
    arrival = Arrival((fresh, again), settled=("/x/1.jpg", "/x/2.jpg"))
    assert arrival.into([kept, one, two]) == ([kept, fresh], ["2.jpg"])
    cut_off = Arrival((fresh,), settled=("/x/1.jpg",), left=("/x/2.jpg",))
    assert cut_off.into([kept, one, two]) == ([kept, two, fresh], [])
    assert Arrival(left=("/x/2.jpg",)).into([kept]) == ([kept, two], [])
    assert Arrival((fresh,), settled=("/x/1.jpg",)).into([one, one]) == ([one, fresh], [])


def test_what_is_on_its_way_is_among_the_values_and_never_a_record(held: tuple[Barrier, Pond], tmp_path: Path) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    page = shown(barrier, caught)
    file = photograph(tmp_path / "a.jpg")
    page.strip.add_files([file])
    assert page.strip.values() == [{"path": str(file), "file_name": "a.jpg"}]
    assert photo_records(caught, [], page.strip.values()) == []
    barrier.idle()
    assert [is_coming(item) for item in page.strip.values()] == [False]


def test_a_photo_without_its_uid_is_the_stored_one_of_the_same_file(held: tuple[Barrier, Pond]) -> None:
    _barrier, pond = held
    caught = pond.caught("2026-03-18")
    sha256 = pond.photo(caught, 1)
    (stored,) = records.children(pond.db, [caught.uid])
    plain = dict(stored.data)
    assert photo_records(caught, [stored], [plain]) == []
    (changed,) = photo_records(caught, [stored], [{**plain, "view": "back"}])
    assert (changed.uid, changed.data["view"], changed.data["sha256"]) == (stored.uid, "back", sha256)
    both = photo_records(caught, [stored], [values_of_record(stored), plain])
    assert [(one.uid == stored.uid, one.deleted) for one in both] == [(False, False)]


def test_a_copy_that_fails_is_said_and_waits_no_more(
    held: tuple[Barrier, Pond], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier, _pond = held
    page, told = shown(barrier, None), list[BaseException]()
    monkeypatch.setattr(errors, "show", told.append)

    def broken(*_args: object) -> Media:
        raise OSError("lecteur débranché")

    monkeypatch.setattr(media, "keep", broken)
    page.strip.add_files([photograph(tmp_path / "a.jpg")])
    barrier.idle()
    assert [str(error) for error in told] == ["lecteur débranché"]
    assert page.strip.values() == []
    assert page.strip.intake.count("") == 0


# ------------------------------------------------------------------------------------- why a photo can't be seen


def pane_of(barrier: Barrier, sha256: str) -> PhotoPane:
    page = barrier.go("morning")
    assert isinstance(page, Catch)
    page.strip.set_values([{"sha256": sha256, "file_name": "a.jpg"}], "2026-03-18", "prise")
    page.strip.open_large(0)
    barrier.idle()
    return barrier.find(PhotoPane, "photo_viewer.pane")


def test_a_missing_and_a_damaged_file_are_told_apart(held: tuple[Barrier, Pond]) -> None:
    barrier, pond = held
    sha256 = pond.photo(pond.caught("2026-03-18"), 1)
    path = media.path_of(pond.db, sha256)
    assert path is not None
    content = path.read_bytes()
    path.write_bytes(b"\xff\xd8" + b"\0" * 200)
    pane = pane_of(barrier, sha256)
    assert pane.words() == "Le fichier de cette photo est abîmé : ajoutez de nouveau la photo d’origine."
    barrier.press(Qt.Key.Key_Escape)
    path.unlink()
    assert pane_of(barrier, sha256).words() == (
        "Le fichier de cette photo manque : ajoutez de nouveau la photo d’origine."
    )
    barrier.press(Qt.Key.Key_Escape)
    path.write_bytes(content)
    assert pane_of(barrier, sha256).words() == ""
    barrier.press(Qt.Key.Key_Escape)


def test_a_photo_that_can_t_be_copied_small_says_why_and_not_that_it_is_missing(
    held: tuple[Barrier, Pond], monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier, pond = held
    sha256 = pond.photo(pond.caught("2026-03-18"), 1)
    whole = media.small_copy

    def full(database: Path, sha256: str, side: int) -> Path | None:
        if side < 1000:  # the small picture of the tile
            return whole(database, sha256, side)
        raise DatabaseError("Le disque est plein : faites de la place.")

    monkeypatch.setattr(media, "small_copy", full)
    pane = pane_of(barrier, sha256)
    assert pane.words() == "Le disque est plein : faites de la place."
    monkeypatch.undo()
    barrier.press(Qt.Key.Key_Escape)
    assert pane_of(barrier, sha256).words() == ""
    barrier.press(Qt.Key.Key_Escape)


def test_small_pictures_that_are_gone_hear_of_no_other_theme(held: tuple[Barrier, Pond], qapp: QApplication) -> None:
    barrier, pond = held
    caught = pond.caught("2026-03-18")
    sha256 = pond.photo(caught, 1)
    context = barrier.window.context

    def listeners() -> int:
        return theme.on_change().receivers(SIGNAL("changed()"))

    before = listeners()
    pictures = shades.Thumbnails(context.services, context.background)
    assert pictures.get(sha256, 96) is None
    barrier.idle()
    day = pictures.get(sha256, 96)
    theme.apply(qapp, "nuit-rouge")
    red = pictures.get(sha256, 96)
    assert day is not None
    assert red is not None
    assert day.toImage() != red.toImage()
    assert listeners() == before + 1
    shiboken6.delete(pictures)
    assert listeners() == before
