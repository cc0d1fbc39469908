"""The page of coordinators: asked for over HTTP with nothing between, and seen by a real browser."""

import http.client
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from fieldapp.core.ids import new_uid
from fieldapp.core.merging import Rival
from fieldapp.hub import accounts, serving, status_page
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options
from fieldapp.hub.storage import BROWSER, COORDINATOR, VOLUNTEER, Account, BatchLine, Refusal, Storage
from fieldapp.sync import wire

FORM = "application/x-www-form-urlencoded"
SECRET = "Crapaud calamite <script>"


@dataclass
class Said:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def cookie(self) -> str:
        """Return the cookie as a browser sends it back."""
        return (self.headers["set-cookie"] or "").partition(";")[0]


@dataclass
class Hub:
    """A hub that is served, and how it is asked things as a browser would or would not."""

    storage: Storage
    address: str
    port: int

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None
        if form is not None:
            body = urlencode(form)
            given = {"Content-Type": FORM, "Origin": self.address, **given}
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def code(self, role: str = COORDINATOR, project: str = "association") -> str:
        return accounts.invite(self.storage, role, project=project).code

    def enter(self, **headers: str) -> Said:
        return self.ask("POST", "/login", {"code": self.code()}, **headers)

    def browsers(self) -> list[Account]:
        return [account for _project, account in accounts.devices(self.storage) if account.access == BROWSER]


@contextmanager
def served(storage: Storage, **options: bool) -> Iterator[Hub]:
    with serving.start(storage, Options(port=0, **options)) as running:  # type: ignore[arg-type]
        yield Hub(storage, running.address, running.port)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Storage]:
    """Return an empty storage in a file: what the page asks of a storage holds for both kinds (see the contract)."""
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def hub(file: Storage) -> Iterator[Hub]:
    with served(file) as found:
        yield found


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def device(storage: Storage, name: str, role: str = VOLUNTEER, seen_at: str = "", project: str = "association") -> str:
    """Return the uid of the account of a laptop that came in."""
    code = accounts.invite(storage, role, project=project).code
    said = accounts.join(
        storage, wire.Join(code=code, token=wire.new_token(), device=new_uid(), name=name), "192.0.2.1"
    )
    if seen_at:
        storage.seen(said.project, said.account, seen_at)
    return said.account


def busy(storage: Storage) -> str:
    """Fill a hub with three laptops, a month of exchanges, disputes and a quarantine; return the uid of the project."""
    luc = device(storage, "Portable de Luc", VOLUNTEER, ago(days=3, hours=1))
    device(storage, "Table de baguage", "leader", ago(minutes=5))
    device(storage, "Bureau", COORDINATOR)
    lost = device(storage, "Portable volé", VOLUNTEER, ago(days=40))
    project = storage.add_project("association").uid
    storage.revoke(project, lost, ago(days=39))
    first, second = new_uid(), new_uid()
    rivals = (Rival(new_uid(), "12"), Rival(new_uid(), SECRET))
    with storage.working(project) as work:
        work.put_disputes({first: {"count_min": rivals, "comments": rivals}, second: {"count_min": rivals}})
        reasons = ["not_yours", "not_yours", "missing_parent", "unheard_of"]
        work.refuse([Refusal(new_uid(), luc, reason, f'{{"name": "{SECRET}"}}', ago(days=1)) for reason in reasons])
        for day in range(45, 0, -1):
            for time in range(day * 7 % 5):
                work.log(BatchLine(luc, ago(days=day, minutes=time), 120 + day, 3, 1, 2, 40))
    return project


# --------------------------------------------------------------------------------------------- the way in


def test_whoever_is_not_in_sees_the_way_in_and_nothing_of_the_association(hub: Hub) -> None:
    busy(hub.storage)
    said = hub.ask("GET", "/")
    assert said.status == 200
    assert "Code de coordination" in said.text
    assert "Portable de Luc" not in said.text
    assert "association" not in said.text


def test_a_code_of_the_coordination_opens_the_page_once(hub: Hub) -> None:
    code = hub.code()
    said = hub.ask("POST", "/login", {"code": code})
    assert (said.status, said.headers["location"]) == (303, "/")
    page = hub.ask("GET", "/", cookie=said.cookie)
    assert (page.status, "<h1>association</h1>" in page.text) == (200, True)
    again = hub.ask("POST", "/login", {"code": code})
    assert (again.status, again.headers["set-cookie"]) == (403, None)
    assert "Ce code ne marche pas" in again.text


