"""Sends a mail to the mail server: over TLS, within one deadline, with a definite result."""

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Self
from urllib.parse import unquote, urlsplit

from app.kit.hosts import is_this_host
from app.kit.messages import Message, msg, sentences

DEADLINE_SECONDS = 60.0
"""The time limit for a mail, from the connection until the server has accepted it. A lease of the
outbox is longer."""
GOODBYE_SECONDS = 2.0
ADDRESS_SECONDS = 15.0
"""The time limit for each address of a mail server that has several."""
PIECE = 16_384
BUSY = 421


class Tls(StrEnum):
    none = "none"
    starttls = "starttls"
    at_once = "at once"


class NotSent(Exception):
    """A mail was not sent, or perhaps not. The message is for the office and the log: it names no
    person and repeats nothing of the server's answer but its code.

    `all_wait` means that the problem concerns every mail; `was_tried` that this mail was offered,
    so the problem may be this mail; `for_good` that the server refuses it permanently.
    """

    def __init__(
        self, words: Message, *, all_wait: bool, was_tried: bool, for_good: bool = False
    ) -> None:
        super().__init__(str(words))
        self.words = words
        self.all_wait = all_wait
        self.was_tried = was_tried
        self.for_good = for_good


def demands_tls(host: str) -> bool:
    """Return whether mails and passwords for this host pass through a network."""
    return not is_this_host(host)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server. `own_name` is our name in the greeting."""

    host: str
    port: int
    tls: Tls
    own_name: str
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = DEADLINE_SECONDS

    @classmethod
    def at(cls, address: str, *, base_url: str, seconds: float = DEADLINE_SECONDS) -> Self:
        """Return the server for `smtp://user:password@host:587` or `smtps://host:465`. With `smtp`
        to another machine STARTTLS is required; certificates are always verified."""
        parts = urlsplit(address)
        host = parts.hostname or "localhost"
        tls = Tls.starttls if demands_tls(host) else Tls.none
        if parts.scheme == "smtps":
            tls = Tls.at_once
        return cls(
            host,
            parts.port or (465 if tls is Tls.at_once else 25),
            tls,
            _introduction(urlsplit(base_url).hostname or "localhost"),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            seconds,
        )

    def hand_over(self, sender: str, recipient: str, mail: bytes) -> None:
        """Send one mail, or raise NotSent. Errors after the server has accepted the mail are
        ignored."""
        with self._signed_in() as talk:
            try:
                _offer(talk, sender, recipient, mail)
            except (smtplib.SMTPException, OSError) as error:
                raise self._lost(talk, error) from None

    def look(self) -> None:
        """Connect, verify the certificate and sign in as for a mail, but send none. Raise NotSent."""
        with self._signed_in():
            pass

    @contextmanager
    def _signed_in(self) -> "Iterator[_Talk]":
        deadline = _Deadline(self.seconds)
        try:
            talk = _Talk(self._connect(deadline), deadline, self.own_name)
        except (ssl.SSLError, OSError, UnicodeError) as error:
            raise self._unreachable(error, deadline) from None
        try:
            try:
                self._begin(talk)
            except (smtplib.SMTPException, OSError) as error:
                raise self._unreachable(error, deadline) from None
            yield talk
        finally:
            deadline.shorten(GOODBYE_SECONDS)
            with suppress(smtplib.SMTPException, OSError):
                talk.quit()
            talk.close()

    def _connect(self, deadline: "_Deadline") -> socket.socket:
        failed: OSError = ConnectionError("no address")
        for *_, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            try:
                plain = socket.create_connection(
                    (str(address[0]), self.port), timeout=min(deadline.left(), ADDRESS_SECONDS)
                )
                break
            except OSError as error:
                failed = error
        else:
            raise failed
        if self.tls is not Tls.at_once:
            return plain
        plain.settimeout(deadline.left())
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    def _begin(self, talk: "_Talk") -> None:
        """Greet the server, start TLS and sign in. No password is sent before the certificate is
        verified."""
        code, _ = talk.getreply()
        if code != 220:
            raise smtplib.SMTPResponseException(code, b"")
        talk.ehlo_or_helo_if_needed()
        if self.tls is Tls.starttls:
            talk.secure(self.host)
            talk.ehlo_or_helo_if_needed()
        if self.user:
            try:
                talk.login(self.user, self.password)
            except UnicodeError:
                raise NotWritable from None  # the error's own message repeats a character of the
                # password

    def _unreachable(self, error: Exception, deadline: "_Deadline") -> NotSent:
        """Return why nothing can be sent at the moment."""
        words = sentences(self._words(error, deadline), msg("Mails wait."))
        return NotSent(words, all_wait=True, was_tried=False)

    def _words(self, error: Exception, deadline: "_Deadline") -> Message:
        return _answer_words(error, self.host) or self._connection_words(error, deadline)

    def _connection_words(self, error: Exception, deadline: "_Deadline") -> Message:
        """Return why there is no connection any more, or none at all."""
        host = self.host
        match error:
            case socket.gaierror() | UnicodeError():  # an impossible host name
                return msg("The name of the mail server {host} is not known.", host=host)
            case _ if deadline.is_over:
                return msg(
                    "The mail server {host} took longer than {seconds} seconds.",
                    host=host,
                    seconds=Decimal(f"{self.seconds:g}"),
                )
            case TimeoutError():
                return msg("The mail server {host} does not answer.", host=host)
            case ConnectionRefusedError():
                return msg(
                    "The mail server {host} refused the connection at port {port:plain}.",
                    host=host,
                    port=self.port,
                )
            case smtplib.SMTPServerDisconnected():
                return msg("The mail server {host} ended the connection.", host=host)
            case _:
                return msg(
                    "The mail server {host} cannot be reached ({error}).",
                    host=host,
                    error=type(error).__name__,
                )

    def _lost(self, talk: "_Talk", error: Exception) -> NotSent:
        """Return what happened to a mail that was being sent when the connection ended."""
        doubt = msg(
            "It did not say whether it took the mail; the mail is sent again with the same id."
        )
        words = sentences(self._words(error, talk.deadline), doubt if talk.was_offered else None)
        return NotSent(words, all_wait=True, was_tried=True)


def _answer_words(error: Exception, host: str) -> Message | None:
    """Return what the mail server refused or does not offer, or None if the connection failed."""
    match error:
        case ssl.SSLCertVerificationError(verify_message=str(why)) if why:
            return msg(
                "The mail server {host} shows a certificate that is not valid for this name: {why}.",
                host=host,
                why=why.rstrip("."),
            )
        case ssl.SSLCertVerificationError():
            return msg(
                "The mail server {host} shows a certificate that is not valid for this name: it cannot be "
                "verified.",
                host=host,
            )
        case ssl.SSLError():
            why = error.reason or "handshake"
            return msg(
                "The mail server {host} and we found no common way of TLS ({why}).",
                host=host,
                why=why,
            )
        case smtplib.SMTPException():
            return _refusal_words(error, host)
    return None


def _refusal_words(error: smtplib.SMTPException, host: str) -> Message | None:
    match error:
        case NoTls():
            return msg(
                "The mail server {host} offers no TLS, and nothing is sent in clear.", host=host
            )
        case smtplib.SMTPAuthenticationError():
            return msg(
                "The mail server {host} refuses our user name or password ({code:plain}).",
                host=host,
                code=error.smtp_code,
            )
        case smtplib.SMTPNotSupportedError():
            return msg("The mail server {host} offers no way to sign in that we know.", host=host)
        case smtplib.SMTPResponseException():
            return msg(
                "The mail server {host} takes no mail at the moment ({code:plain}).",
                host=host,
                code=error.smtp_code,
            )
        case NotWritable():
            return msg(
                "Our user name or password for the mail server {host} has a letter outside ASCII; such a "
                "letter cannot be sent. Give it another password.",
                host=host,
            )
    return None


class NotWritable(smtplib.SMTPException):
    """A user name or password has characters that cannot be sent when signing in."""


class NoTls(smtplib.SMTPException):
    """The server does not offer STARTTLS, or refuses it."""


def _offer(talk: "_Talk", sender: str, recipient: str, mail: bytes) -> None:
    """Send one mail step by step, so that the reason of each refusal is known."""
    code, _ = talk.mail(sender)
    if code != 250:
        # The sender is the academy's address, so a problem with it concerns every mail.
        raise _refused(msg("our own address as sender"), code, all_wait=True, for_good=False)
    code, _ = talk.rcpt(recipient)
    if code not in (250, 251):
        raise _refused(msg("this address"), code)
    talk.was_offered = True
    try:
        code, _ = talk.data(mail)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    if code != 250:
        raise _refused(msg("this mail"), code)


def _refused(
    what: Message, code: int, *, all_wait: bool = False, for_good: bool | None = None
) -> NotSent:
    if code == BUSY:
        return NotSent(
            msg(
                "The mail server takes no mail at the moment ({code:plain}). Mails wait.", code=BUSY
            ),
            all_wait=True,
            was_tried=True,
        )
    lasting = code >= 500 if for_good is None else for_good
    if code >= 500:
        words = msg("The mail server refuses {what} ({code:plain}).", what=what, code=code)
    else:
        words = msg("The mail server refuses {what} for now ({code:plain}).", what=what, code=code)
    return NotSent(words, all_wait=all_wait, was_tried=True, for_good=lasting)


class _Deadline:
    """A time limit shared by several steps."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return monotonic() >= self._ends

    def left(self) -> float:
        """Return the seconds left, or raise TimeoutError."""
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def shorten(self, seconds: float) -> None:
        self._ends = min(self._ends, monotonic() + seconds)


