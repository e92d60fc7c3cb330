"""Nothing that a person typed gets into a log, into what is stored of a failure, or onto an error page (V3).

Every form of the demo academy and every route is sent words that would be known anywhere: once as they are,
and once while the database refuses each statement that carries one, with a message that repeats it, as real
databases do.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts import queries as people
from app.accounts.api_tokens import make_for_address
from app.db.database import Database
from app.demo.people import ADMIN, PASSWORD, STUDENTS
from app.kit.actor import SystemActor
from app.outbox import service as outbox
from app.outbox.facts import Fact
from app.outbox.handlers import Handler, Handlers
from app.outbox.models import OutboxEvent
from app.web.logs import configure_logs
from app.web.routing import policies
from app.workers.facts import deliver_facts
from tests.integration.routes.test_careless import WHO, browser_of, mailed
from tests.make import NOW
from tests.make.factors import code_at, codes_on, secret_on
from tests.make.forms import PageForm, forms_on_the_way

__all__ = ["browser_of", "mailed"]

TYPED, SENT_ALONG = "zebra7731", "ocelot4419"
"""In fields and bodies; in paths, queries and headers, which a page may show to whoever sent them."""
CANARY = re.compile(f"{TYPED}|{SENT_ALONG}", re.IGNORECASE)


class CanaryTold(Fact):
    name: ClassVar[str] = "canary.told"
    handled_by: ClassVar[tuple[str, ...]] = ("remember",)

    email: str


LEAST_FAILURES = {"visitor": 4, "learner": 3, "graduate": 3, "instructor": 4, "admin": 14}
LEAST_ROUTES = 230
IS_DEEP = bool(os.environ.get("TEST_DEEP"))
KINDS = ("IntegrityError", "OperationalError", *(("DataError", "InternalError") if IS_DEEP else ()))
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


@dataclass(eq=False)
class Failing:
    """A driver that refuses what carries a canary, in the words and with the errors of real ones. It stands
    below SQLAlchemy, so that statements that go past it are refused too."""

    database: Database
    kind: str = ""
    failures: int = 0

    def check(self, statement: str, parameters: object) -> None:
        if self.kind and CANARY.search(repr(parameters)):
            self.failures += 1
            error = getattr(self.database.engine.dialect.loaded_dbapi, self.kind)
            raise error(f"Key (email)=({parameters!r}) already exists. [{statement}]")

    def connect(self) -> Any:
        """Make a connection as SQLAlchemy would, of a kind that checks."""
        engine, check = self.database.engine, self.check
        words, named = engine.dialect.create_connect_args(engine.url)
        driver: Any = engine.dialect.loaded_dbapi

        class Cursor(driver.Cursor):
            def execute(self, statement: str, parameters: Any = ()) -> Any:
                check(statement, parameters)
                return super().execute(statement, parameters)

            def executemany(self, statement: str, parameters: Any) -> Any:
                check(statement, parameters)
                return super().executemany(statement, parameters)

        class Connection(driver.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def execute(self, statement: str, parameters: Any = ()) -> Any:
                return self.cursor().execute(statement, parameters)

        return driver.connect(*words, **{**named, "factory": Connection})


@dataclass
class Watched:
    """What the application wrote, and where a canary was seen."""

    written: pytest.CaptureFixture[str]
    leaks: list[str] = field(default_factory=list)
    lines: int = 0

    def look(self, about: str, response: Any = None) -> str:
        """Look at what was logged since, and at the page of a failure; return the log."""
        written = "".join(self.written.readouterr())
        self.lines += written.count("\n")
        if CANARY.search(written):
            self.leaks.append(f"{about}: log: {written[:2000]}")
        if response is not None and response.status_code >= 500 and TYPED in response.text.lower():
            self.leaks.append(f"{about}: page {response.status_code}")
        return written


@pytest.fixture
def watched(capsys) -> Iterator[Watched]:
    """Everything that reaches standard output and error, at the most talkative level."""
    configure_logs("DEBUG")
    yield Watched(capsys)
    configure_logs("WARNING")


@pytest.fixture
def failing(academy_client) -> Failing:
    """The driver of the application's database; it refuses canaries once it is told a kind of error."""
    database: Database = academy_client.app.state.app_context.database
    driver = Failing(database)
    pool: Any = database.engine.pool
    pool._creator = driver.connect
    return driver