def test_the_session_is_an_account_of_its_own_of_which_the_hub_keeps_no_token(hub: Hub) -> None:
    said = hub.enter()
    (account,) = hub.browsers()
    token = said.cookie.rpartition(".")[2]
    assert (account.role, account.token_hash) == (COORDINATOR, wire.token_hash(token))
    hub.ask("GET", "/", cookie=said.cookie)
    assert hub.browsers()[0].last_seen_at


def test_the_cookie_is_kept_from_scripts_from_other_sites_and_where_there_is_tls_from_plain_http(
    file: Storage,
) -> None:
    with served(file, behind_proxy=True) as hub:
        said = hub.enter(X_Forwarded_For="192.0.2.9", X_Forwarded_Proto="https", Sec_Fetch_Site="same-origin")
        parts = {part.strip().lower() for part in said.headers["set-cookie"].split(";")}
        assert said.status == 303
        assert said.cookie.startswith("__Host-")
        assert {"httponly", "samesite=strict", "secure", "path=/"} <= parts
        assert "domain" not in said.headers["set-cookie"].lower()
    with served(file) as hub:
        parts = {part.strip().lower() for part in hub.enter().headers["set-cookie"].split(";")}
        assert {"httponly", "samesite=strict"} <= parts
        assert "secure" not in parts


def test_a_code_is_not_taken_over_plain_http_from_another_computer_and_stays_good(file: Storage) -> None:
    with served(file, lan=True) as hub:
        code = hub.code()
        said = hub.ask("POST", "/login", {"code": code}, Host="hub.example.org", Origin="http://hub.example.org")
        assert (said.status, "HTTPS" in said.text) == (403, True)
        assert hub.ask("POST", "/login", {"code": code}).status == 303


def test_a_code_of_a_laptop_does_not_open_the_page_and_leaves_nothing_open(hub: Hub) -> None:
    said = hub.ask("POST", "/login", {"code": hub.code(VOLUNTEER)})
    assert (said.status, said.headers["set-cookie"]) == (403, None)
    assert "pour la coordination" in said.text
    assert all(account.revoked_at for account in hub.browsers())


def test_the_token_of_a_volunteer_in_the_cookie_shows_nothing(hub: Hub) -> None:
    token = wire.new_token()
    join = wire.Join(code=hub.code(VOLUNTEER), token=token, device=new_uid(), name="Luc")
    said = accounts.join(hub.storage, join, "192.0.2.1")
    page = hub.ask("GET", "/", cookie=f"fieldapp={said.project}.{said.account}.{token}")
    assert "Code de coordination" in page.text


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": ""}, {"Sec_Fetch_Site": "cross-site"},
     {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"}],
    ids=str,
)  # fmt: skip
def test_a_form_of_another_site_neither_brings_in_nor_puts_out(hub: Hub, headers: dict[str, str]) -> None:
    code = hub.code()
    assert hub.ask("POST", "/login", {"code": code}, **headers).status == 403
    said = hub.ask("POST", "/login", {"code": code})
    assert said.status == 303, "the code was not used up"
    hub.ask("POST", "/logout", {}, cookie=said.cookie, **headers)
    assert "<h1>association</h1>" in hub.ask("GET", "/", cookie=said.cookie).text


def test_leaving_shuts_the_account_out_and_takes_the_cookie_away(hub: Hub) -> None:
    cookie = hub.enter().cookie
    said = hub.ask("POST", "/logout", {}, cookie=cookie)
    assert (said.status, said.headers["location"]) == (303, "/")
    assert "max-age=0" in said.headers["set-cookie"].lower()
    assert hub.browsers()[0].revoked_at
    assert "Code de coordination" in hub.ask("GET", "/", cookie=cookie).text


