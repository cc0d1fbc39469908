"""The rules of one session: its day, its hours, its nets and metres, its theme, and whether birds were caught.

Accidents marked "CRBPO" are those that its cleaning mends by hand (source: STOC_reporting 2023-12-01 and
crbpo_data_acrola_fix). All but two rules only warn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.core import parse
from fieldapp.core.schema import Context, Problem, Rule, Severity, Values, advice, blocks_alone
from fieldapp.core.text import N_
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.crbpo_mending import LONGEST_SESSION_MIN, SHORTEST_SESSION_MIN
from fieldapp.protocols.banding.schema import is_without_birds

FEWEST_M, MOST_M = 6, 600
"""Metres of net outside these are slips: "3" for 36, "612" (source: CRBPO's accidents; bounds of the program)."""

NET_M = (5, 20)
"""Metres of one net on average, or a figure is wrong: nets have 6 to 18 m (a choice of the program)."""

ACROLA, ACROLA_M = "ACROLA", 36
"""The theme whose metres are a multiple of 36 (source: crbpo_data_acrola_fix)."""

STOC, STOC_M = "STOC", 12
"""The themes whose nets have 12 m each (source: protocole STOC capture)."""


@blocks_alone
def some_date(context: Context) -> Iterator[Problem]:
    """Refuse a session without a date: all its captures would be without one."""
    if not context.values.get("date"):
        yield Problem("date", "no_date", Severity.BLOCKING)


@advice
def date_is_past(context: Context) -> Iterator[Problem]:
    """Warn of a date in the future: the clock or the year is wrong."""
    stored = context.values.get("date")
    if stored and stored > context.today.isoformat():
        about = {"date": parse.show_date(stored)}
        yield Problem("date", "session_in_future", Severity.WARNING, about)


@advice
def session_is_its_own(context: Context) -> Iterator[Problem]:
    """Warn of a second session of the net set that opened on the same day at the same hour."""
    day, opened = context.values.get("date"), context.values.get("opened_at")
    if day and any(other.get("date") == day and other.get("opened_at") == opened for other in context.siblings):
        about = {"date": parse.show_date(day)}
        yield Problem("date", "session_twice", Severity.WARNING, about)


@advice
def duration_is_likely(context: Context) -> Iterator[Problem]:
    """Warn of a duration that looks like the hour of closing, and of a very short one (source: CRBPO)."""
    lasts = context.values.get("duration_min")
    if lasts is None:
        return
    if lasts > LONGEST_SESSION_MIN:
        about = {"hours": lasts // 60, "minutes": f"{lasts % 60:02}"}
        yield Problem("duration_min", "duration_long", Severity.WARNING, about)
    elif lasts < SHORTEST_SESSION_MIN:
        yield Problem("duration_min", "duration_short", Severity.WARNING, {"minutes": lasts})


def _nets(context: Context) -> dict[str, Values]:
    """Return the nets of the net set by their number: they stand beside the sessions below it."""
    return {str(other["net"]): other for other in context.siblings if other.get("net")}


@advice
def nets_are_known(context: Context) -> Iterator[Problem]:
    """Warn of open nets that the net set does not have, and at a STOC station of nets that stayed closed."""
    opened, known = context.values.get("open_nets", ()), _nets(context)
    if not opened or not known:
        return
    strange = [net for net in opened if net not in known]
    if strange:
        yield Problem("open_nets", "nets_unknown", Severity.WARNING, {"nets": ", ".join(strange[:8])})
    closed = [net for net in known if net not in opened]
    if closed and str(context.values.get("theme", "")).startswith(STOC):
        yield Problem("open_nets", "nets_closed", Severity.WARNING, {"nets": ", ".join(closed[:8])})


@advice
def metres_fit_nets(context: Context) -> Iterator[Problem]:
    """Warn when the metres are not the sum of the open nets, or not those that the station usually has."""
    metres, opened, known = context.values.get("net_m"), context.values.get("open_nets", ()), _nets(context)
    if metres is None:
        return
    lengths = [known.get(net, {}).get("length_m") for net in opened]
    total = sum(length for length in lengths if length is not None)
    if lengths and None not in lengths and abs(total - metres) > 0.5:
        about = {"metres": _metres(metres), "count": len(lengths), "total": _metres(total)}
        yield Problem("net_m", "metres_not_sum", Severity.WARNING, about)
        return
    usual = context.parents.get("site", {}).get("usual_net_m")
    if usual is not None and abs(usual - metres) > 0.5:
        about = {"metres": _metres(metres), "usual": _metres(usual)}
        yield Problem("net_m", "metres_unusual", Severity.WARNING, about)
    elif _are_odd(context.values, metres, len(opened)):
        yield Problem("net_m", "metres_odd", Severity.WARNING, {"metres": _metres(metres)})


def _are_odd(values: Values, metres: float, nets: int) -> bool:
    theme = str(values.get("theme", ""))
    step = ACROLA_M if theme.startswith(ACROLA) else STOC_M if theme.startswith(STOC) else 0
    per_net = metres / nets if nets else NET_M[0]
    return not FEWEST_M <= metres <= MOST_M or not NET_M[0] <= per_net <= NET_M[1] or bool(step and metres % step)


def _metres(value: float) -> str:
    return parse.show_number(round(float(value), 1))


@advice
def theme_is_listed(context: Context) -> Iterator[Problem]:
    """Tell of a theme that is not among those of the CRBPO: a personal programme, or a slip."""
    theme = str(context.values.get("theme", ""))
    if theme and theme.upper() not in lists.themes():
        yield Problem("theme", "theme_unlisted", Severity.NOTICE, {"theme": theme[:40]})


@blocks_alone
def birds_or_none(context: Context) -> Iterator[Problem]:
    """Warn of captures in a session "bredouille"; a closed session says whether birds were caught."""
    if is_without_birds(context.values):
        if context.children:
            yield Problem("no_birds", "birds_in_blank", Severity.WARNING, {"count": len(context.children)})
    elif context.values.get("closed") and not context.children:
        yield Problem("no_birds", "birds_or_blank", Severity.INCOMPLETE)


RULES: tuple[Rule, ...] = (
    some_date,
    date_is_past,
    session_is_its_own,
    duration_is_likely,
    nets_are_known,
    metres_fit_nets,
    theme_is_listed,
    birds_or_none,
)

MESSAGES: Mapping[str, str] = {
    "no_date": N_("Sans date, la séance ne peut pas être gardée : écrivez le jour."),
    "session_in_future": N_("Le {date} est dans l’avenir : vérifiez la date, ou l’horloge de l’ordinateur."),
    "session_twice": N_("Ce dispositif a déjà une séance le {date} à la même heure : complétez-la plutôt."),
    "duration_long": N_("{hours} h {minutes} de filet : est-ce l’heure de fin ? Il faut la durée."),
    "duration_short": N_("{minutes} minutes de filet : vérifiez la durée."),
    "nets_unknown": N_("Filets inconnus de ce dispositif : {nets}. Vérifiez les numéros, ou ajoutez-les."),
    "nets_closed": N_("Filets habituels restés fermés : {nets}. Le STOC les veut tous, à chaque séance."),
    "metres_not_sum": N_(
        "{metres} m notés, mais les {count} filets ouverts font {total} m : corrigez l’un ou l’autre."
    ),
    "metres_unusual": N_("{metres} m de filet, {usual} m d’habitude : vérifiez les mètres et les filets ouverts."),
    "metres_odd": N_("{metres} m de filet : vérifiez, un chiffre manque ou est de trop."),
    "theme_unlisted": N_("« {theme} » n’est pas un thème du CRBPO : programme personnel, ou faute de frappe ?"),
    "birds_in_blank": N_("Séance bredouille, mais {count} captures : décochez « Bredouille » ou effacez-les."),
    "birds_or_blank": N_("Aucun oiseau ? Cochez « Bredouille », sinon saisissez les captures."),
}
"""The French sentence of every code, with what to do."""
