"""The barrier put together: what is loaded late is all there, and a start of the program loads none of it."""

import subprocess
import sys

from fieldapp import protocols
from fieldapp.protocols.pitfall_barrier import exchange, form, lists, rules, schema, summary
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL


def test_the_barrier_is_installed_under_its_code_and_called_by_its_own_name() -> None:
    assert protocols.by_code("pitfall_barrier") is PROTOCOL
    assert (PROTOCOL.code, PROTOCOL.version, PROTOCOL.command) == (schema.CODE, schema.VERSION, "barrier")


def test_rules_files_and_figures_are_those_of_the_protocol() -> None:
    assert dict(PROTOCOL.rules) == dict(rules.RULES)
    assert dict(PROTOCOL.messages) == dict(rules.MESSAGES)
    assert list(PROTOCOL.imports) == list(exchange.IMPORTS)
    assert list(PROTOCOL.exports) == list(exchange.EXPORTS)
    assert dict(PROTOCOL.analyses) == {"site_summary": summary.summary}


def test_it_is_entered_on_a_board_with_its_own_taxa() -> None:
    assert PROTOCOL.board is form.BOARD
    assert (PROTOCOL.form, PROTOCOL.session) == (None, None)
    assert PROTOCOL.taxa() == lists.taxa()


def test_a_start_of_the_program_loads_neither_rules_nor_files_nor_figures() -> None:
    late = ("rules", "exchange", "season", "phenology", "summary")
    script = (
        "import sys; import fieldapp.protocols.pitfall_barrier.protocol\n"
        f"print([name for name in {late!r} if f'fieldapp.protocols.pitfall_barrier.{{name}}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
