"""The widgets answer to keys as they say, and speak when something is wrong."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.widgets import (
    STATES,
    ActionButton,
    Banner,
    Chip,
    ChipRow,
    EmptyState,
    FlowLayout,
    GiveWay,
    KeyHint,
    LabeledField,
    ParsedEdit,
    ProgressLine,
    SearchBox,
    StateBadge,
    Suggest,
    Suggestion,
    TimeEdit,
    key_words,
)

NEWTS = ("Triton alpestre", "Triton ponctué", "Triton crêté")


Host = Callable[..., QWidget]


@pytest.fixture
def host(qtbot: QtBot) -> Iterator[Host]:
    kept: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        window = QWidget()
        kept.append(window)
        qtbot.addWidget(window)
        box = QVBoxLayout(window)
        for widget in widgets:
            box.addWidget(widget)
        window.resize(700, 500)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield show
    for window in kept:
        window.close()


def search(text: str) -> list[Suggestion]:
    return [Suggestion(name, name) for name in NEWTS if text.lower() in name.lower()]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Ctrl+Return", "Ctrl Entrée"),
        ("F8", "F8"),
        ("Esc", "Échap"),
        ("Ctrl+Shift+Z", "Ctrl Maj Z"),
        ("+", "+"),
        ("", ""),
    ],
)
def test_keys_are_named_as_on_a_french_keyboard(key: str, words: str) -> None:
    assert key_words(key) == words


def test_a_key_hint_is_spoken(qtbot: QtBot) -> None:
    hint = KeyHint("Ctrl+Return")
    qtbot.addWidget(hint)
    assert hint.text() == "Ctrl Entrée"
    assert hint.accessibleName() == "touche Ctrl Entrée"


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_the_key_of_a_button_works_from_a_line_that_has_the_cursor(qtbot: QtBot, host: Host, pressed: Qt.Key) -> None:
    done: list[int] = []
    line = QLineEdit()
    window = host(line, ActionButton("Suivante", key="Ctrl+Return", on=lambda: done.append(1)))
    line.setFocus()
    qtbot.keyClick(window, pressed, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]


def test_the_letter_of_a_button_is_typed_where_the_cursor_is(qtbot: QtBot, host: Host) -> None:
    done: list[int] = []
    line = QLineEdit()
    host(line, ActionButton("Rien", key="B", on=lambda: done.append(1)))
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_B)
    assert line.text() == "b"
    assert done == []


def test_a_disabled_or_hidden_button_does_not_answer_to_its_key(qtbot: QtBot, host: Host) -> None:
    done: list[int] = []
    button = ActionButton("Rien vu", key="F8", on=lambda: done.append(1))
    window = host(button)
    button.setEnabled(False)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    button.setEnabled(True)
    button.hide()
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert done == []
    button.show()
    button.set_key("F9")
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert done == [1]


def test_a_button_is_wide_enough_for_words_icon_and_key_at_every_text_size(qtbot: QtBot, qapp: QApplication) -> None:
    button = ActionButton("Inaccessible", "inaccessible", "F9")
    qtbot.addWidget(button)
    widths = []
    for scale in (1.0, 1.25, 1.5):
        theme.apply(qapp, "jour", scale)
        words = button.fontMetrics().horizontalAdvance("Inaccessible")
        assert button.sizeHint().width() > words + theme.icon_px()
        assert button.sizeHint().height() >= 36
        widths.append(button.sizeHint().width())
    assert widths == sorted(set(widths))
    theme.apply(qapp, "jour", 1.0)


def chips(multiple: bool = True, required: bool = False) -> ChipRow:
    return ChipRow(
        [("night", "à vue, de nuit"), ("listen", "écoute"), ("net", "épuisette", "3")],
        name="m",
        multiple=multiple,
        required=required,
    )


def test_chips_give_their_codes_in_the_order_of_the_list(qtbot: QtBot) -> None:
    row = chips()
    qtbot.addWidget(row)
    row.set_value(["net", "night"])
    assert row.value() == ["night", "net"]


def test_arrows_walk_space_ticks_and_a_letter_or_digit_presses(qtbot: QtBot, host: Host) -> None:
    row = chips()
    host(row)
    row.setFocus()
    qtbot.keyClick(row.chip("night"), Qt.Key.Key_Right)
    assert row.chip("listen").hasFocus()
    with qtbot.waitSignal(row.changed) as changed:
        qtbot.keyClick(row.chip("listen"), Qt.Key.Key_Space)
    assert changed.args == [["listen"]]
    qtbot.keyClick(row.chip("listen"), "a")
    assert row.value() == ["night", "listen"]
    qtbot.keyClick(row.chip("night"), "3")
    assert row.value() == ["night", "listen", "net"]
    qtbot.keyClick(row.chip("net"), Qt.Key.Key_Left)
    assert row.chip("listen").hasFocus()


def test_tab_stops_once_in_a_row_of_chips(qtbot: QtBot, host: Host) -> None:
    row, after = chips(), QLineEdit()
    host(row, after)
    row.setFocus()
    qtbot.keyClick(row.chip("night"), Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_one_choice_turns_the_others_off_and_a_required_one_stays(qtbot: QtBot) -> None:
    row = chips(multiple=False, required=True)
    qtbot.addWidget(row)
    row.toggle("night")
    row.toggle("listen")
    assert row.value() == ["listen"]
    row.toggle("listen")
    assert row.value() == ["listen"]
    free = chips(multiple=False)
    qtbot.addWidget(free)
    free.toggle("night")
    free.toggle("night")
    assert free.value() == []


def test_enter_on_a_chip_belongs_to_the_page(qtbot: QtBot) -> None:
    chip = Chip("écoute")
    qtbot.addWidget(chip)
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert not chip.isChecked()


def parse(text: str) -> str:
    if not text.isdigit():
        raise ValueError("Une heure s’écrit 21:02.")
    return f"{text[:2]}:{text[2:]}"


def test_a_time_that_cannot_be_read_stays_typed_and_is_said_below_the_field(qtbot: QtBot, host: Host) -> None:
    edit = TimeEdit(parse, str, name="t")
    field = LabeledField("Début", edit)
    host(field)
    edit.setFocus()
    qtbot.keyClicks(edit, "tard")
    assert not edit.commit()
    assert edit.text() == "tard"
    assert field.message.text() == "Une heure s’écrit 21:02."
    assert field.message.isVisible()
    assert edit.property("problem") == "error"
    edit.clear()
    qtbot.keyClicks(edit, "2102")
    assert not field.message.isVisible()
    with qtbot.waitSignal(edit.changed) as changed:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert changed.args == ["21:02"]
    assert edit.value() == edit.text() == "21:02"


def test_an_empty_line_is_no_value(qtbot: QtBot) -> None:
    edit = TimeEdit(parse, str)
    qtbot.addWidget(edit)
    edit.set_value("21:02")
    edit.clear()
    assert edit.commit()
    assert edit.value() is None


def test_the_key_of_a_field_puts_the_cursor_there_or_does_its_own_work(qtbot: QtBot, host: Host) -> None:
    first, second, done = QLineEdit(), QLineEdit(), list[int]()
    window = host(
        LabeledField("Date", first, key="F4"),
        LabeledField("Début", second, key="F5", on_key=lambda: done.append(1)),
    )
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert first.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert done == [1]
    assert first.accessibleName() == "Date"


def test_a_suggestion_is_taken_with_enter_and_the_first_row_stands_ready(qtbot: QtBot, host: Host) -> None:
    line = Suggest(search, name="s")
    host(line)
    line.setFocus()
    qtbot.keyClicks(line, "tri")
    assert [row.title for row in line.rows()] == list(NEWTS)
    assert line.current() == Suggestion("Triton alpestre", "Triton alpestre")
    qtbot.keyClick(line, Qt.Key.Key_Down)
    with qtbot.waitSignal(line.chosen) as chosen:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert chosen.args[0].key == "Triton ponctué"
    assert line.text() == "Triton ponctué"
    assert not line.is_open()
    assert line.hasFocus()


def test_tab_takes_the_row_and_goes_on(qtbot: QtBot, host: Host) -> None:
    line, after = Suggest(search), QLineEdit()
    host(line, after)
    line.setFocus()
    qtbot.keyClicks(line, "triton cr")
    with qtbot.waitSignal(line.chosen):
        qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "Triton crêté"
    assert after.hasFocus()


def test_tab_leaves_a_line_empty_where_nothing_was_typed_and_takes_the_row_walked_to(qtbot: QtBot, host: Host) -> None:
    line, after = Suggest(search, minimum=0), QLineEdit()
    host(after, line)
    line.setFocus()
    assert line.is_open()
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == ""
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "Triton ponctué"


def test_the_open_list_keeps_enter_and_escape_from_the_page(qtbot: QtBot, host: Host) -> None:
    pressed: list[str] = []
    line = Suggest(search)
    host(
        line,
        ActionButton("Suivante", key="Return", on=lambda: pressed.append("enter")),
        ActionButton("Retour", key="Esc", on=lambda: pressed.append("esc")),
    )
    line.setFocus()
    qtbot.keyClicks(line, "tri")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not line.is_open()
    assert line.text() == "tri"
    assert pressed == []
    qtbot.keyClicks(line, "t")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert pressed == ["esc"]


def test_the_list_opens_upward_at_the_foot_of_the_window_and_is_never_cut(qtbot: QtBot, host: Host) -> None:
    line = Suggest(search, name="low")
    window = host(QWidget(), line)
    line.setFocus()
    qtbot.keyClicks(line, "tri")
    popup = line._popup
    assert popup is not None
    assert popup.parentWidget() is window
    assert popup.geometry().bottom() <= line.mapTo(window, QPoint(0, 0)).y()
    assert window.rect().contains(popup.geometry())


def test_what_is_not_found_stays_as_it_was_typed(qtbot: QtBot, host: Host) -> None:
    line = Suggest(search)
    host(line)
    line.setFocus()
    qtbot.keyClicks(line, "loutre")
    assert not line.is_open()
    assert line.text() == "loutre"


def test_escape_empties_a_filter_before_it_goes_back(qtbot: QtBot) -> None:
    box = SearchBox("chercher une mare")
    qtbot.addWidget(box)
    box.setText("terr")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""


def test_a_banner_says_its_kind_in_words_and_does_its_action_by_key(qtbot: QtBot, host: Host) -> None:
    done: list[int] = []
    line = QLineEdit()
    banner = Banner("warning", "Deux mares manquent.", action="Voir", key="F2", on=lambda: done.append(1), name="b")
    window = host(line, banner)
    line.setFocus()
    assert banner.accessibleName() == "Attention : Deux mares manquent."
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert done == [1]
    assert line.hasFocus()
    banner.set("info", "Tout est là.")
    assert not banner.button.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert done == [1]


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_a_shape_a_word_and_a_colour(qtbot: QtBot, state: str) -> None:
    badge = StateBadge(state, "" if STATES[state].word else "12 mares")
    qtbot.addWidget(badge)
    badge.resize(badge.sizeHint())
    assert badge.accessibleName()
    image = badge.grab().toImage()
    assert len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}) > 3


def test_states_are_told_apart_without_their_colour() -> None:
    named = {code: look for code, look in STATES.items() if look.word}
    assert len({(look.shape, look.word) for look in named.values()}) == len(named)


@pytest.mark.parametrize(("done", "total", "share"), [(4, 20, 0.2), (0, 0, 0.0), (30, 20, 1.0), (-1, 5, 0.0)])
def test_progress_stays_between_nothing_and_all(qtbot: QtBot, done: int, total: int, share: float) -> None:
    line = ProgressLine(done, total)
    qtbot.addWidget(line)
    assert line.share == pytest.approx(share)


def test_an_empty_page_names_the_next_step(qtbot: QtBot, host: Host) -> None:
    button = ActionButton("Importer une saison", key="I", primary=True)
    empty = EmptyState("analyses", "Rien à résumer", "Les résumés paraîtront ici.", button)
    host(empty)
    assert button.isVisible()
    assert empty.sentence.text() == "Les résumés paraîtront ici."


def test_what_stands_in_a_line_is_read_without_changing_anything(qtbot: QtBot) -> None:
    line, told = ParsedEdit(int, str), list[object]()
    qtbot.addWidget(line)
    line.set_value(3)
    line.changed.connect(told.append)
    line.problem.connect(told.append)
    line.setText(" 12 ")
    assert line.reads_as() == 12
    assert (line.value(), line.text()) == (3, " 12 ")
    line.setText("  ")
    assert line.reads_as() is None
    line.setText("douze")
    with pytest.raises(ValueError, match="douze"):
        line.reads_as()
    assert line.value() == 3
    assert told == []


def test_the_last_of_a_flow_stands_at_the_right_edge_and_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    holder, words = QWidget(), ("Exporter", "Question", "Ouvrir")
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, ends_right=True)
    buttons = [ActionButton(word) for word in words]
    for button in buttons:
        flow.addWidget(button)
    wide = flow.sizeHint().width() + 200
    for width in (wide, buttons[0].sizeHint().width() + 20):
        holder.resize(width, flow.heightForWidth(width))
        holder.show()
        flow.activate()
        assert buttons[0].geometry().left() == 0
        assert buttons[-1].geometry().right() == width - 1
    assert buttons[-1].geometry().top() > buttons[0].geometry().top()
    buttons[-1].hide()
    flow.setGeometry(QRect(0, 0, wide, 60))
    assert buttons[1].geometry().right() == wide - 1


def test_what_gives_way_to_a_question_comes_back_after_it_and_leaves_the_cursor_where_it_is_seen(host: Host) -> None:
    question, foot, table = QWidget(), QLineEdit(), QLineEdit()
    large = [True]
    question.hide()
    GiveWay([question], [foot], table, lambda: large[0])
    host(table, question, foot)
    foot.setFocus()
    question.show()
    assert not foot.isVisible()
    assert table.hasFocus()
    question.hide()
    assert foot.isVisible()
    large[0] = False
    question.show()
    assert foot.isVisible()


def test_a_long_label_goes_on_in_a_second_line(host: Host) -> None:
    words = "Question sur Grenouille commune · Leforest mare 02, Nombre maximum, " * 3
    field = LabeledField(words, QLineEdit(), wraps=True)
    host(field)
    assert field.label.height() > 2 * field.label.fontMetrics().height()
    assert field.label.width() > field.width() - theme.text_px() * 2