def body_of_form(form: PageForm, words: dict[str, str]) -> bytes:
    """Return what a person sends who fills in every field: where nothing is chosen yet, the last choice."""
    pairs, groups = [], set()
    for form_field in form.fields:
        if form_field.kind == "select" and not form_field.value:
            pairs.append((form_field.name, form_field.choices[-1]))
        elif form_field.kind == "radio" and form_field.name not in groups:
            groups.add(form_field.name)
            pairs.append((form_field.name, form_field.value))
        elif form_field.kind != "radio" and form_field.name != "idempotency_key":
            pairs.append(
                (
                    form_field.name,
                    words.get(form_field.name, form_field.value)
                    if form_field.is_typed
                    else form_field.value,
                )
            )
    return urlencode(pairs).encode()


def words_for(form: PageForm) -> dict[str, str]:
    """Return a canary for each field, of a shape that the field takes: dates, times and numbers stay."""
    words = {}
    for form_field in form.fields:
        if "email" in (form_field.kind, form_field.name) or "address" in form_field.name:
            words[form_field.name] = f"{TYPED}@example.org"
        elif form_field.kind == "tel":
            continue
        elif form_field.kind == "password":
            words[form_field.name] = f"{TYPED}-Long-And-Odd-1"
        elif not any(letter.isdigit() for letter in form_field.value):
            words[form_field.name] = f"Zoe {TYPED.title()} of the zoo"
    return words


@pytest.mark.parametrize("who", WHO)
def test_forms_leave_nothing_of_what_was_typed(
    academy_client, browser_of, mailed, watched, failing, who
):
    browser: TestClient = browser_of(who)
    starts = ("/", "/home", "/me", "/sign-in", "/register", "/forgot", "/enquiry", "/verify")
    all_forms = list(forms_on_the_way(browser, *starts, *(mailed if who == "visitor" else ())))
    headers = {**FORM, "user-agent": SENT_ALONG, "referer": f"http://testserver/{SENT_ALONG}"}
    statuses = set()

    def send(form: PageForm, kind: str, body: bytes) -> None:
        action = f"{form.action}{'&' if '?' in form.action else '?'}x={SENT_ALONG}"
        response = browser.post(action, content=body, headers=headers)
        statuses.add(response.status_code)
        watched.look(f"{form.action}, {kind}", response)

    for _, form in all_forms:
        unfit = {name: f"{words}\x00" * 300 for name, words in words_for(form).items()}
        send(form, "refused", form.sent(**unfit) + f"&{TYPED}={TYPED}".encode())
    for kind in KINDS:
        failing.kind = kind
        for _, form in all_forms:
            send(form, kind, body_of_form(form, words_for(form)))
    failing.kind = ""
    assert watched.leaks == []
    assert failing.failures >= LEAST_FAILURES[who] * len(KINDS)
    assert {422, 500, 503} <= statuses
    assert watched.lines >= len(all_forms) * (1 + len(KINDS))
    assert stored_errors(academy_client) == []


def stored_errors(client: TestClient) -> list[str]:
    database: Database = client.app.state.app_context.database
    with database.read() as db:
        stored = db.scalars(select(OutboxEvent.last_error)).all()
    return [error for error in stored if error and CANARY.search(error)]


