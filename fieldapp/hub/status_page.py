"""The page on which coordinators see their association on the hub, in a browser: the way in, the session, the routes.

A session is an account of its own, made with a code for the coordination; the cookie holds its token, of which the hub
keeps the hash. What may change something (coming in, leaving) is taken only from a form of this page: the cookie is
never sent from another site, and the browser has to name this one as the origin.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fieldapp.core import paths
from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts, status_view
from fieldapp.hub.accounts import TooManyAttemptsError, WrongCodeError
from fieldapp.hub.errors import StorageError
from fieldapp.hub.status_view import DAYS, Day, State
from fieldapp.hub.storage import BROWSER, COORDINATOR, Account, BatchLine, Storage
from fieldapp.hub.wording import Words, parsed, preferred, words
from fieldapp.sync import wire

SESSION_DAYS = 30
"""How long a browser stays in; ours: a coordinator asks for a code once a month."""

_MAX_FORM_BYTES = 2_000
_SEEN_SECONDS = 60
_COOKIE, _SECURE_COOKIE = "fieldapp", "__Host-fieldapp"

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Endpoint = Callable[[Request], Response]


def routes(storage: Storage) -> list[Route]:
    """Return the routes of the page on a hub's database."""

    async def enter(request: Request) -> Response:
        form = await _form(request)
        return await run_in_threadpool(_guarded(lambda asked: _login(storage, asked, form)), request)

    return [
        Route("/", _guarded(lambda request: _home(storage, request)), methods=["GET"]),
        Route("/login", enter, methods=["POST"]),
        Route("/logout", _guarded(lambda request: _logout(storage, request)), methods=["POST"]),
        Route("/status.css", lambda _request: _resource("hub/status.css", "text/css"), methods=["GET"]),
        Route("/status.svg", lambda _request: _resource("icons/fieldapp.svg", "image/svg+xml"), methods=["GET"]),
    ]


