"""Every finding has a name to choose by and a sentence with its figures."""

import re
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.schema import Severity
from fieldapp.desk import checks, dismissal, finding_words, findings, season_checks
from fieldapp.desk.findings import Finding
from fieldapp.protocols.pop_amphibiens.schema import CODE
from tests.desk.seasons import POP

PARAMS: dict[str, dict[str, Any]] = {
    checks.HIGH_COUNT: {"count": 500, "limit": 103},
    checks.FIRST_COMMUNE: {"area": "Vimy", "since": 2019},
    checks.FIRST_DEPARTMENT: {"area": "Pas-de-Calais", "since": 2019},
    checks.SITE_MOVED: {"metres": 71, "on": "2021-04-20"},
    checks.OUTSIDE_AREA: {"km": 4.4},
    season_checks.OUTSIDE_WINDOW: {"passage": 2, "until": "2021-04-30"},
    season_checks.MISSING_PASSAGE: {"passages": [2, 3]},
    findings.STALE: {},
    findings.QUESTION: {"question": "Sûr ?", "answer": ""},
    findings.ANSWERED: {"question": "Sûr ?", "answer": "Oui"},
}


def test_every_kind_has_a_name_and_a_sentence_that_takes_its_figures() -> None:
    assert set(PARAMS) == set(finding_words.NAMES) == set(finding_words.SENTENCES)
    for code, params in PARAMS.items():
        told = Finding(code, "uid", CODE, 2021, Severity.WARNING, params)
        assert not re.search(r"[{}]", finding_words.sentence(told, POP, "visit"))
        assert finding_words.name(code)


def test_days_and_figures_are_written_as_people_do() -> None:
    moved = Finding(checks.SITE_MOVED, "uid", CODE, 2021, Severity.WARNING, PARAMS[checks.SITE_MOVED])
    assert "20/04/2021" in finding_words.sentence(moved, POP, "site")
    off = Finding(checks.OUTSIDE_AREA, "uid", CODE, 2021, Severity.WARNING, PARAMS[checks.OUTSIDE_AREA])
    assert "4,4 km" in finding_words.sentence(off, POP, "site")


def test_a_warning_of_a_protocol_speaks_with_its_own_words() -> None:
    told = Finding("passage_twice", "uid", CODE, 2021, Severity.WARNING, {"number": 2, "date": "20/04"}, "num_passage")
    assert "20/04" in finding_words.sentence(told, POP, "visit")
    assert "…" in finding_words.name("passage_twice", POP)
    assert finding_words.name("nobody_knows", POP) == "nobody_knows"


def test_what_is_said_once_for_several_says_for_how_many() -> None:
    told = Finding("no_derogation", "uid", CODE, 2021, Severity.WARNING, {"cause": "x"}, others=("a", "b"))
    alone = Finding("no_derogation", "uid", CODE, 2021, Severity.WARNING, {"cause": "x"})
    assert finding_words.sentence(told, POP, "visit").startswith(finding_words.sentence(alone, POP, "visit"))
    assert "2 autres" in finding_words.sentence(told, POP, "visit")


def test_what_a_record_keeps_of_a_finding_seen_is_called_like_it() -> None:
    kept = dismissal.mark(checks.HIGH_COUNT, Record("u", CODE, "observation", None, {}), 2021, {})
    assert finding_words.name(kept) == finding_words.name(checks.HIGH_COUNT)
