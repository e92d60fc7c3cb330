"""V19: who may see `/metrics`, directly and through a proxy."""

import pytest
from prometheus_client import REGISTRY, Gauge

from app.main import create_app
from app.settings import Settings
from tests.conftest import an_app
from tests.make.browsing import a_browser
from tests.make.settings import production_settings

TOKEN = "c4f8e1b07d92a6354f0be8d1"
BEARING = {"authorization": f"Bearer {TOKEN}"}
THROUGH_A_PROXY = [
    {"x-forwarded-for": "8.8.8.8"},
    {"x-forwarded-for": "127.0.0.1"},  # what a client may claim
    {"forwarded": "for=127.0.0.1"},
    {"x-real-ip": "127.0.0.1"},
    {"x-forwarded-proto": "https"},
    {"via": "1.1 proxy"},
]


@pytest.fixture
def browser_at(settings, made_apps, portal):
    """Return a browser at an address, of an application with these settings."""
    opened = []

    def browser(address, **changes):
        app = an_app(made_apps, settings.model_copy(update=changes))
        opened.append(app)
        return a_browser(app, portal, network=address)

    yield browser
    for app in opened:
        app.state.app_context.database.close()


def assert_shut(answer):
    """The page of an address that does not exist, and no figure."""
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert "preceptor_requests_total" not in answer.text


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.0.0.2", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("proxy", [None, "none", "10.0.0.0/24"])
def test_a_program_on_this_host_sees_the_figures_without_a_token(browser_at, address, proxy):
    answer = browser_at(address, trusted_proxy=proxy).get("/metrics")
    assert answer.status_code == 200
    assert "preceptor_requests_total" in answer.text


@pytest.mark.parametrize("headers", THROUGH_A_PROXY)
@pytest.mark.parametrize("proxy", [None, "none", "127.0.0.1", "10.0.0.0/24"])
def test_nobody_sees_them_through_a_proxy_on_this_host(browser_at, proxy, headers):
    """Whether the settings name the proxy or not: its connection comes from this host."""
    assert_shut(browser_at("127.0.0.1", trusted_proxy=proxy).get("/metrics", headers=headers))


def test_another_machine_sees_nothing_without_a_token(browser_at):
    browser = browser_at("192.0.2.7")
    assert_shut(browser.get("/metrics"))
    assert_shut(browser.get("/metrics", headers=BEARING))
    assert_shut(browser.get("/metrics", headers={"authorization": "Bearer "}))


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.7"])
@pytest.mark.parametrize("headers", [{}, {"x-forwarded-for": "8.8.8.8"}])
def test_where_a_token_is_set_it_is_asked_of_everybody(browser_at, settings, address, headers):
    with_token = Settings(env="test", metrics_token=TOKEN).metrics_token
    browser = browser_at(address, metrics_token=with_token, trusted_proxy="127.0.0.1")
    for wrong in ("", "Bearer", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer caf\xe9"):
        sent = {**headers, "authorization": wrong.encode("latin-1")}
        assert_shut(browser.get("/metrics", headers=sent))
    assert_shut(browser.get("/metrics", headers=headers))
    for right in (f"Bearer {TOKEN}", f"bearer  {TOKEN}"):
        answer = browser.get("/metrics", headers={**headers, "authorization": right})
        assert answer.status_code == 200


@pytest.fixture
def production(settings, portal, tmp_path):
    """Return a browser of an academy in production, at an address."""
    app = create_app(Settings(**production_settings(tmp_path, database_url=settings.database_url)))
    yield lambda address: a_browser(app, portal, network=address)
    app.state.app_context.database.close()


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "academy.example"])
def test_in_production_the_host_sees_them_and_its_proxy_does_not(production, host):
    on_host = production("127.0.0.1")
    assert on_host.get("/metrics", headers={"host": host}).status_code == 200
    proxied = {"host": host, "x-forwarded-for": "8.8.8.8"}
    assert on_host.get("/metrics", headers=proxied).status_code == 404


def test_every_gauge_says_how_processes_add_up():
    """The library's own way, one figure per process and id, would keep those of processes that ended."""
    gauges = [
        collector for collector in REGISTRY._collector_to_names if isinstance(collector, Gauge)
    ]
    ours = [gauge for gauge in gauges if gauge._name.startswith("preceptor_")]
    assert ours
    assert all(gauge._multiprocess_mode.startswith("live") for gauge in ours)
