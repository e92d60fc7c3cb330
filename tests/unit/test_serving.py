"""Where the processes of a server count."""

from pathlib import Path

import pytest

from app import serving
from app.kit.paths import ROOT


def test_below_systemd_it_is_the_runtime_folder_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/elsewhere")
    folder = serving.folder_for_figures("127.0.0.1", 8000)
    assert folder == tmp_path / "metrics" / "127.0.0.1-8000"
    (folder / "left").write_text("by an earlier server")
    assert list(serving.folder_for_figures("127.0.0.1", 8000).iterdir()) == []


def test_elsewhere_it_lies_beside_the_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    folder = serving.folder_for_figures("::1", 1)
    assert folder == ROOT / "var" / "metrics" / "__1-1"
    folder.rmdir()
