"""Ring numbers are text as engraved: padded as EURING does, compared without blanks, never a spreadsheet's number."""

import pytest
from euring.utils import euring_identification_display_format, euring_identification_export_format
from hypothesis import assume, given
from hypothesis import strategies as st

from fieldapp.protocols.banding.ring import LONGEST_STRING, Ring, from_key, read_ring, read_span, show_ring

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Letters before digits, as every ring with a series is engraved; ten characters at most.
numbers = st.integers(0, 4).flatmap(
    lambda letters: st.tuples(
        st.text(LETTERS, min_size=letters, max_size=letters), st.text(DIGITS, min_size=1, max_size=10 - letters)
    )
).map("".join)  # fmt: skip
any_numbers = st.text(DIGITS + LETTERS, min_size=1, max_size=10).filter(
    lambda text: any(char in DIGITS for char in text)
)


# ---------------------------------------------------------------------------------------------------- padding


@pytest.mark.parametrize(
    ("number", "padded"),
    [
        ("8612345", "...8612345"),
        ("RK7710", "RK....7710"),
        ("SC126903", "SC..126903"),
        ("A123", "A......123"),
        ("1234567890", "1234567890"),
        ("AB12-4", "AB....12-4"),
    ],
)
def test_a_number_is_padded_before_its_last_digits(number: str, padded: str) -> None:
    assert Ring("FRP", number).padded() == padded


@pytest.mark.parametrize("text", ["8680001.0", "8680001,0", "868.0001", "8 680 001.00", "12-4.5", "SC126.903"])
def test_a_dot_between_digits_is_a_number_that_a_spreadsheet_damaged(text: str) -> None:
    with pytest.raises(ValueError, match="abîmé par un tableur"):
        read_ring(text)


@pytest.mark.parametrize("scheme", ["", "FR", "FRPA"])
def test_a_scheme_has_three_letters_so_that_no_two_rings_have_one_key(scheme: str) -> None:
    with pytest.raises(ValueError, match="trois lettres"):
        Ring(scheme, "P8680001")


def test_a_file_of_the_crbpo_has_one_dot_more() -> None:
    assert Ring("FRP", "6068531").padded(11) == "....6068531"


@given(any_numbers)
def test_padding_is_that_of_the_package_euring(number: str) -> None:
    assume(number[-1] in DIGITS)
    ring = read_ring(number)
    assert ring.padded() == euring_identification_export_format(number)
    assert ring.number == euring_identification_display_format(ring.padded())


@given(any_numbers, st.sampled_from([10, 11]))
def test_a_padded_number_reads_back_equal(number: str, width: int) -> None:
    assume("E" not in number)
    ring = read_ring(number, "GBT")
    assert len(ring.padded(width)) == width
    assert read_ring(ring.padded(width), "GBT") == ring
    assert from_key(ring.key) == ring


# ---------------------------------------------------------------------------------------------------- reading


@given(numbers, st.data())
def test_blanks_dots_that_fill_up_and_small_letters_do_not_matter(number: str, data: st.DataObject) -> None:
    assume(not (number[0] in DIGITS and "E" in number))
    blanks = ["", " ", "  ", "\N{NO-BREAK SPACE}", "\t"]
    parts = [
        data.draw(st.sampled_from(blanks if before in DIGITS and before else [*blanks, "."])) + char
        for before, char in zip(["", *number], number, strict=False)
    ]
    typed = "".join(parts)
    assert read_ring(data.draw(st.sampled_from([typed, typed.lower()]))).number == number


@pytest.mark.parametrize(
    "text",
    ["1,23E+07", "8.68E+06", "8,68E6", "8.68e6", "1.2E-3", "868E+4", "1,23 E+07", " 1,23E+07 ", "1.0E7", "1·23E+07"],
)
def test_scientific_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"« .* »"):
        read_ring(text)


@given(st.integers(10**4, 10**10 - 1), st.integers(0, 4), st.sampled_from([".", ","]), st.sampled_from("Ee"))
def test_no_number_that_a_spreadsheet_rounds_gets_in(number: int, decimals: int, mark: str, sign: str) -> None:
    shown = f"{number:.{decimals}E}".replace(".", mark).replace("E", sign)  # 8.68E+06, as Excel and Calc show it
    with pytest.raises(ValueError, match="abîmé par un tableur"):
        read_ring(shown)


@given(st.floats(1, 1e12), st.sampled_from(["{:g}", "{:e}", "{:.2f}", "{!r}"]))
def test_what_is_read_from_a_float_has_lost_no_digit_to_an_exponent(value: float, form: str) -> None:
    text = form.format(value)
    try:
        ring = read_ring(text)
    except ValueError:
        return
    assert "E" not in ring.number
    assert ring.number == text.replace(".", "")


@pytest.mark.parametrize("text", ["", "   ", "ABC", "-", "86/12", "12_3", "٣٤٥", "8680001;8680002", "²3"])
def test_what_is_no_ring_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas un numéro de bague"):
        read_ring(text)


def test_more_than_ten_characters_are_refused() -> None:
    assert read_ring("ABCD 123456").number == "ABCD123456"
    with pytest.raises(ValueError, match="trop long pour une bague : au plus 10"):
        read_ring("ABCD 1234567")


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_ring_or_a_sentence(text: str) -> None:
    try:
        ring = read_ring(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"(?s)^« .* (?:est|n’est) .*\.$"):
            read_ring(text)
    else:
        assert set(ring.number) <= set(DIGITS + LETTERS + "-")
        assert 1 <= len(ring.number) <= 10


