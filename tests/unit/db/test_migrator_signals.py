"""A signal that stops a migration says one sentence, wherever in the program it arrives."""

import signal

import pytest

from app.db.migrator import Watch


class Signals:
    """Sends a signal to the program while it is cleared away, where Python passes no exception on."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


class Fails:
    def __del__(self) -> None:
        raise ValueError("not a signal")


def test_a_signal_amid_clearing_away_stops_the_steps_in_silence(capsys):
    watch = Watch(listens=True)
    with watch.stopped_by_signals():
        Signals()
    assert watch.is_stopping()
    assert capsys.readouterr().err == ""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_error_there_is_told(monkeypatch):
    told = []
    monkeypatch.setattr("sys.unraisablehook", lambda lost: told.append(lost.exc_type))
    with Watch(listens=True).stopped_by_signals():
        Signals()
        Fails()
    assert told == [ValueError]
