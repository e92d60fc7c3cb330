"""One request, as a route sees it: who, when, the database, and ways to answer."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.idempotency import once
from app.kit.academy import Academy
from app.kit.actor import Actor
from app.kit.errors import Conflict, Unauthenticated
from app.kit.kept_form import KeptForm
from app.kit.keys import Keys
from app.kit.messages import Text, msg
from app.kit.subjects import Subjects
from app.kit.words import Words
from app.settings import Settings
from app.web import flash_messages
from app.web.access import READER, Access, FreshProof, demand_reader
from app.web.application import AppContext
from app.web.csrf import SAFE_METHODS, cookie_name, demand_proof_of_unread, token_for
from app.web.flash_messages import Flash, FlashKind
from app.web.forms import Submission
from app.web.frame import Frame, Preview
from app.web.kept_forms import BACK_AGAIN, KEPT, filled
from app.web.networks import network_of
from app.web.script_words import with_script_words

PREFETCH_RULES = "prefetch.specrules"
VISITOR_LASTS = 86_400
SERVICE_WORKER = "/sw.js"
DEMO_BANNER = "demo-banner"
"""The cookie of a browser that hid the line about the demo, and how many seconds that lasts."""
DEMO_BANNER_LASTS = 30 * 86_400
SENT_BEFORE: Final = msg(
    "You sent this before, and it was done then. This page shows how things stand now."
)
SUPERSEDED: Final = msg(
    "This key was used before, and what was done then does not stand any more. "
    "Look at how things stand, and send it with a new key."
)
WARNED_OF = timedelta(hours=2)
"""Sign-ins that end later than this need no warning on the page."""


class RequestContext:
    """Made per request; `enter` is called by the guard of the route, in the worker's thread."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.app_context: AppContext = request.app.state.app_context
        self.now: datetime = self._moment()
        self._actor: Actor | None = None
        self._new_visitor: str | None = None
        self._route = ""
        self.is_repeat = False

    @property
    def settings(self) -> Settings:
        return self.app_context.settings

    @property
    def academy(self) -> Academy:
        return self.app_context.academy

    def subjects(self) -> Subjects:
        """Return the subjects that are taught here. Call this outside a block."""
        with self.database.read() as db:
            return self.app_context.subjects(db)

    @property
    def words(self) -> Words:
        """The language in which this person reads: that of their account, or what their browser asks for."""
        asked_for = self.request.headers.get("accept-language", "")
        chosen = self._actor.language if self._actor else None
        return self.app_context.languages.best(chosen, asked_for)

    def speak(self, tag: str | None) -> None:
        """Answer in the language that the person has just chosen."""
        self._actor = replace(self.actor, language=tag)

    @property
    def keys(self) -> Keys:
        return self.app_context.keys

    @property
    def database(self) -> Database:
        return self.app_context.database

    @property
    def actor(self) -> Actor:
        """The person who is signed in; only for routes that demand one."""
        if self._actor is None:
            raise Unauthenticated(msg("Sign in to go on."))
        return self._actor

    @property
    def maybe_actor(self) -> Actor | None:
        return self._actor

    @property
    def path(self) -> str:
        return str(self.request.scope["path"])

    @property
    def route(self) -> str:
        """The name of the route that was entered; empty before that."""
        return self._route

    @property
    def sign_in_token(self) -> str | None:
        return self.request.cookies.get(cookie_name(self.settings, "sid"))

    @property
    def network(self) -> str:
        """The client's address, as the connection or a proxy of ours gives it."""
        return network_of(self.request, self.settings)

    def enter(self, access: Access, route: str, proof: FreshProof | None = None) -> None:
        """Identify the person and check the route's policy. Raise TooMany after too many wrong API
        tokens, and ProofNeeded if the person must first give a fresh proof. This also fixes the
        time of the request: its whole body has arrived.
        """
        self.now = self._moment()
        self._route = route
        identify = self.app_context.identify
        bearer = self.request.headers.get("authorization", "")
        if self.path.startswith("/api/") and bearer.lower().startswith("bearer "):
            token = bearer[7:].strip()
            self._actor = identify.by_bearer(
                self.database, token, network=self.network, now=self.now
            )
        else:
            if self.request.method not in SAFE_METHODS:
                demand_proof_of_unread(self.request)
            self.meet()
        if self._actor is not None:
            self.request.scope["preceptor.actor_id"] = str(self._actor.user_id)
        access.demand(self._actor)
        demand_reader(self._actor, self.request.headers.get(READER))
        if proof is not None:
            proof.demand(self._actor, now=self.now)

    def _moment(self) -> datetime:
        """Return when the body had arrived, or the present without a body. So an answer that
        arrived in time does not become late by waiting for a thread."""
        arrived_at: datetime | None = self.request.scope.get("preceptor.arrived_at")
        return arrived_at or self.app_context.clock()

    def meet(self) -> None:
        """Identify the owner of the cookie without checking a policy, for error pages."""
        if cookie := self.sign_in_token:
            self._actor = self.app_context.identify.by_cookie(self.database, cookie, now=self.now)

    def once(
        self,
        db: Session,
        submission: Submission,
        effect: Callable[[], str],
        *,
        stands: Callable[[str], bool] | None = None,
    ) -> str:
        """Run `effect` once per idempotency key of a form; it returns where to go next.

        A form without a key (a client of its own making) runs it each time. `stands` returns
        whether an earlier answer is still true; if it is not, Conflict is raised.
        """
        if not submission.idempotency_key:
            return effect()
        self.is_repeat = True

        def first_time() -> str:
            self.is_repeat = False
            return effect()

        seed = str(self._actor.user_id) if self._actor else self.network
        answer = once(
            db,
            first_time,
            principal=sha256(seed.encode()).hexdigest(),
            route=self._route,
            key=submission.idempotency_key[:80],
            body=self._keyed(submission.body),
            now=self.now,
        )
        if self.is_repeat and stands is not None and not stands(answer):
            raise Conflict(SUPERSEDED, reason="superseded")
        return answer

    def is_first(self, db: Session, submission: Submission) -> bool:
        """Return whether this was not sent before, and note that it was. A refusal later in the transaction
        takes the note back. Without a key everything is sent for the first time."""
        self.once(db, submission, lambda: "")
        return not self.is_repeat

    def _keyed(self, body: str) -> str:
        """Return a keyed digest of the body. It reveals nothing, although a form may contain a
        password."""
        return hmac.new(self._secret.encode(), b"body:" + body.encode(), sha256).hexdigest()

    def url(self, name: str, **parameters: Any) -> str:
        """Return the path of a named route."""
        return self.app_context.url_for(name, **parameters)

    def render(
        self, template: str, *, status: int = 200, preview: Preview | None = None, **values: Any
    ) -> Response:
        """Render a page for this visitor. Only a page with a preview may be listed by search engines."""
        form = self._kept_form()
        if form is not None and status == 200:
            kind, text = BACK_AGAIN[form.why]
            flash = Flash(kind, self.words.of(text))
            html = filled(partial(self._html, preview, flash), template, values, form)
        else:
            html = self._html(preview, self._flash(), template, values)
        response = self.in_language(HTMLResponse(html, status_code=status))
        if preview is not None:
            response.headers["x-robots-tag"] = "all"
        if self._may_prefetch():
            response.headers["speculation-rules"] = f'"{self.app_context.asset(PREFETCH_RULES)}"'
        self._remember_visitor(response)
        if cookie_name(self.settings, "flash") in self.request.cookies:
            self.drop_cookie(response, "flash")
        return response

    def in_language(self, response: Response) -> Response:
        """Say in which language a response is, and tell caches that it depends on the one asked for."""
        response.headers["content-language"] = self.words.tag
        if self.app_context.languages.others:
            response.headers.add_vary_header("Accept-Language")
        return response

    def _remember_visitor(self, response: Response) -> None:
        if self._new_visitor is not None:
            self.set_cookie(response, "visitor", self._new_visitor, seconds=VISITOR_LASTS)

    def _html(
        self,
        preview: Preview | None,
        flash: Flash | None,
        template: str,
        values: Mapping[str, Any],
    ) -> str:
        page = self.app_context.templates.of(self.words).get_template(template)
        html = page.render(visit=self.frame(preview, flash), **values)
        return with_script_words(html, self.words)

    def _kept_form(self) -> KeptForm | None:
        """Return the form that was stored for this person, if the address names one."""
        kept_id = self.request.query_params.get(KEPT)
        if kept_id is None or self._actor is None or self.request.method != "GET":
            return None
        keeper = self.app_context.kept_forms
        return keeper.read(self.database, kept_id, self._actor.user_id, now=self.now)

    def redirect(
        self,
        to: str,
        *,
        flash: Text | None = None,
        kind: FlashKind = "success",
        owner: str | None = None,
    ) -> Response:
        """Answer a successful post: see another page (303), with a sentence shown there once. For a
        form that was sent a second time the sentence only says so, because its effect may have been
        undone since. `owner` is the owner of the next page if that changes: the token of a new sign-in, or
        `visitor`.
        """
        if flash is not None and kind == "success" and self.is_repeat:
            flash, kind = SENT_BEFORE, "info"
        response = RedirectResponse(to, status_code=303)
        if flash is not None:
            value = flash_messages.packed(
                Flash(kind, self.words.of(flash)), secret=self._secret, owner=owner or self._seed
            )
            self.set_cookie(response, "flash", value, seconds=flash_messages.LASTS)
            self._remember_visitor(response)
        return response

    def set_cookie(self, response: Response, kind: str, value: str, *, seconds: int) -> None:
        response.set_cookie(
            cookie_name(self.settings, kind),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self.settings.is_https,
        )

    def hide_demo_banner(self, response: Response) -> None:
        """Hide the line about the demo in this browser from the next page on."""
        self.set_cookie(response, DEMO_BANNER, "hidden", seconds=DEMO_BANNER_LASTS)

    def drop_cookie(self, response: Response, kind: str) -> None:
        response.delete_cookie(
            cookie_name(self.settings, kind),
            path="/",
            httponly=True,
            samesite="lax",
            secure=self.settings.is_https,
        )

    def new_key(self) -> str:
        """Return a fresh idempotency key for a creating form."""
        return secrets.token_urlsafe(16)

    def _may_prefetch(self) -> bool:
        """Return whether the browser may prefetch pages: only for students, who read lesson after
        lesson, and not if the browser saves data."""
        saves_data = self.request.headers.get("save-data", "").lower() == "on"
        return self._actor is not None and self._actor.is_student and not saves_data

    def frame(self, preview: Preview | None = None, flash: Flash | None = None) -> Frame:
        """Return the values of the visit that every template gets."""
        return Frame(
            actor=self._actor,
            navigation=self.app_context.navigation_for(self._actor, self.path),
            flash=flash,
            theme=self._actor.theme if self._actor else "auto",
            csrf_token=self._csrf_token(),
            path=self.path,
            academy=self.academy,
            environment=str(self.settings.env),
            request_id=str(self.request.scope.get("preceptor.request_id", "")),
            now=self.now,
            zone=self.academy.zone,
            idempotency_key=self.new_key(),
            base_url=self.settings.base_url,
            preview=preview,
            sign_in_ends_in=self._seconds_left(),
            hides_demo_banner=cookie_name(self.settings, DEMO_BANNER) in self.request.cookies,
            back_to=self._back_to(),
            service_worker=SERVICE_WORKER if self.settings.offline_attempts == "on" else None,
        )

    def _back_to(self) -> str | None:
        """Return the address of this page, for forms that lead back to it, or None if it answers a form."""
        if self.request.method != "GET":
            return None
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    def _seconds_left(self) -> int | None:
        """Return the seconds until this sign-in ends, or None if that is too far away for a
        warning."""
        ends_at = self._actor.sign_in_ends_at if self._actor else None
        if ends_at is None or ends_at - self.now > WARNED_OF:
            return None
        return int((ends_at - self.now).total_seconds())

    @property
    def visitor(self) -> str:
        """The token of this browser while nobody is signed in; it gets one with the answer if it has none."""
        seed = self.request.cookies.get(cookie_name(self.settings, "visitor"))
        if seed is None:
            seed = self._new_visitor = self._new_visitor or secrets.token_urlsafe(24)
        return seed

    @property
    def _seed(self) -> str:
        """The token of the sign-in, or of the visitor, to which forms and flashes are bound."""
        return (self.sign_in_token if self._actor else None) or self.visitor

    @property
    def _secret(self) -> str:
        return self.settings.secret_key.get_secret_value()

    def _csrf_token(self) -> str:
        return token_for(self.settings, self._seed)

    def _flash(self) -> Flash | None:
        value = self.request.cookies.get(cookie_name(self.settings, "flash"))
        if value is None:
            return None
        return flash_messages.unpacked(value, secret=self._secret, owner=self._seed)


async def open_visit(request: Request) -> RequestContext:
    """Make the visit and store it in the request, so that an error page can identify the person."""
    visit = RequestContext(request)
    request.scope["preceptor.visit"] = visit
    return visit


Visit = Annotated[RequestContext, Depends(open_visit)]