def _guarded(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with a page for the moments in which the database does not answer."""

    def answer(request: Request) -> Response:
        try:
            return endpoint(request)
        except StorageError:
            said = _words(request)
            sentence = said._(
                "Le serveur n’atteint pas sa base de données. Rien n’est perdu : réessayez dans une minute."
            )
            return _html(status_view.trouble(said, said._("Base injoignable"), sentence), 503)

    return answer


def _words(request: Request) -> Words:
    return words(preferred(request.headers.get("accept-language", "")))


def _html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return HTMLResponse(text, status, {**_HEADERS, **(headers or {})})


def _resource(name: str, kind: str) -> Response:
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(paths.resource(name).read_bytes(), 200, headers, kind)


# ------------------------------------------------------------------------------------------- the session


async def _form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, empty for one that is longer than ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}


def _is_own_form(request: Request) -> bool:
    """Return whether the browser says that this request was made by a page of this very site.

    `Sec-Fetch-Site` comes with HTTPS and on loopback only (source: W3C Fetch Metadata), Origin with every form.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    return _part("netloc", request.headers.get("origin", "")) == request.headers.get("host", "") != ""


def _part(name: str, address: str) -> str:
    """Return a part of an address, "" when it is none."""
    try:
        return getattr(urlsplit(address), name) or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_secure(request: Request) -> bool:
    return bool(request.scope["scheme"] == "https")


def _is_local(request: Request) -> bool:
    """Return whether the browser runs on the computer of the hub and speaks to it directly."""
    host = _part("hostname", f"//{request.headers.get('host', '')}")
    return request.client is not None and _is_loopback(request.client.host) and _is_loopback(host)


def _cookie_name(request: Request) -> str:
    return _SECURE_COOKIE if _is_secure(request) else _COOKIE


def _session(storage: Storage, request: Request) -> Account | None:
    """Return the account of the browser; None for one that is not (any more) let in, nor will be again."""
    account = accounts.known(storage, request.cookies.get(_cookie_name(request), ""))
    if account is None or account.role != COORDINATOR:
        return None
    if _has_run_out(account, datetime.now(UTC)):
        storage.revoke(account.project, account.uid, accounts.now())
        return None
    return account


def _has_run_out(account: Account, now: datetime) -> bool:
    return account.access == BROWSER and now - parsed(account.created_at) > timedelta(days=SESSION_DAYS)


def _login(storage: Storage, request: Request, form: Mapping[str, str]) -> Response:
    said = _words(request)
    if not _is_own_form(request):
        return _html(status_view.login(said, said._("Cette demande ne vient pas de cette page. Recommencez ici.")), 403)
    if not (_is_secure(request) or _is_local(request)):
        sentence = said._("Cette page ne s’ouvre qu’en HTTPS, ou sur l’ordinateur du serveur. Le code n’a pas servi.")
        return _html(status_view.login(said, sentence), 403)
    token = wire.new_token()
    asked = wire.Join(code=form.get("code", ""), token=token, device=new_uid(), name=status_view.BROWSER_NAME)
    try:
        joined = accounts.join(storage, asked, request.client.host if request.client else "", BROWSER)
    except WrongCodeError:
        sentence = said._("Ce code ne marche pas : il est mal tapé, il a déjà servi ou il est trop vieux.")
        return _html(status_view.login(said, sentence), 403)
    except TooManyAttemptsError as error:
        sentence = said._("Trop d’essais avec de mauvais codes. Réessayez dans dix minutes.")
        return _html(status_view.login(said, sentence), 429, {"Retry-After": str(error.seconds)})
    if joined.role != COORDINATOR:
        storage.revoke(joined.project, joined.account, accounts.now())
        sentence = said._("Ce code était celui d’un portable, et il a servi : cette page est pour la coordination.")
        return _html(status_view.login(said, sentence), 403)
    return _entered(request, f"{joined.project}.{joined.account}.{token}")


def _entered(request: Request, credentials: str) -> Response:
    answer = RedirectResponse("/", 303, _HEADERS)
    answer.set_cookie(
        _cookie_name(request),
        credentials,
        max_age=SESSION_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=_is_secure(request),
    )
    return answer


def _logout(storage: Storage, request: Request) -> Response:
    account = _session(storage, request)
    if account is not None:
        if not _is_own_form(request):
            return _home(storage, request)
        storage.revoke(account.project, account.uid, accounts.now())
    answer = RedirectResponse("/", 303, _HEADERS)
    secure = _is_secure(request)
    answer.delete_cookie(_cookie_name(request), httponly=True, samesite="strict", secure=secure)
    return answer


# --------------------------------------------------------------------------------------------- the page


def _home(storage: Storage, request: Request) -> Response:
    account = _session(storage, request)
    if account is None:
        return _html(status_view.login(_words(request)))
    now = datetime.now(UTC)
    if not account.last_seen_at or (now - parsed(account.last_seen_at)).total_seconds() > _SEEN_SECONDS:
        storage.seen(account.project, account.uid, accounts.now())
    return _html(status_view.state(_words(request), gathered(storage, account, now)))


def gathered(storage: Storage, own: Account, now: datetime) -> State:
    """Return what the page tells the owner of an account at an instant."""
    project = own.project
    first = now.astimezone().date() - timedelta(days=DAYS - 1)
    since = datetime.combine(first, datetime.min.time()).astimezone().astimezone(UTC)
    with storage.reading(project) as reading:
        disputes = Counter(record for record, _field, _rivals in reading.disputes())
        refusals = Counter(reading.refusal_reasons())
        counts = reading.counts()
        lines = reading.batches(since.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    everyone = storage.accounts(project)
    inside = [account for account in everyone if not account.revoked_at and not _has_run_out(account, now)]
    return State(
        project=next((item.name for item in storage.projects() if item.uid == project), ""),
        at=now,
        own=own,
        inside=inside,
        outside=[account for account in everyone if account not in inside],
        disputes=disputes,
        refusals=refusals,
        refused=counts.get("refusals", 0),
        days=by_day(lines, first),
        counts=counts,
    )


def by_day(lines: Sequence[BatchLine], first: date) -> list[Day]:
    """Return what each of the last days brought, from `first` on, by the calendar of the hub; days without too."""
    groups: dict[date, list[BatchLine]] = {first + timedelta(days=place): [] for place in range(DAYS)}
    for line in lines:
        if (group := groups.get(parsed(line.at).astimezone().date())) is not None:
            group.append(line)
    return [
        Day(
            on=day,
            batches=len(group),
            received=sum(line.received for line in group),
            merged=sum(line.merged for line in group),
            disputed=sum(line.disputed for line in group),
            refused=sum(line.refused for line in group),
            sent=sum(line.sent for line in group),
        )
        for day, group in groups.items()
    ]
