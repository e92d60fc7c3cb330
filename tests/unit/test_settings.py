"""V18: what the settings refuse to start with: one line each, all at once, and never a value."""

import os
import re
import subprocess

import pytest
from pydantic import ValidationError

from app.kit.paths import ROOT
from app.mail.mail_server import MailServer, Tls
from app.settings import Settings, SettingsRefused, masked_address, unknown_settings
from app.settings_rules import EXAMPLES, FORBIDDEN_HERE, HOW_TO_MAKE, PREFIX
from tests.make.server import PRECEPTOR
from tests.make.settings import production_settings

HEX = "9f86d081884c7d659a2feaa0c55ad015"
POSTGRES = "postgresql+psycopg://academy@"
REMOTE = "postgresql+psycopg://academy:pw@db.example/academy"
DEMO = {"env": "demo", "base_url": "http://127.0.0.1:8000"}

# Of the wrong shape: refused in every environment. Setting, value, and words of its line.
WRONG_SHAPES = [
    ("env", "prodcution", "must be production, demo or test"),
    ("env", "PRODUCTION ", "must be production, demo or test"),
    (
        "database_url",
        "postgres://academy@localhost/academy",
        "must begin with postgresql+psycopg://",
    ),
    (
        "database_url",
        "postgresql://academy@localhost/academy",
        "must begin with postgresql+psycopg",
    ),
    ("database_url", "postgresql+psycopg://academy:a/b@localhost/academy", "write / : @ # ? %"),
    ("database_url", "/var/lib/preceptor.db", "or sqlite:///"),
    ("database_url", "sqlite://", "must name a file"),
    ("database_url", "sqlite:///:memory:", "must name a file"),
    ("base_url", "academy.example", "must begin with http:// or https://"),
    ("base_url", "ftp://academy.example", "must begin with http:// or https://"),
    ("base_url", "https://", "must begin with http:// or https://"),
    ("base_url", "https://academy.example/lms", "must end after the host"),
    ("base_url", "https://academy.example?x=1", "must end after the host"),
    ("base_url", "https://academy.example#top", "must end after the host"),
    ("base_url", "https://ada:pw@academy.example", "must not have a user"),
    ("base_url", "https://ada@academy.example", "must not have a user"),
    ("base_url", "https://academy.example:443", "has a port that browsers leave out"),
    ("base_url", "https://academy.example:", "has a port that browsers leave out"),
    ("base_url", "https://academy.example:0", "has a port that browsers leave out"),
    ("base_url", "https://academy.example:70000", "must begin with http"),
    ("base_url", "https://academy.example:https", "must begin with http"),
    ("base_url", "https://academy example", "must begin with http"),
    ("base_url", "https://akademié.example", "must begin with http"),
    ("base_url", "https://-academy.example", "has no host that can be reached"),
    ("base_url", "https://academy_one.example", "has no host that can be reached"),
    ("time_zone", "Europe/Londn", "Did you mean Europe/London?"),
    ("time_zone", "/etc/localtime", "must be a zone such as"),
    ("time_zone", "Europe", "must be a zone such as"),
    ("mail_url", "junk", "must be smtp://"),
    ("mail_url", "http://mail.example", "must be smtp://"),
    ("mail_url", "smtp://", "its host or port cannot be one"),
    ("mail_url", "smtp://mail.example:0", "its host or port cannot be one"),
    ("mail_url", "smtp://mail.example:smtp", "must be smtp://"),
    ("mail_url", "smtp://office:a/b@mail.example:587", "write / : @ # ? %"),
    ("mail_url", "smtp://mail.example/inbox", "with nothing after the port"),
    ("mail_url", "smtp://mail.example?tls=no", "with nothing after the port"),
    ("mail_url", "smtp://:pw@mail.example", "has a password without a user"),
    ("mail_url", "smtp://mail.example:465", "must begin with smtps://"),
    ("mail_url", "smtps://mail.example:587", "must begin with smtp:// for port 587"),
    ("mail_from", "junk", "must be one e-mail address"),
    ("mail_from", "The Academy", "must be one e-mail address"),
    ("mail_from", "a@academy.example, b@academy.example", "must be one e-mail address"),
    ("mail_from", "The Academy <office@>", "must be one e-mail address"),
    ("mail_from", "The Academy <office@academy..example>", "must be one e-mail address"),
    ("mail_from", "A\nBcc: <b@academy.example>", "must be one e-mail address"),
    ("files_url", "file:///srv/files", "must be the path of a folder"),
    ("files_url", "s3://bucket/files", "must be the path of a folder"),
    ("signing_keys", "/", "this is a folder"),
    ("sealing_keys", "/", "this is a folder"),
    ("workers", "0", "must be a whole number from 1 to 64"),
    ("workers", "65", "must be a whole number from 1 to 64"),
    ("workers", "two", "must be a whole number from 1 to 64"),
    ("workers", "2", "above 1 needs PostgreSQL"),
    ("threads", "1", "must be a whole number from 2 to 20"),
    ("threads", "21", "must be a whole number from 2 to 20"),
    ("threads", "2.5", "must be a whole number from 2 to 20"),
    ("academy_name", "The\nAcademy", "must be one line"),
    ("academy_name", "A" * 201, "must be one line of at most 200 letters"),
    ("academy_file", "/", "this is a folder"),
    ("metrics_token", f"{HEX} ", "without blanks"),
    ("metrics_token", f"{HEX}é", "of ASCII"),
    ("log_level", "LOUD", "must be one of DEBUG, INFO"),
    ("log_level", "warn", "Did you mean WARNING?"),
    ("log_level", "5", "must be one of DEBUG, INFO"),
    ("second_factor", "everybody", "must be staff or nobody"),
    ("second_factor", "Staff", "must be staff or nobody"),
    ("offline_attempts", "no", "must be on or off"),
    ("trusted_proxy", "*", "a * or a network with bits behind its prefix is none"),
    ("trusted_proxy", "nginx", "must be addresses or networks"),
    ("trusted_proxy", "10.0.0.1/24", "bits behind its prefix"),
    ("trusted_proxy", "none, 127.0.0.1", "must be addresses or networks"),
    ("trusted_proxy", "0.0.0.0/0", "names almost every address"),
    ("trusted_proxy", "127.0.0.1, ::/0", "names almost every address"),
]
# What only production refuses.
UNSAFE = [
    ("database_url", REMOTE, "must demand TLS"),
    ("database_url", f"{REMOTE}?sslmode=prefer", "must demand TLS"),
    ("database_url", f"{REMOTE}?sslmode=disable", "must demand TLS"),
    ("database_url", f"{POSTGRES}/academy?host=10.0.0.7", "must demand TLS"),
    (
        "database_url",
        f"{POSTGRES}/academy?host=localhost:5432&host=db.example:5432",
        "must demand TLS",
    ),
    ("database_url", f"{POSTGRES}localhost/academy?hostaddr=192.0.2.7", "must demand TLS"),
    ("database_url", "sqlite:///var/preceptor.db", "must be a whole path in production"),
    ("database_url", None, "must be a whole path in production"),
    ("files_url", "var/files", "must be a whole path in production"),
    ("files_url", None, "must be a whole path in production"),
    ("signing_keys", "signing.keys", "must be a whole path in production"),
    ("sealing_keys", "./sealing.keys", "must be a whole path in production"),
    ("academy_file", "academy.yaml", "must be a whole path in production"),
    ("secret_key", None, "must be set to a secret of your own"),
    ("secret_key", "kJ8xPq2mZr5v", "must have 32 random characters or more"),
    ("secret_key", "a" * 32, "repeats itself"),
    ("secret_key", "abababababababababababababababab", "repeats itself"),
    ("secret_key", "k3Jx8Pq2m" * 4, "repeats itself"),
    ("secret_key", "12345678901234567890123456789012", "repeats itself"),
    ("secret_key", "abcdefghijklmnopqrstuvwxyz012345", "repeats itself"),
    ("secret_key", "change-me-to-something-long-please", "looks like a sample"),
    ("secret_key", "a-secret-that-is-long-enough-to-be-one", "looks like a sample"),
    ("base_url", None, "must be the https address"),
    ("base_url", "http://academy.example", "must be the https address"),
    ("mail_url", None, "must name a mail server"),
    ("mail_from", None, "must be set to an e-mail address of the academy"),
    ("signing_keys", None, "must name a key file"),
    ("sealing_keys", None, "must name a key file"),
    ("test_clock", "/srv/clock", "is for tests; production refuses it"),
    ("second_factor", "nobody", "staff always need a second factor"),
    ("metrics_token", "a", "must have 24 random characters or more"),
    ("metrics_token", HEX[:23], "must have 24 random characters or more"),
    ("metrics_token", "z" * 40, "repeats itself"),
    ("trusted_proxy", None, "must be set: the address or network of your reverse proxy"),
]
# What every environment takes.
RIGHT = [
    ("env", "production"),
    ("database_url", "sqlite:////srv/a folder/preceptor.db"),
    ("database_url", f"{POSTGRES}localhost/academy"),
    ("database_url", f"{POSTGRES}[::1]:5433/academy"),
    ("database_url", f"{POSTGRES}/academy?host=/run/postgresql"),
    ("database_url", f"{POSTGRES}/academy"),
    ("database_url", f"{REMOTE}?sslmode=require"),
    ("database_url", f"{REMOTE}?application_name=x&sslmode=verify-full"),
    ("secret_key", HEX),
    ("secret_key", "Tt9-Yq_3vB7nM2kLs8dFh4GjXw6PzRc1aE0uIoQbN5y"),
    ("base_url", "https://academy.example/"),
    ("base_url", "https://academy.example:8443"),
    ("base_url", "https://xn--akademi-gya.example"),
    ("base_url", "https://[2001:db8::1]:8443"),
    ("time_zone", "Asia/Kolkata"),
    ("mail_url", "smtps://office:a%2Fb@mail.example"),
    ("mail_url", "smtp://[2001:db8::1]:587"),
    ("mail_from", "office@academy.example"),
    ("mail_from", "Akademié “London” <office@academy.example>"),
    ("files_url", "/srv/files"),
    ("signing_keys", "/srv/signing.keys"),
    ("sealing_keys", "/srv/sealing.keys"),
    ("workers", "1"),
    ("threads", "2"),
    ("test_clock", None),
    ("academy_name", "Akademié “London”"),
    ("academy_file", "/srv/academy.yaml"),
    ("academy_file", None),
    ("metrics_token", HEX[:24]),
    ("log_level", "info"),
    ("second_factor", "staff"),
    ("offline_attempts", "off"),
    ("trusted_proxy", "none"),
    ("trusted_proxy", "None"),
    ("trusted_proxy", "127.0.0.1"),
    ("trusted_proxy", "10.0.0.0/24, 2001:db8::/48 ::1"),
]


