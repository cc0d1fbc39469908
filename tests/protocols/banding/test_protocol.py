"""Banding put together: what is loaded late is all there, and every word that a check needs exists."""

import subprocess
import sys

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.protocols.banding import form, lists, rules, schema
from fieldapp.protocols.banding.protocol import PROTOCOL


def test_banding_is_installed_under_its_code() -> None:
    assert protocols.by_code("banding") is PROTOCOL
    assert (PROTOCOL.code, PROTOCOL.version) == (schema.CODE, schema.VERSION)


def test_rules_and_words_are_those_of_the_protocol() -> None:
    assert dict(PROTOCOL.rules) == dict(rules.RULES)
    assert dict(PROTOCOL.messages) == dict(rules.MESSAGES)


def test_the_strongest_alerts_have_words() -> None:
    assert rules.STRONG
    assert PROTOCOL.messages.keys() | checking.MESSAGES.keys() >= rules.STRONG


def test_it_is_entered_in_sessions_with_its_own_taxa() -> None:
    assert PROTOCOL.session is form.SESSION
    assert PROTOCOL.form is None
    assert PROTOCOL.taxa() == lists.taxa()


def test_files_have_codes_of_their_own() -> None:
    for kinds in (PROTOCOL.imports, PROTOCOL.exports):
        found = [kind.code for kind in kinds]
        assert len(found) == len(set(found))
    assert "crbpo" in {kind.code for kind in PROTOCOL.imports}
    assert {"crbpo", "euring"} <= {kind.code.split("_")[0].rstrip("0123456789") for kind in PROTOCOL.exports}


def test_a_start_of_the_program_loads_neither_rules_nor_files() -> None:
    late = ("rules", "analysis", "exchange", "life", "desk")
    script = (
        "import sys; import fieldapp.protocols.banding.protocol\n"
        f"print([name for name in {late!r} if f'fieldapp.protocols.banding.{{name}}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