def body_of(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Return a value of a schema of the API, with a canary in every text."""
    if "$ref" in schema:
        return body_of(document["components"]["schemas"][schema["$ref"].split("/")[-1]], document)
    if "anyOf" in schema:
        return body_of(schema["anyOf"][0], document)
    kind = schema.get("type")
    if kind == "object":
        return {
            name: body_of(part, document) for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [body_of(schema["items"], document)]
    if kind == "string" and "enum" not in schema and schema.get("format") != "uuid":
        return TYPED
    return schema.get("enum", [1])[0] if kind == "string" else 1


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("visitor", "OperationalError"),
        ("student", "IntegrityError"),
        ("admin", ""),
        ("admin", "OperationalError"),
    ],
)
def test_every_route_leaves_nothing_of_what_was_sent(
    academy_client, academy_database, as_demo_person, watched, failing, kind, who
):
    """By the shape of the API's document where there is one; in the path, the query and the headers too."""
    person = {"visitor": None, "student": STUDENTS[0], "admin": ADMIN}[who]
    browser = as_demo_person(person)
    document = json.loads(browser.get("/api/v1/openapi.json").text)
    failing.kind = kind
    walked, statuses = 0, set()
    for method, path in policies(academy_client.app):
        if path in ("/sign-out", "/me/sign-ins/end-others"):
            continue
        operation = document["paths"].get(path, {}).get(method.lower(), {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        is_api = path.startswith("/api/")
        body: dict[str, Any] = {}
        if method not in ("GET", "HEAD"):
            typed = json.dumps(body_of(schema.get("schema", {"type": "object"}), document))
            content = (
                typed if is_api else f"name={TYPED}&email={TYPED}%40example.org&reason={TYPED}"
            )
            body = {"content": content}
        response = browser.request(
            method,
            f"{re.sub(r'{[^}]*}', SENT_ALONG, path)}?q={SENT_ALONG}&page={SENT_ALONG}",
            headers={**(JSON if is_api else FORM), "user-agent": SENT_ALONG},
            **body,
        )
        walked += 1
        statuses.add(response.status_code)
        watched.look(f"{method} {path}", response)
    assert watched.leaks == []
    assert walked >= LEAST_ROUTES
    assert kind != "OperationalError" or 503 in statuses


@pytest.mark.parametrize("kind", ["IntegrityError", "OperationalError"])
def test_a_fact_that_fails_leaves_nothing_of_what_it_tells(
    academy_client, academy_database, watched, failing, kind
):
    """What the worker keeps of a failure is read by the office."""
    database: Database = academy_client.app.state.app_context.database

    def remember(db, fact, _now) -> None:
        people.person_by_email(db, fact.email)

    handlers = Handlers([Handler("remember", CanaryTold, remember)])
    with academy_database.write() as db:
        event_id = outbox.announce(db, CanaryTold(email=f"{TYPED}@example.org"), now=NOW)
    failing.kind = kind
    deliver_facts(database, handlers, now=NOW)
    failing.kind = ""
    with academy_database.read() as db:
        error = db.get_one(OutboxEvent, event_id).last_error
    assert error is not None
    assert kind in error
    assert "SELECT users" in error
    assert stored_errors(academy_client) == []
    watched.look("the worker")
    assert watched.leaks == []
    assert watched.lines >= 1


def test_a_bearer_token_and_what_libraries_log_leave_nothing(
    academy_client, academy_database, watched
):
    with academy_database.write() as db:
        token = make_for_address(db, SystemActor.command_line, email=STUDENTS[0].email, now=NOW)
    for shown in (token, f"{SENT_ALONG}.{TYPED}"):
        answer = academy_client.get("/api/v1/me", headers={"authorization": f"Bearer {shown}"})
        assert answer.status_code in (200, 401)
    assert token not in watched.look("tokens")
    try:
        raise ValueError(TYPED)
    except ValueError:
        logging.getLogger("asyncio").exception("Task failed\nfuture: <Task exception=%s>", TYPED)
    logging.getLogger("library").error("Callback failed (%s)", TYPED)
    written = watched.look("libraries")
    assert "Task failed" in written
    assert "ValueError: message withheld" in written
    assert watched.leaks == []


def test_codes_and_secrets_of_the_second_factor_leave_nothing(
    academy_client, academy_database, as_demo_person, watched
):
    """Setting up an app, wrong and right codes, and what a refused form shows: no log names one."""
    browser = as_demo_person(STUDENTS[0])
    here = "/me/second-factor"
    browser.post(f"{here}/app/begin")
    secret = secret_on(browser.get(f"{here}/app").text)
    code = code_at(NOW, secret)
    browser.get(f"{here}/app.svg")
    for typed in (TYPED, f"{code[:3]} {code[3:]}"):
        browser.post(f"{here}/app", data={"code": typed})
    codes = codes_on(browser.get(f"{here}/codes").text)
    assert len(codes) == 10
    browser.get(f"{here}/codes.txt")
    form = {"email": STUDENTS[0].email, "password": PASSWORD}
    for path, name, typed in (
        ("/sign-in/second-factor", "code", TYPED),
        ("/sign-in/second-factor", "code", code),
        ("/sign-in/recovery-code", "recovery_code", codes[0]),
    ):
        academy_client.post("/sign-in", data=form)
        academy_client.post(path, data={name: typed})
    written = watched.look("the second factor")
    for secret_word in (secret, code, *codes, *(each.replace("-", "") for each in codes)):
        assert secret_word not in written
    assert watched.leaks == []
    assert watched.lines >= 12
