import threading
import time
import uuid

from fieldapp.core.ids import is_uid, name_uid, new_uid, new_uids


def test_uids_are_version_7_and_carry_the_moment_they_were_made() -> None:
    made = uuid.UUID(new_uid())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    before = uuid.UUID(new_uid()).int >> 80
    now = time.time_ns() // 1_000_000
    after = uuid.UUID(new_uid()).int >> 80
    assert before <= now <= after


def test_each_uid_sorts_after_the_one_before() -> None:
    made = [new_uid() for _number in range(20_000)]
    assert made == sorted(set(made))


def test_many_at_once_are_as_good_as_one_by_one() -> None:
    made = [new_uid(), *new_uids(5_000), new_uid()]
    assert made == sorted(set(made))
    assert {(one.version, one.variant, str(one)) for one in map(uuid.UUID, made)} == {
        (7, uuid.RFC_4122, text) for text in made
    }


def test_threads_never_make_the_same_uid() -> None:
    made: list[list[str]] = [[] for _thread in range(4)]

    def work(into: list[str]) -> None:
        into.extend(new_uid() for _number in range(2_000))

    threads = [threading.Thread(target=work, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({uid for part in made for uid in part}) == 8_000


def test_two_laptops_give_the_same_uid_to_the_same_name_and_kind_only() -> None:
    # SHA-1 of the URL namespace and "fieldapp:person:DUPONT Anne", cut and marked by hand (RFC 9562, section 5.5).
    assert name_uid("person", "DUPONT Anne") == "0c933696-5920-50a3-a46b-c6d8df4db776"
    assert name_uid("person", "DUPONT Anne") != name_uid("dataset", "DUPONT Anne")
    assert name_uid("person", "DUPONT Anne") != name_uid("person", "Dupont Anne")


def test_only_the_usual_written_form_is_a_uid() -> None:
    assert is_uid(new_uid())
    assert is_uid("0190A000-0000-7000-8000-000000000001")
    for text in ("", "x", "0190a00000007000800000000000001", "{0190a000-0000-7000-8000-000000000001}", "0190a000"):
        assert not is_uid(text)