def test_leading_zeros_are_part_of_the_number() -> None:
    assert read_ring("0012345") != read_ring("12345")


def test_a_number_that_could_not_be_read_whole_says_so() -> None:
    assert read_ring("86-0042").is_partial
    assert not read_ring("8680042").is_partial


def test_rings_of_two_schemes_are_two_rings() -> None:
    assert Ring("FRP", "A123456").key != Ring("GBT", "A123456").key
    assert Ring("GBT", "A123456").is_foreign
    assert not Ring("FRP", "A123456").is_foreign


@pytest.mark.parametrize(
    ("number", "shown"),
    [("8680042", "868 0042"), ("RK7710", "RK 7710"), ("SC126903", "SC 126903"), ("A12", "A12"), ("042", "042"),
     ("86-0-", "86-0-")],
)  # fmt: skip
def test_a_number_is_shown_in_groups(number: str, shown: str) -> None:
    assert show_ring(number) == shown


@given(numbers)
def test_a_shown_number_reads_back_equal(number: str) -> None:
    assume(not (number[0] in DIGITS and "E" in number))
    assert read_ring(show_ring(number)).number == number


# -------------------------------------------------------------------------------------------------- followers


@given(st.text(LETTERS, max_size=3), st.integers(1, 7), st.data())
def test_the_follower_is_the_next_number_of_the_same_width(letters: str, width: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, 10**width - 1))
    step = data.draw(st.integers(-5, 5))
    found = Ring("FRP", f"{letters}{str(number).zfill(width)}").follower(step)
    if 0 <= number + step < 10**width:
        assert found == Ring("FRP", letters + str(number + step).zfill(width))
    else:
        assert found is None


def test_a_number_without_digits_at_the_end_has_no_follower() -> None:
    assert Ring("NLA", "123A").follower() is None


# ------------------------------------------------------------------------------------------------------ spans


@pytest.mark.parametrize("last", ["8680100", "100", "0100", "868 0100", "680100"])
def test_the_last_number_may_be_typed_as_its_end(last: str) -> None:
    span = read_span("8680001", last)
    assert (span.first.number, span.last.number, span.size) == ("8680001", "8680100", 100)


def test_a_span_with_letters_keeps_them() -> None:
    span = read_span("RK7701", "50")
    assert (span.last.number, span.letters, span.size) == ("RK7750", "RK", 50)
    assert read_span("SC126001", "SC126100").size == 100


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("RK7701", "RL7750", "pas de la même série"),
        ("RK7701", "RK77500", "pas de la même série"),
        ("8680001", "86801000", "pas de la même série"),
        ("8680100", "001", "finit avant de commencer"),
        ("8600001", "8699999", "plus de 10000 bagues"),
        ("RK77A", "RK78A", "finissent par des chiffres"),
        ("86-0001", "86-0100", "finissent par des chiffres"),
        ("8.68E+06", "8680100", "abîmé par un tableur"),
        ("8680001", "8,68E+06", "abîmé par un tableur"),
        ("", "100", "n’est pas un numéro de bague"),
        ("8680001", "", "n’est pas un numéro de bague"),
    ],
)
def test_what_is_no_string_is_refused_with_a_sentence(first: str, last: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_span(first, last)


spans = st.tuples(st.text(LETTERS, max_size=3), st.integers(4, 7), st.integers(0, 9_000), st.integers(1, 200)).map(
    lambda drawn: (drawn[0], drawn[1], drawn[2], min(drawn[2] + drawn[3] - 1, 10 ** drawn[1] - 1))
)


@given(spans)
def test_a_span_holds_its_rings_and_no_others(drawn: tuple[str, int, int, int]) -> None:
    letters, width, least, most = drawn
    written = [f"{letters}{str(number).zfill(width)}" for number in range(least, most + 1)]
    span = read_span(written[0], written[-1])
    assert [ring.number for ring in span.rings()] == written
    assert span.size == len(written)
    assert [span.place(ring) for ring in span.rings()] == list(range(len(written)))
    assert all(span.holds(ring) for ring in span.rings())
    for beyond in (span.first.follower(-1), span.last.follower()):
        assert beyond is None or not span.holds(beyond)
    assert not span.holds(Ring("GBT", written[0]))
    assert not span.holds(Ring("FRP", f"{written[0]}0"))
    assert not span.holds(Ring("FRP", f"Z{written[0][1:]}" if letters[:1] != "Z" else f"Y{written[0][1:]}"))


@given(st.text(DIGITS + LETTERS + "-", min_size=7, max_size=7))
def test_whatever_a_span_holds_has_its_place(number: str) -> None:
    span = read_span("8600000", "8609999")
    for ring in (Ring("FRP", number), Ring("FRP", f"860{number[:4]}")):
        if span.holds(ring):
            assert 0 <= span.place(ring) < span.size


def test_a_number_read_in_part_belongs_to_no_string() -> None:
    assert not read_span("8680001", "100").holds(Ring("FRP", "868005-"))


def test_a_string_of_ten_thousand_rings_is_the_longest() -> None:
    assert read_span("8680000", "8689999").size == LONGEST_STRING
    with pytest.raises(ValueError, match="vérifiez les deux numéros"):
        read_span("8680000", "8690000")
