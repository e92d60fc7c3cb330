"""Metrics for a scraper: requests, deliveries, processes.

A single process keeps its metrics in memory. Several processes write theirs to files in one folder,
and the process that is asked adds them up. The folder is set by an environment variable that the
library reads when it is imported; `app.serving` sets it before a process starts.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.db.database import Database
from app.kit.paths import FOLDER_OF_FIGURES
from app.outbox.health import Delivery, deliveries

# Saves one line per counter; nobody needs the time at which a counter began.
disable_created_metrics()  # type: ignore[no-untyped-call] # not typed there

PROCESSES = Gauge("preceptor_processes", "Processes that serve.", multiprocess_mode="livesum")

Figure = Callable[[Delivery, datetime], float | None]


def _seconds(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())


OF_DELIVERIES: tuple[tuple[str, str, Figure], ...] = (
    ("preceptor_outbox_waiting", "Events that wait.", lambda each, _: each.waiting),
    ("preceptor_outbox_given_up", "Events that were given up.", lambda each, _: each.given_up),
    (
        "preceptor_outbox_oldest_seconds",
        "For how long the oldest event has been due.",
        lambda each, now: _seconds(each.due_since, now) or 0,
    ),
    (
        "preceptor_worker_heartbeat_seconds",
        "How long ago the worker was seen; none when it never was.",
        lambda each, now: _seconds(each.heartbeat.at, now),
    ),
    (
        "preceptor_worker_in_trouble",
        "1 when something keeps the worker from its work.",
        lambda each, _: int(each.heartbeat.trouble is not None),
    ),
)


class Deliveries(Collector):
    """Metrics of deliveries, read from the database when they are requested. Every process gives
    the same values, so they are not stored or added up."""

    def __init__(self, delivery_kinds: tuple[Delivery, ...] | None, now: datetime) -> None:
        self._found = delivery_kinds
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics, or only that the database does not answer."""
        is_up = self._found is not None
        words = "1 when the database answers."
        yield GaugeMetricFamily("preceptor_database_up", words, value=int(is_up))
        for name, words, figure in OF_DELIVERIES if is_up else ():
            family = GaugeMetricFamily(name, words, labels=["kind"])
            for each in self._found or ():
                if (value := figure(each, self._now)) is not None:
                    family.add_metric([each.kind], value)
            yield family


def figures(database: Database, now: datetime) -> bytes:
    """Return the metrics of all serving processes, and those about delivery."""
    try:
        with database.read() as db:
            delivery_kinds = tuple(deliveries(db, now=now))
    except SQLAlchemyError:
        delivery_kinds = None
    academy = CollectorRegistry()
    academy.register(Deliveries(delivery_kinds, now))
    return generate_latest(_of_processes()) + generate_latest(academy)


def _of_processes() -> CollectorRegistry:
    """Return the metrics of this process, or the sums of several. Values of a single process, such
    as its memory, are left out of sums."""
    if FOLDER_OF_FIGURES not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call] # not typed there
    return together
