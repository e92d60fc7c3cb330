"""Serves with one process, or with several under a supervisor that logs and replaces processes that
end.

Modules that only the server needs are imported inside functions: the supervisor does not load the
application, and each process loads its own.
"""

import errno
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from app.kit.arenas import limit_arenas
from app.kit.error_descriptions import PlainError
from app.kit.paths import FOLDER_OF_FIGURES, ROOT
from app.settings import Settings
from app.web.logs import configure_logs
from app.web.protocol import BoundedProtocol

if TYPE_CHECKING:
    from fastapi import FastAPI

PATIENCE = 60.0
"""How many seconds a process may be silent. Loading takes 2 s of processor time, and many times
longer on a busy machine."""
PAUSE = 3.0
"""Seconds between a process that could not load the application and its replacement."""
BACKLOG = 2048
"""How many connections may wait until a process accepts them."""
GRACE = 20
"""How many seconds a process that is told to stop may take to finish its answers."""

log = structlog.get_logger("serving")


class NoPort(PlainError):
    """The server cannot listen on its port."""


def bind(host: str, port: int) -> socket.socket:
    """Reserve the port for this server, or raise NoPort. It answers nothing until `serve`."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise NoPort(f"{host} is no address of this machine.") from None
    taken = socket.socket(family, kind, number)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise NoPort(_why_no_port(error, host, port)) from None
    taken.set_inheritable(True)
    return taken


def _why_no_port(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Another program listens on port {port} of {host}. Stop it, or take another port: --port, or "
            "PORT=9000 make run."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} is for root only. Take one above 1023, such as --port 8000."
    return f"{host} is no address of this machine."


def serve(
    settings: Settings, taken: socket.socket, *, announce: Callable[[], None] = lambda: None
) -> None:
    """Serve at a bound socket until told to stop. With one process, also deliver the outbox.
    `announce` is called once, when requests are answered."""
    configure_logs(settings.log_level)
    forward_server_log()
    host, port = taken.getsockname()[:2]

    def has_started() -> None:
        log.info(
            "server started",
            version=version("preceptor"),
            address=f"{host}:{port}",
            processes=settings.workers,
            database=settings.kind_of_database,
        )
        announce()

    common: dict[str, Any] = {
        "host": host,
        "port": port,
        "log_config": None,
        "access_log": False,
        "http": BoundedProtocol,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": GRACE,
    }
    if settings.workers == 1:
        config = uvicorn.Config(load_application(settings, with_worker=True), **common)
        _listen(taken)
        _serve_alone(OneProcess(config, has_started), taken)
        return
    config = uvicorn.Config(
        "app.serving:web_process", factory=True, workers=settings.workers, **common
    )
    _listen(taken)
    _serve_together(Supervisor(config, [taken], has_started), host, port)


def _listen(taken: socket.socket) -> None:
    """Begin to listen, or raise NoPort. Two servers that were started at the same time may both
    have bound the port, and the event loop would not report that."""
    try:
        taken.listen(BACKLOG)
    except OSError as error:
        host, port = taken.getsockname()[:2]
        raise NoPort(_why_no_port(error, host, port)) from None


def _serve_alone(server: "OneProcess", taken: socket.socket) -> None:
    try:
        server.run([taken])
    except KeyboardInterrupt:
        return  # Ctrl-C, once everything has ended
    if not server.started:
        raise SystemExit(1)


def _serve_together(supervisor: "Supervisor", host: str, port: int) -> None:
    # Each process reads it at its start. The port is ours by now, so no other server uses the
    # folder.
    folder = folder_for_figures(host, port)
    os.environ[FOLDER_OF_FIGURES] = str(folder)
    try:
        supervisor.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    log.info("server stopped")
    if supervisor.has_failed:
        raise SystemExit(1)


def folder_for_figures(host: str, port: int) -> Path:
    """Return an empty folder for the metrics of one server's processes. Files of an earlier server
    that did not stop properly are deleted. Under systemd it is the service's runtime folder,
    because the service may not write to the release."""
    name = f"{host}-{port}".replace(":", "_").replace("/", "_")
    runtime_folder, _, _ = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")
    folder = (Path(runtime_folder) if runtime_folder else ROOT / "var") / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def load_application(settings: Settings, *, with_worker: bool = False) -> "FastAPI":
    """Load and return the application. Garbage collection is off meanwhile: it would find nothing
    and would take a third of the time. Its threads share a few arenas of memory."""
    limit_arenas()
    gc.disable()
    try:
        from app.main import create_app

        return create_app(settings, with_worker=with_worker)
    finally:
        gc.enable()
        gc.freeze()


def web_process() -> "FastAPI":
    """Return the application of one of several processes; `preceptor work` delivers the outbox."""
    settings = Settings()
    configure_logs(settings.log_level)
    forward_server_log()
    Thread(target=_stop_with_supervisor, daemon=True).start()
    try:
        return load_application(settings)
    except Exception:
        log.exception("process could not load the application", process=os.getpid())
        time.sleep(PAUSE)
        raise SystemExit(STARTUP_FAILURE) from None


def _stop_with_supervisor() -> None:
    """Stop this process when its supervisor has ended in any way; otherwise it would keep the port
    from the next start."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        log.warning("supervisor ended", process=os.getpid())
        signal.raise_signal(signal.SIGTERM)