def test_after_thirty_days_a_browser_needs_another_code(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = hub.enter().cookie
    assert "<h1>association</h1>" in hub.ask("GET", "/", cookie=cookie).text
    with monkeypatch.context() as patched:
        patched.setattr(status_page, "SESSION_DAYS", -1)
        assert "Code de coordination" in hub.ask("GET", "/", cookie=cookie).text
    assert hub.browsers()[0].revoked_at
    assert "Code de coordination" in hub.ask("GET", "/", cookie=cookie).text


def test_the_cookie_of_a_browser_opens_the_page_only_and_the_token_of_a_laptop_never_does(hub: Hub) -> None:
    credentials = hub.enter().cookie.partition("=")[2]
    said = hub.ask("GET", "/v1/media", Authorization=f"Bearer {credentials}", Fieldapp_Nonce="0" * 32)
    assert said.status == 401
    token = wire.new_token()
    join = wire.Join(code=hub.code(), token=token, device=new_uid(), name="navigateur")
    laptop = accounts.join(hub.storage, join, "192.0.2.1")
    page = hub.ask("GET", "/", cookie=f"fieldapp={laptop.project}.{laptop.account}.{token}")
    assert "Code de coordination" in page.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://[x"}, {"Host": "[::1", "Origin": "http://[::1"}, {"Host": "[::1"}], ids=str
)
def test_an_address_that_is_none_is_that_of_another_site(hub: Hub, headers: dict[str, str]) -> None:
    assert hub.ask("POST", "/login", {"code": "x"}, **headers).status == 403
    assert hub.ask("GET", "/", Host="[::1").status == 200


def test_a_form_of_very_many_fields_is_a_wrong_code(hub: Hub) -> None:
    assert hub.ask("POST", "/login", {f"f{place}": "1" for place in range(30)}).status == 403


def test_too_many_wrong_codes_are_told_to_wait(hub: Hub) -> None:
    for _time in range(accounts.MAX_PER_ADDRESS):
        assert hub.ask("POST", "/login", {"code": "AAAAA-AAAAA"}).status == 403
    said = hub.enter()
    assert (said.status, said.headers["retry-after"]) == (429, "600")
    assert "dix minutes" in said.text


def test_a_form_that_is_none_of_ours_is_a_wrong_code(hub: Hub) -> None:
    for form in ({}, {"code": "x" * 5_000}, {"code": "\x00\udcff".encode("utf-8", "replace").decode()}):
        assert hub.ask("POST", "/login", form).status == 403
    assert hub.ask("GET", "/login").status == 405


# ----------------------------------------------------------------------------------------------- the page


def test_the_page_counts_what_waits_in_words_and_shows_no_content_of_a_record(storage: Storage) -> None:
    busy(storage)
    with served(storage) as hub:
        page = hub.ask("GET", "/", cookie=hub.enter().cookie).text
    plain = page.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "3 champs ont plusieurs valeurs sur 2 fiches.",
        "4 changements mis de côté.",
        "Suppression d’une fiche faite sur un autre portable, ou déplacement",
        "Autre raison (unheard_of).",
        "il y a 3 jours",
        "il y a 5 minutes",
        "jamais",
        "1 n’entre plus",
    ):
        assert words in plain, words
    assert "calamite" not in page
    assert "count_min" not in page


def test_two_projects_never_see_each_other(hub: Hub) -> None:
    busy(hub.storage)
    device(hub.storage, "Portable d’ailleurs", project="Ailleurs")
    cookie = hub.ask("POST", "/login", {"code": hub.code(project="Ailleurs")}).cookie
    page = hub.ask("GET", "/", cookie=cookie).text
    assert "Portable d’ailleurs" in page
    assert "Portable de Luc" not in page
    assert "Rien n’attend" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_hub_on_which_nothing_happened_says_how_to_begin(hub: Hub) -> None:
    page = hub.ask("GET", "/", cookie=hub.enter().cookie).text
    for words in ("fieldapp hub invite --role volunteer", "Rien n’a encore été échangé.", "Rien n’attend"):
        assert words in page
    assert "<svg" not in page


def test_a_name_is_shown_as_it_is_and_never_taken_for_html(hub: Hub) -> None:
    device(hub.storage, '<img src=x onerror="alert(1)">', project='<b>"Mares"</b>')
    page = hub.ask("GET", "/", cookie=hub.ask("POST", "/login", {"code": hub.code(project='<b>"Mares"</b>')}).cookie)
    assert "<img" not in page.text
    assert "<b>" not in page.text
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in page.text


def test_nothing_inline_is_allowed_nothing_is_kept_and_nothing_inline_is_there(hub: Hub) -> None:
    cookie = hub.enter().cookie
    busy(hub.storage)
    for said in (hub.ask("GET", "/"), hub.ask("GET", "/", cookie=cookie), hub.ask("POST", "/login", {"code": "x"})):
        policy = said.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert said.headers["cache-control"] == "no-store"
        assert "<script" not in said.text
        assert " style=" not in said.text