PRODUCTION = (ROOT / "docs" / "settings.md").read_text()
SAMPLE = re.findall(
    r"^PRECEPTOR_(\w+)=(.*)$", (ROOT / "docs" / "production.md").read_text(), re.MULTILINE
)


@pytest.fixture
def set_environment(monkeypatch, tmp_path):
    """Set the environment to what production takes, with changes; None takes a setting away."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def give(**changes):
        for name, value in {**production_settings(tmp_path), **changes}.items():
            if value is None:
                monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
            else:
                monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))

    return give


def lines_of_refusal() -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment()
    return refused.value.lines


def assert_one_line(setting: str, value: str | None, words: str) -> None:
    (line,) = lines_of_refusal()
    assert line.startswith(f"{PREFIX}{setting.upper()} ")
    assert words in line
    said, _, example = line.partition(" Example: ")
    assert said.endswith((".", "?"))
    assert_says_what_is_right(setting, said, example)
    assert "\n" not in line
    if value is not None and len(value) > 15:
        assert value not in line


def assert_says_what_is_right(setting: str, said: str, example: str) -> None:
    """O18: a line has a right value, in its words or behind them; but none of a secret, to be copied."""
    if setting in ("secret_key", "metrics_token"):
        assert HOW_TO_MAKE in said
    elif not said.endswith(f"{FORBIDDEN_HERE}."):
        right = EXAMPLES[setting]
        assert right in said or example == f"{PREFIX}{setting.upper()}={right}"


@pytest.mark.parametrize("setting", sorted(EXAMPLES))
def test_every_example_is_right(set_environment, setting):
    set_environment(database_url=f"{POSTGRES}localhost/academy")
    if setting == "test_clock":
        set_environment(env="test", test_clock=EXAMPLES[setting])
    else:
        set_environment(**{setting: EXAMPLES[setting]})
    Settings.from_environment()


def test_every_setting_has_its_rows():
    """A setting that is added without a row here fails: say what is wrong for it, and what is right."""
    refused = {setting for setting, _, _ in WRONG_SHAPES + UNSAFE}
    assert refused == {setting for setting, _ in RIGHT} == set(Settings.model_fields)


@pytest.mark.parametrize("env", ["production", "demo", "test"])
@pytest.mark.parametrize(("setting", "value", "words"), WRONG_SHAPES)
def test_a_wrong_shape_is_one_line_in_every_environment(
    set_environment, env, setting, value, words
):
    set_environment(**{**(DEMO if env == "demo" else {"env": env}), setting: value})
    assert_one_line(setting, value, words)


@pytest.mark.parametrize(("setting", "value", "words"), UNSAFE)
def test_what_is_unsafe_is_one_line_in_production(set_environment, setting, value, words):
    set_environment(**{setting: value})
    assert_one_line(setting, value, words)
    set_environment(**{"env": "test", setting: value})
    Settings.from_environment()


@pytest.mark.parametrize(("setting", "value"), RIGHT)
def test_what_is_right_starts(set_environment, setting, value):
    set_environment(**{setting: value})
    Settings.from_environment()


@pytest.mark.parametrize("env", ["production", "demo", "test"])
@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_an_empty_setting_is_refused_everywhere(set_environment, env, setting):
    """An empty token opened `/metrics`, and an empty clock was the present folder."""
    set_environment(**{**(DEMO if env == "demo" else {"env": env}), setting: ""})
    assert_one_line(setting, None, "is empty. Give it a value or take it away")


def test_everything_that_is_wrong_is_told_at_once(set_environment):
    wrong = {setting: value for setting, value, _ in UNSAFE}
    set_environment(
        **wrong,
        log_level="LOUD",
        workers="many",
        threads="1",
        time_zone="Mars/Base",
        lgo_level="INFO",
    )
    named = [line.split()[0].removeprefix(PREFIX).lower() for line in lines_of_refusal()]
    wanted = {*wrong, "log_level", "workers", "threads", "time_zone", "lgo_level"}
    assert len(named) == len(wanted)
    assert set(named) == wanted


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SECRETKEY", "SECRET_KEY"), ("WORKER", "WORKERS"), ("TRUSTED_PROXIES", "TRUSTED_PROXY")],
)
def test_a_misspelt_name_stops_production_and_is_told_elsewhere(set_environment, name, meant):
    set_environment(**{name: "canary-of-a-value"})
    hint = f"{PREFIX}{name} is no setting. Did you mean {PREFIX}{meant}?"
    assert lines_of_refusal() == [f"{hint} Correct it or take it away."]
    set_environment(env="test")
    Settings.from_environment()
    assert unknown_settings() == [hint]


def test_a_name_like_none_of_ours_has_no_hint(set_environment):
    set_environment(zebra="1")
    assert lines_of_refusal() == [f"{PREFIX}ZEBRA is no setting. Correct it or take it away."]


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1:8000", "http://demo.academy.example", "http://192.168.1.7:8000"],
)
def test_a_demo_has_no_address_that_others_reach(set_environment, address):
    """Everybody may read the passwords of the demo."""
    set_environment(env="demo", base_url=address)
    assert_one_line("base_url", address, "must be an address of this machine")
    for local in ("http://localhost:8000", "http://127.0.0.1:9000", "http://[::1]:8000"):
        set_environment(env="demo", base_url=local)
        Settings.from_environment()


def test_a_password_never_goes_plainly_to_another_machine(set_environment):
    """`smtp://` demands STARTTLS there, so a password in it is safe and not refused."""
    set_environment(mail_url="smtp://office:pw@mail.example:587")
    settings = Settings.from_environment()
    server = MailServer.at(settings.mail_url, base_url=settings.base_url)
    assert (server.tls, server.password) == (Tls.starttls, "pw")


def test_values_are_kept_as_they_are_compared(set_environment):
    set_environment(
        base_url="HTTPS://Academy.Example/", log_level="debug", trusted_proxy="10.0.0.0/24 ::1"
    )
    settings = Settings.from_environment()
    assert (settings.base_url, settings.log_level) == ("https://academy.example", "DEBUG")
    assert settings.is_https
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/24", "::1/128"]
    set_environment(trusted_proxy="none")
    assert Settings.from_environment().proxies == ()


def test_the_command_prints_the_lines_and_no_traceback(set_environment, tmp_path):
    wrong = {"log_level": "LOUD", "secret_key": "a" * 32, "test_clock": "", "metrics_tokn": "x"}
    settings = {**production_settings(tmp_path), **wrong}
    environment = {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}
    ended = subprocess.run(
        [PRECEPTOR, "serve"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    head, *lines = ended.stderr.splitlines()
    assert head == "preceptor: The settings do not allow a start:"
    assert [line.split()[0] for line in lines] == [
        "PRECEPTOR_SECRET_KEY",
        "PRECEPTOR_TEST_CLOCK",
        "PRECEPTOR_LOG_LEVEL",
        "PRECEPTOR_METRICS_TOKN",
    ]


def test_the_demo_listens_on_this_machine_only(set_environment):
    set_environment(**DEMO)
    ended = subprocess.run(
        [PRECEPTOR, "serve", "--host", "0.0.0.0"],  # noqa: S104 - refused
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "The demo has passwords that everybody knows." in ended.stderr


def test_the_manual_has_a_row_for_every_setting():
    rows = re.findall(r"^\| `([A-Z_]+)` \|", PRODUCTION, re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)


def test_the_sample_of_the_manual_starts_once_its_secrets_are_made(set_environment):
    sample = {name.lower(): value.strip('"') for name, value in SAMPLE}
    assert len(sample) == len(SAMPLE) > 8
    set_environment(**{**dict.fromkeys(Settings.model_fields), **sample})
    empty = [line.split()[0] for line in lines_of_refusal()]
    assert empty == ["PRECEPTOR_SECRET_KEY"]  # the units hand it over
    secrets_made = {"secret_key": HEX + HEX[::-1], "metrics_token": HEX}
    set_environment(**{**dict.fromkeys(Settings.model_fields), **sample, **secrets_made})
    assert Settings.from_environment().workers == 3


def test_several_processes_need_postgres(set_environment):
    set_environment(workers="2", database_url=f"{POSTGRES}localhost/academy")
    assert Settings.from_environment().workers == 2


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql+psycopg://preceptor:canary@db.example/preceptor?sslmode=canary",
            "postgresql+psycopg://preceptor:**********@db.example/preceptor?sslmode=**********",
        ),
        ("smtp://office:can/ary@mail.example:587", "smtp://office:**********@mail.example:587"),
        ("smtp://canary%40x:can@ary@mail.example", "smtp://canary%40x:**********@mail.example"),
        ("s3://canary@bucket/folder", "s3://**********@bucket/folder"),
        (
            "s3://bucket?secret_access_key=canary&region=canary",
            "s3://bucket?secret_access_key=**********&region=**********",
        ),
        ("sqlite:///var/preceptor.db", "sqlite:///var/preceptor.db"),
        ("Preceptor <academy@preceptor.example>", "Preceptor <academy@preceptor.example>"),
    ],
)
def test_what_an_address_gives_away_is_masked(address, shown):
    """V15."""
    assert masked_address(address) == shown


def test_settings_show_no_secret_however_they_are_shown(tmp_path):
    secret = f"{HEX}canary"
    settings = Settings(
        **production_settings(
            tmp_path,
            secret_key=secret,
            database_url="postgresql+psycopg://preceptor:canary@localhost/preceptor",
            mail_url="smtp://office:canary@localhost",
            metrics_token=secret,
        )
    )
    shown = settings.without_secrets()
    assert shown["database_url"] == "postgresql+psycopg://preceptor:**********@localhost/preceptor"
    assert shown["env"] == "production"
    assert "canary" not in f"{shown} {settings!r} {settings}"


def test_a_refusal_of_the_settings_repeats_none_of_them(tmp_path):
    with pytest.raises(ValidationError) as refused:
        Settings(
            **production_settings(tmp_path, workers="canary", mail_url="smtp://a:canary@b:canary")
        )
    assert "canary" not in str(refused.value)
