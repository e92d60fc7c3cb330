"""What set-up installs, on each kind of machine, as the locks and the project say."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
MACHINES = {
    "Linux on x86-64": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "Linux on an older ARM": {"sys_platform": "linux", "platform_machine": "armv7l"},
    "macOS on ARM": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "macOS on x86-64": {"sys_platform": "darwin", "platform_machine": "x86_64"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64"},
}


def lock(name: str) -> str:
    return (ROOT / name).read_text()


def marker_in(name: str, package: str) -> Marker:
    match = re.search(rf"^{package}==[^ ]+ ; (.+?) \\$", lock(name), re.MULTILINE)
    assert match is not None, f"{name} has no marker for {package}"
    return Marker(match[1])


def wanted_by_the_project(package: str) -> Marker:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (marker,) = (
        requirement.marker
        for requirement in map(Requirement, project["dependencies"])
        if requirement.name == package
    )
    assert marker is not None
    return marker


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_a_newer_sqlite_is_installed_where_it_needs_no_compiler(machine):
    """Its wheels are for Linux on x86-64; elsewhere set-up would want a compiler, and fail without."""
    expected = machine == MACHINES["Linux on x86-64"]
    markers = [
        wanted_by_the_project("pysqlite3"),
        *(marker_in(lock_name, "pysqlite3") for lock_name in LOCKS),
    ]
    assert [marker.evaluate(machine) for marker in markers] == [expected] * 3


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_address_and_have_a_hash_for_everything(name):
    text = lock(name)
    assert "://" not in text
    packages = re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)
    followed = re.findall(r"^([A-Za-z0-9._-]+)==.*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert packages == followed
    assert len(packages) > 30


def test_both_locks_name_the_same_versions():
    def versions(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([A-Za-z0-9._-]+==[^ ]+)(.*)$", lock(name), re.MULTILINE))

    whole = versions("requirements-dev.lock")
    assert {
        package: rest
        for package, rest in versions("requirements.lock").items()
        if whole.get(package) != rest
    } == {}