def test_the_page_speaks_the_language_of_the_reader(hub: Hub) -> None:
    assert '<html lang="fr">' in hub.ask("GET", "/").text
    assert '<html lang="en">' in hub.ask("GET", "/", Accept_Language="de,en-GB;q=0.8,fr;q=0.3").text


def test_the_page_says_so_when_the_database_does_not_answer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = hub.enter().cookie

    def gone(*_arguments: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(type(hub.storage), "account", gone)
    said = hub.ask("GET", "/", cookie=cookie)
    assert (said.status, "réessayez dans une minute" in said.text) == (503, True)


def test_days_without_exchanges_are_there_and_older_lines_are_not() -> None:
    first = date(2026, 4, 1)
    lines = [
        BatchLine("a", at.astimezone(UTC).isoformat(), 10, 1, 2, 3, 4)
        for at in (datetime(2026, 4, day, 12).astimezone() for day in (1, 1, 30))
    ] + [BatchLine("a", datetime(2026, 3, 31, 12).astimezone(UTC).isoformat(), 1, 1, 1, 1, 1)]
    days = status_page.by_day(lines, first)
    assert len(days) == 30
    assert (days[0].batches, days[0].received, days[0].sent, days[0].on) == (2, 20, 8, first)
    assert sum(day.batches for day in days) == 3
    assert (days[-1].merged, days[-1].disputed, days[-1].refused) == (1, 2, 3)


# ------------------------------------------------------------------------------------- in a real browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert chromium, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@contextmanager
def window(browser: Browser, width: int = 1366, height: int = 768, scheme: str = "light") -> Iterator[Page]:
    """Yield a page in a session of its own, French, without JavaScript; fails for what the browser complains of."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="fr-FR",
        java_script_enabled=False,
    )
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    context.close()
    assert [text for text in complaints if "status of 403" not in text] == []


def log_in(page: Page, hub: Hub) -> None:
    page.goto(hub.address)
    page.get_by_label("Code de coordination").fill(hub.code().lower())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="association").wait_for()


def test_in_a_browser_a_coordinator_comes_in_sees_the_devices_and_leaves(hub: Hub, browser: Browser) -> None:
    busy(hub.storage)
    with window(browser) as page:
        log_in(page, hub)
        row = page.get_by_role("row").filter(has_text="Portable de Luc")
        assert "il y a 3 jours" in row.inner_text().replace("\N{NO-BREAK SPACE}", " ")
        page.get_by_text("1 n’entre plus").click()
        page.get_by_role("row").filter(has_text="Portable volé").wait_for(state="visible")
        page.get_by_text("Voir les chiffres").click()
        assert page.get_by_role("region", name="Chiffres par jour").get_by_role("row").count() > 10
        page.get_by_role("button", name="Quitter").click()
        page.get_by_label("Code de coordination").wait_for()
        page.goto(hub.address)
        assert page.get_by_text("Portable de Luc").count() == 0
    assert all(account.revoked_at for account in hub.browsers())


def test_in_a_browser_a_wrong_code_is_said_beside_the_field(hub: Hub, browser: Browser) -> None:
    with window(browser) as page:
        page.goto(hub.address)
        page.get_by_label("Code de coordination").fill("AAAAA-AAAAA")
        page.get_by_role("button", name="Entrer").click()
        page.get_by_role("alert").wait_for()
        assert "Ce code ne marche pas" in page.get_by_role("alert").inner_text().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1366, 768)])
def test_in_a_browser_nothing_is_wider_than_the_screen_and_the_colours_follow_the_system(
    hub: Hub, browser: Browser, width: int, height: int, scheme: str
) -> None:
    busy(hub.storage)
    device(hub.storage, "Portable-de-l’équipe-du-Bac-à-schlamms-et-des-terrils-du-11/19-à-Loos-en-Gohelle")
    with window(browser, width, height, scheme) as page:
        log_in(page, hub)
        for shown in page.locator("section, header, .devices tr, svg, .scrolled").all():
            box = shown.bounding_box()
            assert box is None or box["x"] + box["width"] <= width, shown.inner_text()
        for words in page.locator("td > span:first-child, th > small").all():
            box = words.bounding_box()
            assert box is None or box["width"] >= 40, "a long name beside it broke these words up"
        page.get_by_text("Voir les chiffres").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        target = page.get_by_role("button", name="Quitter").bounding_box()
        assert target is not None
        assert target["height"] >= 36
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(18, 22, 20)" if scheme == "dark" else "rgb(246, 245, 240)")