class _Replies(RawIOBase):
    """The server's replies. Each read may take only the time left of the deadline, so that a server
    that sends one character every few seconds cannot extend it."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # typeshed's own buffer type
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)


class _Talk(smtplib.SMTP):
    """One conversation with a mail server, over an open connection."""

    def __init__(self, connection: socket.socket, deadline: _Deadline, own_name: str) -> None:
        super().__init__(local_hostname=own_name)
        self.sock = connection
        self.deadline = deadline
        self.was_offered = False

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = BufferedReader(_Replies(self.sock, self.deadline))
        return super().getreply()

    def send(self, s: bytes | str) -> None:  # type: ignore[override] # typeshed's own buffer type
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(data), PIECE):
            if self.sock is not None:
                self.sock.settimeout(self.deadline.left())
            super().send(data[start : start + PIECE])

    def secure(self, host: str) -> None:
        """Switch to TLS and discard everything that the server sent before."""
        if not self.has_extn("starttls"):
            raise NoTls
        code, _ = self.docmd("STARTTLS")
        if code != 220 or self.sock is None:
            raise NoTls
        self.sock.settimeout(self.deadline.left())
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=host)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False


def _introduction(host: str) -> str:
    """Return our name for EHLO; an address is written in brackets (RFC 5321, 4.1.3)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
