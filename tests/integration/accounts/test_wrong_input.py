"""Every form that takes a secret counts wrong ones, although it refuses them (R-021, V12). The
cases are generated from the forms of the application: a new form with a field for a secret fails
here until the table has a row for it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts import rate_limits
from app.accounts.factors.models import Passkey
from app.certificates import rate_limits as certificate_doors
from app.db.rate_limits import Count, Limit
from app.web.forms import Form
from tests.make.factors import a_passkey, an_app_factor
from tests.make.people import A_PASSWORD
from tests.make.rate_limits import a_door

WRONG = "apricot velvet orbit tundra"
NEW = "gravel parsnip tuesday ninety"
MADE_UP = "0190f2e4-7b1a-7000-8000-000000000000.00"
MOST = 3
SECRET = re.compile(r"password|token|code$|serial")
NOT_GUESSED = {
    "RegisterForm": "chooses a password, and compares none",
    "AccessCodeForm": "counted for each person and quiz: integration/quizzes/test_access_codes.py",
}


@dataclass(frozen=True)
class Wrong:
    """How a wrong secret is sent, the answer to it, and who sends it: `visitor`, or `sam` who is signed in,
    or `halfway`: Sam after the right password and before the second factor."""

    path: str
    data: dict[str, str]
    status: int
    sender: str = "visitor"
    get: bool = False
    bearer: bool = False


LINK = {"token": MADE_UP}
DOORS: dict[str, tuple[Wrong, ...]] = {
    "SignInForm": (Wrong("/sign-in", {"email": "sam@example.org", "password": WRONG}, 422),),
    "ConfirmForm": (Wrong("/confirm", LINK | {"password": WRONG}, 404),),
    "SetPasswordForm": (
        Wrong("/reset", LINK | {"password": NEW}, 404),
        Wrong("/invitation", LINK | {"password": NEW}, 404),
    ),
    "ConfirmAddressForm": (
        Wrong("/new-address", LINK, 404),
        Wrong("/stop-reset", LINK, 404),
    ),
    "ChangePasswordForm": (
        Wrong("/me/password", {"current_password": WRONG, "password": NEW}, 422, "sam"),
    ),
    "ChangeAddressForm": (
        Wrong("/me/email", {"current_password": WRONG, "email": "n@example.org"}, 422, "sam"),
    ),
    "ProveForm": (Wrong("/prove", {"password": WRONG, "act": "x"}, 422, "sam"),),
    "RemoveAppForm": (
        Wrong("/me/second-factor/app/remove", {"current_password": WRONG}, 422, "sam"),
    ),
    "RemovePasskeyForm": (
        Wrong("/me/second-factor/passkeys/{key}/remove", {"current_password": WRONG}, 422, "sam"),
    ),
    "CodeForm": (Wrong("/sign-in/second-factor", {"code": "000000"}, 422, "halfway"),),
    "RecoveryCodeForm": (
        Wrong("/sign-in/recovery-code", {"recovery_code": "aaaa-bbbb"}, 422, "halfway"),
    ),
    "VerifyForm": (Wrong("/verify/0000-0000-0000-0000-0000", {}, 404, get=True),),
    "bearer token": (Wrong("/api/v1/me", {}, 401, get=True, bearer=True),),
    "link that is opened": tuple(
        Wrong(path, LINK, 404, get=True)
        for path in ("/confirm", "/reset", "/invitation", "/new-address")
    ),
}
CASES = [wrong for each in DOORS.values() for wrong in each]


def all_forms(base: type[Form] = Form) -> Iterator[type[Form]]:
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def test_every_form_with_a_secret_has_its_row():
    """This test finds a new form whose wrong input is not counted."""
    asking = {
        form.__name__
        for form in all_forms()
        if form.__module__.startswith("app.")
        and any(SECRET.search(name) for name in form.model_fields)
    }
    assert len(asking) >= 10
    assert asking - set(NOT_GUESSED) == {name for name in DOORS if name.endswith("Form")}


@pytest.fixture
def few_tries(monkeypatch):
    """Three tries at every door."""
    monkeypatch.setattr(rate_limits, "PASSWORD", a_door(caller=MOST))
    monkeypatch.setattr(
        rate_limits, "SECOND_FACTOR", a_door(rate_limits.SECOND_FACTOR, caller=MOST)
    )
    for module, name in (
        (rate_limits, "LINK_NETWORK"),
        (rate_limits, "TOKEN_NETWORK"),
        (certificate_doors, "VERIFY"),
    ):
        limit: Limit = getattr(module, name)
        monkeypatch.setattr(module, name, replace(limit, most=MOST))


@pytest.fixture
def send(client, as_person, database, sam) -> Callable[[Wrong], Any]:
    """Send wrong input as its sender does."""

    def sender_of(wrong: Wrong):
        if wrong.sender == "visitor":
            return client
        if "{key}" in wrong.path:
            with database.write() as db:
                a_passkey(db, sam)
        elif wrong.path.startswith(("/me/second-factor", "/sign-in/")):
            with database.write() as db:
                an_app_factor(db, sam)
        if wrong.sender == "sam":
            return as_person(sam)
        form = {"email": sam.email, "password": A_PASSWORD}
        assert "second-factor" in client.post("/sign-in", data=form).headers["location"]
        return client

    browsers: dict[str, Any] = {}

    def send_it(wrong: Wrong):
        browser = browsers.setdefault(wrong.path, None) or sender_of(wrong)
        browsers[wrong.path] = browser
        with database.read() as db:
            path = wrong.path.format(key=db.scalar(select(Passkey.id)))
        headers = {"authorization": "Bearer nobodys"} if wrong.bearer else {}
        if wrong.get:
            return browser.get(path, params=wrong.data, headers=headers)
        return browser.post(path, data=wrong.data)

    return send_it


@pytest.mark.usefixtures("few_tries")
@pytest.mark.parametrize(
    "wrong", CASES, ids=lambda each: f"{'GET ' if each.get else ''}{each.path}"
)
def test_wrong_input_is_counted_and_then_refused(app, database, send, wrong):
    """R-021, V12: fails if the refusal rolls the count back."""
    told = [send(wrong) for _ in range(MOST + 2)]
    assert [answer.status_code for answer in told] == [wrong.status] * MOST + [429] * 2
    assert int(told[-1].headers["retry-after"]) > 0
    app.state.app_context.database.later.settle()
    with database.read() as db:
        assert MOST in set(db.scalars(select(Count.tries)))