class OneProcess(uvicorn.Server):
    """The server of one process. It logs one line at its start and one at its end."""

    def __init__(self, config: uvicorn.Config, has_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._has_started = has_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._has_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Here and not after `run`, because the signal that stops the server ends the process inside
        # `run`.
        await super().shutdown(sockets)
        log.info("server stopped")


class Supervisor(Multiprocess):
    """Keeps the number of processes in the settings running, and logs each start and end.
    `has_started` is called once, when the first process serves."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[Any], has_started: Callable[[], None]
    ) -> None:
        super().__init__(config, sockets)
        self.has_failed = False
        self._has_started = has_started
        self._serving: set[int | None] = set()
        self._pinged_at: dict[int | None, float] = {}
        self._counting: set[int | None] = set()

    def init_processes(self) -> None:
        super().init_processes()
        log.info("processes started", processes=[process.pid for process in self.processes])

    def keep_subprocess_alive(self) -> None:
        """Replace each process that has ended or was silent for longer than `PATIENCE`. Returns at
        once. uvicorn's own method waits for one process after the other, and meanwhile notices
        neither the end of another process nor a signal.
        """
        self._mark_the_dead()
        for index, process in enumerate(self.processes):
            is_stuck = process.process.is_alive() and self._silence(process) > PATIENCE
            if process.process.is_alive() and not is_stuck:
                continue
            process.kill()
            process.process.join()
            self._pinged_at.pop(process.pid, None)
            ended = {"process": process.pid, "exit_code": process.exitcode, "was_stuck": is_stuck}
            if process.exitcode == STARTUP_FAILURE and not self._serving:
                # The others would fail in the same way, again and again.
                log.error("process did not start; the server stops", **ended)
                self.has_failed = True
                self.should_exit.set()
                return
            self.processes[index] = Process(self.config, self.sockets)
            self.processes[index].start()
            log.error("process ended and was replaced", **ended, by=self.processes[index].pid)

    def _mark_the_dead(self) -> None:
        """Remove processes that have ended from the number of serving processes. Their counts stay
        in the sums."""
        from prometheus_client.multiprocess import mark_process_dead

        present = {process.pid for process in self.processes}
        for ended in self._counting - present:
            mark_process_dead(ended)  # type: ignore[no-untyped-call] # not typed there
        self._counting = present

    def _silence(self, process: Process) -> float:
        """Return how many seconds a process has not answered; send it a new question if it owes no
        answer."""
        now = time.monotonic()
        pipe, pinged_at = process.parent_conn, self._pinged_at.get(process.pid)
        try:
            if pinged_at is None:
                pipe.send(b"ping")
                self._pinged_at[process.pid] = now
            elif pipe.poll(0):
                is_ready = pipe.recv()
                del self._pinged_at[process.pid]
                if is_ready and process.pid not in self._serving:
                    self._note_serving(process.pid)
            else:
                return now - pinged_at
        except (OSError, EOFError):
            return 0.0  # it has just ended; the next call will notice
        return 0.0

    def _note_serving(self, pid: int | None) -> None:
        is_first = not self._serving
        self._serving.add(pid)
        log.info("process serves", process=pid)
        if is_first:
            self._has_started()


class _ToStructlog(logging.Handler):
    """Writes a log record of uvicorn as one line of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger("uvicorn").log(
            record.levelno, record.getMessage(), exc_info=record.exc_info
        )


def forward_server_log() -> None:
    """Write uvicorn's warnings to our log."""
    logger = logging.getLogger("uvicorn.error")
    logger.handlers = [_ToStructlog()]
    logger.setLevel(logging.WARNING)
    logger.propagate = False
