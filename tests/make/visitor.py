"""Somebody who asks a served academy over https, by its own name and with its own certificate checked."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from tests.make.factors import code_at, codes_on, secret_on
from tests.make.patience import SECONDS

HOST = "academy.example"
ORIGIN = f"https://{HOST}"
PASSWORD = "a long and quiet password"
APP = "/me/second-factor/app"


class Visitor(httpx2.Client):
    """A browser without scripts. The name is that of the academy, whatever this machine thinks it is."""

    def __init__(self, authority: Path) -> None:
        super().__init__(
            base_url="https://127.0.0.1",
            headers={"host": HOST, "origin": ORIGIN},
            verify=ssl.create_default_context(cafile=authority),
            timeout=SECONDS,
            trust_env=False,
        )

    def request(self, *values, **named):  # type: ignore[no-untyped-def] # as the library's
        named["extensions"] = {"sni_hostname": HOST}
        return super().request(*values, **named)

    def goes(self, response: httpx2.Response) -> str:
        """Return where a form led, or fail with the page that refused it."""
        assert response.status_code == 303, f"{response.status_code}: {response.text[-3000:]}"
        return response.headers["location"].removeprefix(ORIGIN)

    def takes_the_link(self, link: str) -> None:
        """Set a password by the link of an invitation."""
        path, _, token = link.strip().removeprefix(ORIGIN).partition("?token=")
        page = self.get(path, params={"token": token})
        assert page.status_code == 200, page.text
        self.goes(self.post(path, data={"token": token, "password": PASSWORD}))

    def signs_in(self, email: str) -> str:
        """Send the password and return where it led."""
        return self.goes(self.post("/sign-in", data={"email": email, "password": PASSWORD}))

    def enrols(self) -> tuple[str, tuple[str, ...]]:
        """Set up an app, and return its secret and the recovery codes."""
        self.goes(self.post(f"{APP}/begin"))
        secret = secret_on(self.get(APP).text)
        self.goes(self.post(APP, data={"code": code_at(datetime.now(UTC), secret)}))
        codes = codes_on(self.get("/me/second-factor/codes").text)
        self.goes(self.post("/me/second-factor/codes/kept"))
        return secret, codes

    def types_the_code(self, secret: str) -> str:
        """Send the code that the app shows now: each is good once."""
        code = code_at(datetime.now(UTC), secret)
        return self.goes(self.post("/sign-in/second-factor", data={"code": code}))
