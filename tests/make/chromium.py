"""The system's Chromium: where it is, and on Debian how it gets there."""

import os
import shutil
import subprocess

NAMES = (
    "chromium-headless-shell",  # the same engine without windows: half the time for the same pages
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PACKAGES = ("chromium-headless-shell", "chromium")


def chromium_path() -> str | None:
    """Return where a Chromium is, if the system has one."""
    return os.environ.get("TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


def install_chromium() -> None:
    """Install a missing one on Debian as root; elsewhere do nothing."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print("Installing Chromium with apt-get …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _quietly(["apt-get", "update"], environment)
    for package in PACKAGES:
        _quietly(["apt-get", "install", "-y", "--no-install-recommends", package], environment)
        if chromium_path():
            return


def _quietly(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(
        command,
        check=False,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
