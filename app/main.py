"""Putting one application together from its settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import anyio.to_thread
from fastapi import FastAPI

from app import jobs, key_files
from app.academy_file import load_academy
from app.accounts import api as accounts_api
from app.accounts import (
    contact_pages,
    correction_pages,
    demo_pages,
    fresh_proof_pages,
    group_pages,
    life_support_pages,
    me_pages,
    people_pages,
    token_pages,
)
from app.accounts import pages as accounts_pages
from app.accounts.factors import admin_pages as factor_admin_pages
from app.accounts.factors import own_pages as factor_own_pages
from app.accounts.factors import passkey_pages
from app.accounts.factors import second_step_pages as factor_step_pages
from app.accounts.identity import Identity
from app.accounts.kept_forms import KeptForms
from app.accounts.mailed_links import sign_link
from app.assessments import api as assessments_api
from app.assessments import correcting_pages, ending_pages, roster_pages
from app.assessments import pages as assessments_pages
from app.assessments import papers as assessments_papers
from app.binding import bind
from app.certificates import api as certificates_api
from app.certificates import pages as certificates_pages
from app.certificates.signing import Issuer
from app.conversations import api as conversations_api
from app.conversations import pages as conversations_pages
from app.conversations import staff_api as conversations_staff_api
from app.conversations import staff_pages as conversations_staff_pages
from app.courses import api as courses_api
from app.courses import pages as courses_pages
from app.courses.course_language import set_course_words
from app.courses.subjects import subjects
from app.db.database import Database
from app.demo.people import GUESTS, PASSWORD
from app.documents.pdf_queue import PdfQueue
from app.enquiries import pages as enquiries_pages
from app.enrolments import (
    admin_enrolment_pages,
    admin_pages,
    hiding_pages,
    invoice_pages,
    request_pages,
)
from app.enrolments import api as enrolments_api
from app.enrolments import pages as enrolments_pages
from app.history import pages as history_pages
from app.home import office_pages, outbox_pages, site_pages
from app.home import pages as home_pages
from app.kit.paths import ROOT, STATIC, TEMPLATES
from app.languages import Languages, languages_of
from app.learning import api as learning_api
from app.learning import (
    highlight_api,
    highlight_pages,
    note_api,
    note_pages,
    plan_api,
    plan_pages,
    stop_pages,
    vote_api,
    vote_pages,
)
from app.learning import pages as learning_pages
from app.learning.stop_links import stop_token
from app.learning.stop_pages import stop_path
from app.mail.kind_checks import demand_whole
from app.mail.letter_writer import LetterWriter
from app.mail.mailer import Mailer
from app.mail_kinds import KINDS
from app.navigation import navigation_for
from app.notices import api as notices_api
from app.notices import pages as notices_pages
from app.notices.queries import UNREAD
from app.practicals import api as practicals_api
from app.practicals.pages import life_support as practicals_life_support
from app.practicals.pages import moving as practicals_moving
from app.practicals.pages import papers as practicals_papers
from app.practicals.pages import plan_form as practicals_plan_form
from app.practicals.pages import planning as practicals_planning
from app.practicals.pages import rebooking as practicals_rebooking
from app.practicals.pages import reserving as practicals_reserving
from app.practicals.pages import series as practicals_series
from app.practicals.pages import students as practicals_students
from app.practicals.pages import teaching as practicals_teaching
from app.practicals.pages import week_plan as practicals_week_plan
from app.quizzes import answer_api as quiz_answer_api
from app.quizzes import api as quizzes_api
from app.quizzes import choice_pages as quiz_choice_pages
from app.quizzes import pages as quizzes_pages
from app.quizzes import start_api as quizzes_start_api
from app.reports import api as reports_api
from app.reports import exception_api as reports_exception_api
from app.reports import exception_pages as reports_exception_pages
from app.reports import extension_pages as reports_extension_pages
from app.reports import late_answer_pages as reports_late_answer_pages
from app.reports import outage_api as reports_outage_api
from app.reports import outage_pages as reports_outage_pages
from app.reports import pages as reports_pages
from app.reports import person_pages as reports_person_pages
from app.reports import running_api as reports_running_api
from app.reports import running_pages as reports_running_pages
from app.rights import pages as rights_pages
from app.search import api as search_api
from app.search import pages as search_pages
from app.settings import Environment, Settings
from app.teaching import pages as teaching_pages
from app.web import kept_mail, service_worker, system
from app.web.application import AppContext
from app.web.assets import Assets, Build, build_assets
from app.web.clock import clock_for
from app.web.compression import Compression
from app.web.errors import Unexpected, answer_early, install_errors
from app.web.logs import configure_logs
from app.web.metrics import PROCESSES
from app.web.middleware import Guards, RequestLog
from app.web.page_route import readers_of
from app.web.route_paths import addresses_of
from app.web.routing import Api, Pages, policies, public
from app.web.templating import Templates, make_environment

# Routes are tried in this order: first what students open all day.
FEATURES: tuple[Pages | Api, ...] = (
    quiz_answer_api.api,
    quizzes_api.api,
    quizzes_start_api.api,
    quizzes_pages.pages,
    quiz_choice_pages.pages,
    learning_pages.pages,
    plan_pages.pages,
    stop_pages.pages,
    note_pages.pages,
    vote_pages.pages,
    highlight_pages.pages,
    practicals_students.pages,
    conversations_pages.pages,
    home_pages.pages,
    practicals_teaching.pages,
    reports_api.api,
    reports_exception_api.api,
    reports_outage_api.api,
    reports_running_api.api,
    reports_exception_pages.pages,
    reports_pages.pages,
    reports_person_pages.pages,
    reports_running_pages.pages,
    reports_extension_pages.pages,
    reports_outage_pages.pages,
    reports_late_answer_pages.pages,
    teaching_pages.pages,
    conversations_staff_pages.pages,
    search_pages.pages,
    search_api.api,
    history_pages.pages,
    assessments_api.api,
    assessments_pages.pages,
    ending_pages.pages,
    roster_pages.pages,
    practicals_api.api,
    learning_api.api,
    plan_api.api,
    note_api.api,
    vote_api.api,
    highlight_api.api,
    conversations_api.api,
    conversations_staff_api.api,
    enrolments_pages.pages,
    enrolments_api.api,
    courses_pages.pages,
    courses_api.api,
    accounts_pages.pages,
    demo_pages.pages,
    me_pages.pages,
    contact_pages.pages,
    token_pages.pages,
    fresh_proof_pages.pages,
    factor_own_pages.pages,
    factor_step_pages.pages,
    passkey_pages.pages,
    notices_pages.pages,
    notices_api.api,
    accounts_api.api,
    certificates_pages.pages,
    certificates_api.api,
    assessments_papers.pages,
    correcting_pages.pages,
    practicals_papers.pages,
    enquiries_pages.pages,
    site_pages.pages,
    practicals_life_support.pages,
    practicals_week_plan.pages,
    practicals_plan_form.pages,
    practicals_planning.pages,
    practicals_moving.pages,
    practicals_rebooking.pages,
    practicals_series.pages,
    practicals_reserving.pages,
    hiding_pages.pages,
    admin_pages.pages,
    admin_enrolment_pages.pages,
    invoice_pages.pages,
    request_pages.pages,
    life_support_pages.pages,
    factor_admin_pages.pages,
    people_pages.pages,
    correction_pages.pages,
    group_pages.pages,
    office_pages.pages,
    outbox_pages.pages,
    rights_pages.pages,
    kept_mail.pages,
    service_worker.pages,
    system.pages,
)


def create_app(
    settings: Settings, *, with_worker: bool = False, languages: Languages | None = None
) -> FastAPI:
    """Return the application, or raise when a route has no policy, or a kind of mail and its template do
    not fit. `with_worker` delivers the outbox in a thread of this process (the single-process mode).
    `languages` None: those that were compiled at set-up."""
    configure_logs(settings.log_level)
    bind()
    app = FastAPI(
        title="Preceptor",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # behind a proxy it would send a form again over plain http
        lifespan=_lifespan(with_worker=with_worker),
    )
    built = build_assets(STATIC, ROOT / "var" / "assets")
    app_context = _app_context(settings, addresses_of(app), built, languages)
    demand_whole(KINDS, app_context.templates.of(app_context.languages.own))
    app.state.app_context = app_context
    app.state.readers = readers_of(settings.threads, is_sqlite=app_context.database.is_sqlite)
    app.state.print_desk = PdfQueue()
    app.state.mailer = make_mailer(settings, app_context)
    for router in (*(feature.router for feature in FEATURES), system.router):
        # One flat list: nested routers would be matched one inside the other at every request.
        app.router.routes.extend(router.routes)
    install_errors(app)
    app.mount("/static", public(Assets(built)))
    app.state.policies = policies(app)
    _wrap(app, settings)
    return app


def _app_context(
    settings: Settings, url_for: Callable[..., str], built: Build, languages: Languages | None
) -> AppContext:
    """Return what all requests of this application share."""
    academy = load_academy(settings)
    languages = languages or languages_of(academy)
    templates = Templates(partial(make_environment, TEMPLATES, url_for, built.url))
    database = Database(settings.database_url, pool_size=settings.threads)
    set_course_words(database, languages.closest)
    return AppContext(
        settings=settings,
        academy=academy,
        keys=key_files.load(settings),
        database=database,
        languages=languages,
        templates=templates,
        letters=LetterWriter(KINDS, templates.of, academy.name, settings.base_url),
        identify=Identity(settings.staff_need_factor, unread=UNREAD),
        kept_forms=KeptForms(settings.secret_key.get_secret_value()),
        clock=clock_for(settings.test_clock),
        subjects=subjects,
        url_for=url_for,
        asset=built.url,
        navigation_for=navigation_for,
        guests=GUESTS if settings.env is Environment.demo else (),
        guest_password=PASSWORD if settings.env is Environment.demo else "",
    )


def _wrap(app: FastAPI, settings: Settings) -> None:
    """Put the layers round every request; the one added last is the outermost."""
    app.add_middleware(Unexpected)
    app.add_middleware(Guards, settings=settings, answer=answer_early)
    app.add_middleware(Compression)
    app.add_middleware(RequestLog)


def issuer_of(app_context: AppContext) -> Issuer:
    """Return the academy as it signs certificates."""
    academy = app_context.academy
    return Issuer(academy.name, app_context.keys.signing, academy.language)


def make_mailer(settings: Settings, app_context: AppContext) -> Mailer:
    secret = settings.secret_key.get_secret_value()
    return Mailer(
        letters=app_context.letters,
        languages=app_context.languages,
        sender=settings.mail_from,
        mail_url=settings.mail_url,
        sign=lambda link_id: sign_link(secret, link_id),
        stop_path=lambda enrolment_id, address: stop_path(
            stop_token(secret, enrolment_id, address)
        ),
    )


def _lifespan(*, with_worker: bool):  # type: ignore[no-untyped-def] # FastAPI's own type is private
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        app_context: AppContext = app.state.app_context
        # As many threads as connections, those of the readers included: none waits for a connection.
        others = app_context.settings.threads - app.state.readers.total_tokens
        anyio.to_thread.current_default_thread_limiter().total_tokens = others
        stop = Event()
        worker = Thread(
            target=jobs.work_until,
            args=(
                stop,
                app_context.database,
                app.state.mailer,
                app_context.clock,
                issuer_of(app_context),
            ),
            kwargs={
                "files": Path(app_context.settings.files_url),
                "zone": app_context.academy.zone,
                "reminders": app_context.academy.reminders,
            },
            daemon=True,
        )
        if with_worker:
            worker.start()
        PROCESSES.set(1)
        yield
        stop.set()
        if with_worker:
            worker.join(timeout=20)
        app_context.database.close()

    return run
