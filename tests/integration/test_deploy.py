"""The ready-made files of docs/deploy name commands, settings and pages that exist."""

import re
from configparser import ConfigParser

import pytest
import typer

from app import cli
from app.kit.paths import ROOT
from app.settings_rules import PREFIX
from app.settings_sources import FROM_FILES

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMMANDS = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined] # a group


def unit(path):
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(path)
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_commands_that_exist_as_an_ordinary_user(path):
    service = unit(path)["Service"]
    assert service["User"] == "preceptor"
    commands = set(re.findall(r"bin/preceptor (\w+)", service["ExecStart"]))
    assert commands
    assert commands <= COMMANDS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_credential_is_a_setting_that_may_stand_in_a_file(path):
    name = unit(path)["Service"]["LoadCredential"].partition(":")[0]
    assert name.removeprefix(PREFIX).lower() in FROM_FILES


def test_the_nightly_unit_audits_although_the_backup_failed():
    command = unit(DEPLOY / "preceptor-nightly.service")["Service"]["ExecStart"]
    assert "backup /var/backups/preceptor --keep; made=$?;" in command
    assert command.endswith("audit && exit $made'")


def test_the_manual_names_every_file():
    manual = (ROOT / "docs" / "production.md").read_text()
    for path in DEPLOY.iterdir():
        assert path.name in manual or f"*{path.suffix}" in manual


def test_the_proxy_logs_no_query():
    """What nginx really writes is looked at in tests/e2e/test_manual.py; this one is quick."""
    text = (DEPLOY / "nginx.conf").read_text()
    (log_format,) = re.findall(r"log_format preceptor ((?:'[^']*'\s*)+);", text)
    names = set(re.findall(r"\$\w+", log_format))
    assert names.isdisjoint({"$request", "$request_uri", "$args", "$http_referer", "$uri"})
    servers = text.count("server_name ")
    assert text.count("access_log /var/log/nginx/preceptor.log preceptor;") == servers == 2
    # At any other level nginx repeats the request's first line, token and all.
    assert text.count("error_log /var/log/nginx/preceptor-error.log emerg;") == servers


def test_the_proxy_is_complete():
    """O19: no certificate, no redirect. nginx itself reads the file in tests/e2e/test_manual.py."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.MULTILINE)
    _, plain, secure = re.split(r"^server \{", text, flags=re.MULTILINE)
    assert "listen 80;" in plain
    assert "return 301 https://academy.example$request_uri;" in plain
    assert "listen 443 ssl" in secure
    certificate = "/etc/letsencrypt/live/academy.example/"  # where certbot of the manual puts it
    for line in (
        f"ssl_certificate {certificate}fullchain.pem;",
        f"ssl_certificate_key {certificate}privkey.pem;",
        "limit_req zone=preceptor ",
        "limit_conn preceptor_connections ",
        "client_max_body_size 1m;",
        "client_body_timeout 10s;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "error_page 502 503 504 =503 /away.html;",
    ):
        assert line in secure
    (figures,) = re.findall(r"location = /metrics \{(.+?)\}", secure, re.DOTALL)
    assert "deny all;" in figures


def test_the_calm_page_asks_for_nothing_from_elsewhere():
    text = (DEPLOY / "away.html").read_text()
    assert "http" not in text.replace("https", "http").partition("<html")[2]
    assert "<script" not in text
    assert 'lang="en-GB"' in text
