"""Sending a mail to a mail server that works, and to servers with one fault each."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.mail.mail_server import (
    DEADLINE_SECONDS,
    GOODBYE_SECONDS,
    MailServer,
    NotSent,
    Tls,
    demands_tls,
)
from app.outbox.queries import LEASE
from tests.make.mail_server import DROP, HANG, NAME, Authority, PlayedServer
from tests.make.patience import SECONDS

PASSWORD = "PASSWORDCANARY"
CONTENT = b"Subject: Day\r\n\r\nCONTENTCANARY\r\n"
PERSON = "ned.canary@example.org"
AUTH = ("AUTH PLAIN LOGIN",)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the mail server's name to this machine. TLS is required because the name is not that
    of this host."""
    real = socket.getaddrinfo

    def resolved(host: Any, *further: Any, **named: Any) -> Any:
        return real("127.0.0.1" if host == NAME else host, *further, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def remote(played: PlayedServer, *, scheme: str = "smtp", seconds: float = 2.0) -> MailServer:
    address = f"{scheme}://post:{PASSWORD}@{NAME}:{played.port}"
    return MailServer.at(address, base_url="https://academy.test", seconds=seconds)


def local(played: PlayedServer, *, seconds: float = 2.0) -> MailServer:
    address = f"smtp://127.0.0.1:{played.port}"
    return MailServer.at(address, base_url="https://academy.test", seconds=seconds)


def hand_over(server: MailServer) -> None:
    server.hand_over("academy@academy.test", PERSON, CONTENT)


def refused_by(server: MailServer, attempt: Callable[[MailServer], None] = hand_over) -> NotSent:
    with pytest.raises(NotSent) as raised:
        attempt(server)
    assert PERSON not in str(raised.value.words)
    assert "CANARY" not in repr(raised.value)
    return raised.value


def assert_nothing_left(played: PlayedServer) -> None:
    assert played.mails == played.seen == []
    for leak in (PASSWORD.encode(), b"AUTH ", PERSON.encode(), b"CONTENTCANARY"):
        assert leak not in played.in_clear + played.in_secret


@pytest.mark.parametrize(
    ("host", "demanded"),
    [
        ("localhost", False),
        ("LOCALHOST", False),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("mail.example.org", True),
        ("localhost.example.org", True),
        ("10.0.0.7", True),
        ("192.168.1.1", True),
        ("0.0.0.0", True),  # noqa: S104 - no address that we listen on
        ("2001:db8::1", True),
        ("127.0.0.1.example.org", True),
    ],
)
def test_tls_is_demanded_wherever_a_network_is_crossed(host, demanded):
    assert demands_tls(host) is demanded


@pytest.mark.parametrize(
    ("address", "tls", "port"),
    [
        ("smtp://mail.example.org", Tls.starttls, 25),
        ("smtp://mail.example.org:587", Tls.starttls, 587),
        ("smtps://mail.example.org", Tls.at_once, 465),
        ("smtps://127.0.0.1", Tls.at_once, 465),
        ("smtp://localhost", Tls.none, 25),
        ("smtp://[::1]:2525", Tls.none, 2525),
        ("smtp://[2001:db8::1]", Tls.starttls, 25),
    ],
)
def test_an_address_says_how_its_server_is_reached(address, tls, port):
    server = MailServer.at(address, base_url="https://academy.test")
    assert (server.tls, server.port) == (tls, port)


def test_a_lease_outlasts_a_mail():
    """Otherwise a second worker would send the mail while the first is still sending it (V5)."""
    server = MailServer.at("smtp://mail.example.org", base_url="https://academy.test")
    assert server.seconds == DEADLINE_SECONDS == 60
    assert timedelta(seconds=2 * DEADLINE_SECONDS + GOODBYE_SECONDS) < LEASE


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://academy.test", "academy.test"),
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_we_introduce_ourselves_by_the_name_of_the_academy(base_url, name):
    with PlayedServer().running() as played:
        MailServer.at(f"smtp://127.0.0.1:{played.port}", base_url=base_url).look()
        assert played.in_clear.splitlines()[0] == f"ehlo {name}".encode()


class TestOverTls:
    def test_starttls_is_used_before_the_password_and_the_mail(self, trusted):
        played = PlayedServer(features=("STARTTLS", *AUTH), tls=trusted.context_for(NAME))
        with played.running():
            hand_over(remote(played))
        (mail,) = played.mails
        assert mail == CONTENT
        assert played.in_clear.split() == [b"ehlo", b"academy.test", b"STARTTLS"]
        assert b"AUTH PLAIN" in played.in_secret

    def test_smtps_speaks_tls_from_the_first_byte(self, trusted):
        played = PlayedServer(features=AUTH, tls=trusted.context_for(NAME), tls_at_once=True)
        with played.running():
            hand_over(remote(played, scheme="smtps"))
        assert (played.mails, played.in_clear) == ([CONTENT], b"")

    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    @pytest.mark.parametrize(
        ("host", "days", "words"),
        [
            ("other.academy.test", 30, "Hostname mismatch"),
            (NAME, -1, "certificate has expired"),
        ],
    )
    def test_a_certificate_of_another_name_or_time_gets_nothing(
        self, trusted, scheme, host, days, words
    ):
        played = PlayedServer(
            features=("STARTTLS", *AUTH),
            tls=trusted.context_for(host, days=days),
            tls_at_once=scheme == "smtps",
        )
        with played.running():
            refusal = refused_by(remote(played, scheme=scheme))
        assert f"The mail server {NAME} shows a certificate that is not valid" in str(refusal.words)
        assert words in str(refusal.words)
        assert (refusal.all_wait, refusal.was_tried) == (True, False)
        assert_nothing_left(played)

    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    def test_a_certificate_of_nobody_we_trust_gets_nothing(self, trusted, tmp_path, scheme):
        stranger = Authority(tmp_path, name="Stranger")
        played = PlayedServer(
            features=("STARTTLS", *AUTH),
            tls=stranger.context_for(NAME),
            tls_at_once=scheme == "smtps",
        )
        with played.running():
            refusal = refused_by(remote(played, scheme=scheme))
        assert "certificate that is not valid" in str(refusal.words)
        assert_nothing_left(played)

    @pytest.mark.parametrize(
        "played",
        [
            PlayedServer(features=AUTH),
            PlayedServer(features=("STARTTLS", *AUTH), replies={"STAR": "454 not now"}),
            PlayedServer(features=("STARTTLS", *AUTH), replies={"STAR": "502 what?"}),
            PlayedServer(replies={"EHLO": "502 what?"}),
        ],
        ids=["not offered", "refused for now", "unknown", "no EHLO"],
    )
    def test_a_server_without_starttls_gets_nothing(self, played):
        """V1: an attacker on the network removed the offer of STARTTLS, or the server does not
        support TLS."""
        with played.running():
            refusal = refused_by(remote(played))
        assert "offers no TLS, and nothing is sent in clear" in str(refusal.words)
        assert (refusal.all_wait, refusal.was_tried) == (True, False)
        assert_nothing_left(played)

    def test_words_said_in_clear_before_tls_count_for_nothing_after_it(self, trusted):
        """An attacker on the network adds an answer before the handshake. The client must not take
        it as the answer to its EHLO."""
        played = PlayedServer(
            features=("STARTTLS", *AUTH),
            tls=trusted.context_for(NAME),
            injected=b"250-evil\r\n250 AUTH LOGIN\r\n",
        )
        with played.running():
            hand_over(remote(played))
        assert b"AUTH PLAIN" in played.in_secret  # the first of what the server itself offers
        assert played.mails == [CONTENT]

    def test_a_server_that_speaks_no_tls_where_tls_is_due(self):
        with PlayedServer().running() as played:
            refusal = refused_by(remote(played, scheme="smtps"))
        assert "we found no common way of TLS" in str(refusal.words)
        assert_nothing_left(played)

    def test_a_look_proves_the_certificate_and_the_password_and_sends_nothing(self, trusted):
        played = PlayedServer(features=("STARTTLS", *AUTH), tls=trusted.context_for(NAME))
        with played.running():
            remote(played).look()
        assert b"AUTH PLAIN" in played.in_secret
        assert b"MAIL" not in played.in_secret
        wrong = PlayedServer(
            features=("STARTTLS", *AUTH),
            tls=trusted.context_for(NAME),
            replies={"AUTH": "535 no"},
        )
        with wrong.running():
            refusal = refused_by(remote(wrong), MailServer.look)
        assert "refuses our user name or password (535)" in str(refusal.words)


class TestOneDeadline:
    @pytest.mark.parametrize(
        ("command", "was_tried"),
        [
            ("GREETING", False),
            ("EHLO", False),
            ("MAIL", True),
            ("RCPT", True),
            ("DATA", True),
            ("DATA.", True),
        ],
    )
    def test_a_letter_at_a_time_is_no_way_round_it(self, command, was_tried):
        """V4: each letter arrives well within the timeout of a single read, so only a limit of the
        whole mail helps."""
        played = PlayedServer(letter_seconds=0.15, slow_replies=(command,))
        with played.running():
            began = time.monotonic()
            refusal = refused_by(local(played, seconds=0.5))
            assert 0.4 < time.monotonic() - began < 1.2
        assert "took longer than 0.5 seconds" in str(refusal.words)
        assert (refusal.all_wait, refusal.was_tried) == (True, was_tried)
        assert played.mails == []

    def test_a_handshake_without_end_is_no_way_round_it(self):
        """The server says that TLS may begin, and then nothing."""
        played = PlayedServer(features=("STARTTLS",), replies={"STAR": "220 go ahead"})
        with played.running():
            began = time.monotonic()
            refusal = refused_by(remote(played, seconds=0.5))
            assert time.monotonic() - began < 1.2
        assert "took longer than 0.5 seconds" in str(refusal.words)

    def test_a_server_that_reads_nothing_is_no_way_round_it(self):
        """The mail fills the buffers of the connection, and the client then blocks."""
        large = b"x" * 70 + b"\r\n"
        ready = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def serve() -> None:
                connection, _ = listening.accept()
                for reply in (b"220 a\r\n", b"250 b\r\n", b"250 c\r\n", b"250 d\r\n", b"354 e\r\n"):
                    connection.sendall(reply)
                ready.wait(SECONDS)
                connection.close()

            thread = threading.Thread(target=serve)
            thread.start()
            address = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
            server = MailServer.at(address, base_url="https://academy.test", seconds=0.5)
            began = time.monotonic()
            with pytest.raises(NotSent, match=r"took longer than 0\.5 seconds"):
                server.hand_over("academy@academy.test", PERSON, large * 200_000)
            assert time.monotonic() - began < 1.5
            ready.set()
            thread.join()

    def test_a_goodbye_without_end_costs_two_seconds_and_nothing_else(self):
        with PlayedServer(replies={"QUIT": HANG}).running() as played:
            began = time.monotonic()
            hand_over(local(played, seconds=30))
            assert time.monotonic() - began < GOODBYE_SECONDS + 0.7
        assert played.mails == [CONTENT]


class TestWhatBecameOfIt:
    @pytest.mark.parametrize("goodbye", ["421 going away", "500 what?", DROP])
    def test_once_the_server_took_it_nothing_counts_any_more(self, goodbye):
        """V22: an accepted mail used to count as failed when the server answered QUIT with 421."""
        with PlayedServer(replies={"QUIT": goodbye}).running() as played:
            hand_over(local(played))
        assert played.mails == [CONTENT]

    @pytest.mark.parametrize("command", ["DATA", "DATA."])
    def test_a_connection_that_ends_before_the_answer_leaves_it_open(self, command):
        with PlayedServer(replies={command: DROP}).running() as played:
            refusal = refused_by(local(played))
        assert "did not say whether it took the mail" in str(refusal.words)
        assert (refusal.all_wait, refusal.was_tried, refusal.for_good) == (True, True, False)

    @pytest.mark.parametrize(
        ("command", "reply", "words", "all_wait", "for_good"),
        [
            (
                "RCPT",
                "550 5.1.1 <ned.canary@example.org> unknown",
                "this address (550)",
                False,
                True,
            ),
            ("RCPT", "450 <ned.canary@example.org> later", "address for now (450)", False, False),
            ("DATA", "554 not from you", "this mail (554)", False, True),
            ("DATA.", "552 CONTENTCANARY is too much", "this mail (552)", False, True),
            ("DATA.", "451 later", "this mail for now (451)", False, False),
            ("MAIL", "550 academy?", "our own address as sender (550)", True, False),
            ("MAIL", "421 too many", "takes no mail at the moment (421)", True, False),
            ("RCPT", "421 too many", "takes no mail at the moment (421)", True, False),
        ],
    )
    def test_a_refusal_says_what_was_refused_and_repeats_no_word_of_it(
        self, command, reply, words, all_wait, for_good
    ):
        with PlayedServer(replies={command: reply}).running() as played:
            refusal = refused_by(local(played))
        assert words in str(refusal.words)
        assert (refusal.all_wait, refusal.was_tried) == (all_wait, True)
        assert refusal.for_good is for_good
        assert played.mails == []

    @pytest.mark.parametrize(
        ("replies", "words"),
        [
            ({"GREETING": "554 go away"}, "takes no mail at the moment (554)"),
            ({"GREETING": DROP}, "ended the connection"),
            ({"EHLO": "421 later", "HELO": "421 later"}, "takes no mail at the moment (421)"),
        ],
    )
    def test_a_server_that_is_closed_holds_every_mail_and_was_offered_none(self, replies, words):
        with PlayedServer(replies=replies).running() as played:
            refusal = refused_by(local(played))
        assert words in str(refusal.words)
        assert str(refusal.words).endswith("Mails wait.")
        assert (refusal.all_wait, refusal.was_tried) == (True, False)

    def test_a_name_that_nobody_knows(self):
        server = MailServer.at("smtp://mail.invalid:587", base_url="https://academy.test")
        assert "name of the mail server mail.invalid is not known" in str(refused_by(server).words)

    def test_a_password_stays_out_of_what_is_printed_of_a_server(self):
        server = MailServer.at(f"smtp://post:{PASSWORD}@{NAME}", base_url="https://academy.test")
        assert server.password == PASSWORD
        assert PASSWORD not in repr(server)


class TestWhatCannotBeWritten:
    """A wrong setting must not make the worker give up a mail: the mail waits until the setting is
    corrected."""

    @pytest.mark.parametrize("attempt", [hand_over, MailServer.look])
    @pytest.mark.parametrize("way", ["AUTH PLAIN", "AUTH LOGIN", "AUTH CRAM-MD5"])
    def test_a_password_with_other_letters(self, trusted, way, attempt):
        played = PlayedServer(
            features=("STARTTLS", way),
            tls=trusted.context_for(NAME),
            replies={"AUTH": "334 PHNlY3JldD4="} if way != "AUTH PLAIN" else {},
        )
        with played.running():
            address = f"smtp://post:P%C3%A4SSWORDCANARY@{NAME}:{played.port}"
            server = MailServer.at(address, base_url="https://academy.test", seconds=2.0)
            refusal = refused_by(server, attempt)
        assert (refusal.all_wait, refusal.was_tried, refusal.for_good) == (True, False, False)
        assert "password" in str(refusal.words)
        assert "ä" not in str(refusal.words)
        assert played.mails == []

    @pytest.mark.parametrize("host", ["mail..example.org", f"{'m' * 64}.example.org"])
    def test_a_name_that_is_no_name(self, host):
        server = MailServer.at(f"smtp://{host}:25", base_url="https://academy.test", seconds=2.0)
        refusal = refused_by(server)
        assert (refusal.all_wait, refusal.was_tried, refusal.for_good) == (True, False, False)
        assert "name" in str(refusal.words)
