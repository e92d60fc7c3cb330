"""A mail server on 127.0.0.1 that behaves as a test tells it to, and keeps what crossed the wire."""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.mail.mailer import Mailer

DROP = "drop"
"""Instead of a reply: end the connection without a word."""
HANG = "hang"
"""Instead of a reply: say nothing until the other side goes."""
NAME = "mail.academy.test"


@dataclass
class Authority:
    """A throw-away authority for certificates; `file` is what a client trusts."""

    folder: Path
    name: str = "Test authority"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def file(self) -> Path:
        path = self.folder / f"{self.name}.pem"
        if not path.exists():
            own = self._certificate(self.name, self.key, days=30, authority=True)
            path.write_bytes(own.public_bytes(Encoding.PEM))
        return path

    def context_for(self, host: str, *, days: int = 30) -> ssl.SSLContext:
        """Return what a server shows as `host`; with `days` below 0 its certificate has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(host, key, days=days, authority=False)
        path = self.folder / f"{self.name}-{host}-{days}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, days: int, authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        plain = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            plain = plain.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
            )
        return plain.sign(self.key, hashes.SHA256())


@dataclass
class PlayedServer:
    """Speaks SMTP. `replies` overrules the usual answer to a command, by its first word in capitals, with
    "GREETING" for the first line and "DATA." for the answer after a mail; a list is used up one by one."""

    features: Sequence[str] = ("8BITMIME",)
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    replies: Mapping[str, str | list[str]] = field(default_factory=dict)
    letter_seconds: float = 0.0
    """Pause before each letter of every reply."""
    slow_replies: Sequence[str] = ()
    """The commands that `letter_seconds` concerns; empty for all."""
    injected: bytes = b""
    """Said in clear together with the answer to STARTTLS."""
    in_clear: bytes = b""
    """Everything that arrived outside TLS."""
    in_secret: bytes = b""
    mails: list[bytes] = field(default_factory=list)
    """Each mail that was answered with 250."""
    seen: list[bytes] = field(default_factory=list)
    """Each mail that arrived whole, whatever was answered."""
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    """Any free one unless a test names it."""
    _over: Event = field(default_factory=Event)
    _open: list[socket.socket] = field(default_factory=list)

    @contextmanager
    def running(self) -> "Iterator[PlayedServer]":
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            self.port = listening.getsockname()[1]
            listening.settimeout(0.05)
            waiting = Thread(target=self._accept, args=(listening,), daemon=True)
            waiting.start()
            try:
                yield self
            finally:
                self._over.set()
                waiting.join(timeout=2)

    def hang_up(self) -> None:
        """End every connection, so that nobody waits for a reply until their time is over."""
        self._over.set()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                connection, _ = listening.accept()
                self.connections += 1
                self._open.append(connection)
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ConnectionError, EOFError):
            if self.tls_at_once and self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._say(connection, "GREETING", "220 ready")
            while True:
                line = self._line(connection).decode("utf-8", "replace")
                connection = self._answer(connection, line, line[:4].upper().strip())
        connection.close()

    def _answer(self, connection: socket.socket, line: str, command: str) -> socket.socket:
        if command in ("EHLO", "HELO"):
            lines = ["mail.academy.test", *self.features]
            usual = "\r\n".join(f"250-{each}" for each in lines[:-1]) + f"\r\n250 {lines[-1]}"
            self._say(connection, command, usual.removeprefix("\r\n"))
        elif command == "STAR" and self.tls:
            connection.sendall(b"220 go ahead\r\n" + self.injected)
            return self.tls.wrap_socket(connection, server_side=True)
        elif command == "RCPT":
            self.recipients.append(line)
            self._say(connection, command, "250 fine")
        elif command == "DATA":
            if self._say(connection, command, "354 go on").startswith("354"):
                self._take(connection)
        elif command == "QUIT":
            self._say(connection, command, "221 bye")
            raise EOFError
        else:
            told = self._say(
                connection, command, "235 welcome" if command == "AUTH" else "250 fine"
            )
            if command == "STAR" and told.startswith("220"):
                # Without TLS nothing follows: bytes of the handshake may look like the end of a line.
                while connection.recv(4096):
                    pass
                raise EOFError
        return connection

    def _take(self, connection: socket.socket) -> None:
        mail = b""
        while not mail.endswith(b"\r\n.\r\n"):
            mail += self._line(connection)
        whole = mail[:-3].replace(b"\r\n..", b"\r\n.")
        self.seen.append(whole)
        if self._say(connection, "DATA.", "250 taken").startswith("250"):
            self.mails.append(whole)

    def _say(self, connection: socket.socket, command: str, usual: str) -> str:
        told = self.replies.get(command, usual)
        reply = (told.pop(0) if told else usual) if isinstance(told, list) else told
        if reply == HANG:
            while connection.recv(4096):
                pass
        if reply in (DROP, HANG):
            raise EOFError
        words = f"{reply}\r\n".encode()
        if self.letter_seconds and (not self.slow_replies or command in self.slow_replies):
            for start in range(len(words)):
                if self._over.wait(self.letter_seconds):
                    raise EOFError
                connection.sendall(words[start : start + 1])
        else:
            connection.sendall(words)
        return reply

    def _line(self, connection: socket.socket) -> bytes:
        line = b""
        while not line.endswith(b"\r\n"):
            letter = connection.recv(1)
            if not letter:
                raise EOFError
            line += letter
        if isinstance(connection, ssl.SSLSocket):
            self.in_secret += line
        else:
            self.in_clear += line
        return line


def mailer_to(app: Any, played: PlayedServer) -> Mailer:
    """Return the academy's mailer with a played server instead of the place where mails are kept."""
    own: Mailer = app.state.mailer
    return replace(own, mail_url=f"smtp://127.0.0.1:{played.port}")
