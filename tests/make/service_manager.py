#!/usr/bin/python3
"""`systemctl`, `systemd-run` and `journalctl` for a copy of a machine on which no systemd runs.

Runs by itself inside the copy, with nothing but the standard library. It does what the very unit files say:
user, credentials, environment, folders, and the read-only view of the files. What it leaves out stands in
`LEFT_OUT`; a directive that it does not know at all stops it. Debian's own services (nginx, PostgreSQL) are
started by the scripts that Debian ships for machines without systemd.
"""

import contextlib
import itertools
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/service-manager")
LOGS = Path("/var/log/service-manager")
CREDENTIALS = Path("/run/credentials")
LEFT_OUT = {
    "Restart",
    "RestartSec",
    "RestartPreventExitStatus",
    "RestrictAddressFamilies",
    "KillMode",
}
"""Nothing is started again by itself; the kernel restricts no kind of socket; what a service leaves behind is
ended with it, as KillMode=mixed says."""
ABOUT_ORDER = {"Description", "After", "Wants", "WantedBy"}
DONE = {
    "Type", "User", "Group", "WorkingDirectory", "EnvironmentFile", "LoadCredential", "ExecStart", "Nice",
    "UMask", "NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome", "StateDirectory",
    "RuntimeDirectory", "ReadWritePaths", "TimeoutStopSec",
}  # fmt: skip
Directives = dict[str, list[str]]


def main() -> int:
    os.umask(
        0o022
    )  # that of the service manager, whatever the administrator has set for the terminal
    command, words = Path(sys.argv[0]).name, sys.argv[1:]
    return {"systemctl": systemctl, "systemd-run": systemd_run, "journalctl": journalctl}[command](
        words
    )


def systemctl(words: list[str]) -> int:
    options = [word for word in words if word.startswith("-")]
    act, *names = [word for word in words if not word.startswith("-")]
    if act == "daemon-reload":
        return 0
    if act == "enable":
        act = "start" if "--now" in options else "exists"
    return max([_each(act, name) for name in names], default=1)


def _each(act: str, name: str) -> int:
    path = UNITS / (name if name.endswith((".timer", ".service")) else f"{name}.service")
    if not path.exists() and Path(f"/etc/init.d/{name}").exists():
        return subprocess.run(["/usr/sbin/service", name, act], check=False).returncode
    directives = read(path)
    if path.suffix == ".timer":
        read(path.with_suffix(".service"))  # what it would start
        return 0
    if act in ("stop", "restart"):
        stop(name, directives)
    if act in ("start", "restart"):
        return start(name, directives)
    if act == "is-active":
        return 0 if is_running(pid_of(name)) else 3
    return 0 if act in ("stop", "exists") else _refuse(f"systemctl {act} is not known here")


def systemd_run(words: list[str]) -> int:
    """Run one command in the foreground, as `--wait --pipe` does."""
    directives: Directives = defaultdict(list)
    while words and words[0].startswith("--"):
        name, _, value = words.pop(0).removeprefix("--").partition("=")
        if name == "property":
            name, _, value = value.partition("=")
            directives[name].append(value)
        elif name in ("uid", "gid", "working-directory"):
            directive_names = {
                "uid": "User",
                "gid": "Group",
                "working-directory": "WorkingDirectory",
            }
            directives[directive_names[name]].append(value)
        elif name not in ("quiet", "wait", "collect", "pipe"):
            _refuse(f"systemd-run --{name} is not known here")
    _demand_known(directives, "systemd-run")
    return run(f"run-{os.getpid()}", directives, words)


def journalctl(words: list[str]) -> int:
    units = [after for word, after in itertools.pairwise(words) if word == "-u"]
    for unit in units:
        log = LOGS / unit
        print(log.read_text() if log.exists() else "-- No entries --", end="")
    return 0


def start(name: str, directives: Directives) -> int:
    if is_running(pid_of(name)):
        return 0
    STATE.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    argv = shlex.split(_expanded(value_of(directives, "ExecStart")))
    with (LOGS / name).open("ab") as log:
        if value_of(directives, "Type") == "oneshot":
            return run(name, directives, argv, output=log)
        command, environment = prepared(name, directives, argv)
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (STATE / name).write_text(str(process.pid))
    return 0


def stop(name: str, directives: Directives) -> None:
    pid = pid_of(name)
    if is_running(pid):
        os.kill(pid, signal.SIGTERM)
        ends = time.monotonic() + int(value_of(directives, "TimeoutStopSec") or 90)
        while is_running(pid) and time.monotonic() < ends:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    _take_away(name, directives)


def run(name: str, directives: Directives, argv: list[str], *, output: object = None) -> int:
    command, environment = prepared(name, directives, argv)
    try:
        return subprocess.run(
            command,
            env=environment,
            stdout=output,
            stderr=output,
            check=False,  # type: ignore[call-overload]
        ).returncode
    finally:
        _take_away(name, directives)


def prepared(
    name: str, directives: Directives, argv: list[str]
) -> tuple[list[str], dict[str, str]]:
    """Return the command that starts a service as its unit says, and its environment."""
    user = pwd.getpwnam(value_of(directives, "User"))
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
        "LANG": "C.UTF-8",
        "HOME": user.pw_dir,
        "USER": user.pw_name,
    }
    for file in directives.get("EnvironmentFile", ()):
        environment.update(_environment_of(file))
    writable = list(directives.get("ReadWritePaths", ()))
    for kind, parent, variable in (
        ("StateDirectory", "/var/lib", "STATE_DIRECTORY"),
        ("RuntimeDirectory", "/run", "RUNTIME_DIRECTORY"),
    ):
        if folder := value_of(directives, kind):
            path = f"{parent}/{folder}"
            Path(path).mkdir(parents=True, exist_ok=True)
            os.chown(path, user.pw_uid, user.pw_gid)
            environment[variable] = path
            writable.append(path)
    if directives.get("LoadCredential"):
        environment["CREDENTIALS_DIRECTORY"] = str(_credentials(name, directives, user))
    script = "\n".join([*_view(directives, writable), *_identity(directives, user), 'exec "$@"'])
    sandbox = ["unshare", "--mount", "--propagation=private", "/bin/sh", "-euc", script, "sandbox"]
    identity = [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--init-groups",
        *(["--no-new-privs"] if value_of(directives, "NoNewPrivileges") == "yes" else []),
    ]
    return [*sandbox, *identity, *argv], environment


def _view(directives: Directives, writable: list[str]) -> list[str]:
    """Return the lines that make of the files what the service may see and write."""
    lines = []
    if value_of(directives, "ProtectSystem") == "strict":
        lines += [f"mount --bind {shlex.quote(path)} {shlex.quote(path)}" for path in writable]
        lines += ["mount -o remount,bind,ro /run", "mount -o remount,bind,ro /"]
    if value_of(directives, "PrivateTmp") == "yes":
        lines += [f"mount -t tmpfs -o mode=1777 tmpfs {path}" for path in ("/tmp", "/var/tmp")]  # noqa: S108
    if value_of(directives, "ProtectHome") == "yes":
        lines += [f"mount -t tmpfs -o ro,mode=000 tmpfs {path}" for path in ("/home", "/root")]
    return lines


def _identity(directives: Directives, user: pwd.struct_passwd) -> list[str]:
    folder = value_of(directives, "WorkingDirectory") or user.pw_dir
    mask, nice = value_of(directives, "UMask") or "0022", value_of(directives, "Nice") or "0"
    return [f"umask {mask}", f"cd {shlex.quote(folder)}", f"renice -n {nice} $$ >/dev/null"]


def _credentials(name: str, directives: Directives, user: pwd.struct_passwd) -> Path:
    folder = CREDENTIALS / name
    folder.mkdir(parents=True, exist_ok=True)
    for each in directives["LoadCredential"]:
        setting, _, source = each.partition(":")
        if not Path(source).exists():
            _refuse(f"the credential {source} is not there")
        copy = folder / setting
        shutil.copyfile(source, copy)
        copy.chmod(0o400)
        os.chown(copy, user.pw_uid, user.pw_gid)
    return folder


def _take_away(name: str, directives: Directives) -> None:
    shutil.rmtree(CREDENTIALS / name, ignore_errors=True)
    if folder := value_of(directives, "RuntimeDirectory"):
        shutil.rmtree(f"/run/{folder}", ignore_errors=True)


def _environment_of(file: str) -> dict[str, str]:
    """Read an EnvironmentFile as systemd does: no variables, no commands; quotes round a value go away."""
    path = Path(file.removeprefix("-"))
    if file.startswith("-") and not path.exists():
        return {}
    values = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.lstrip().startswith(("#", ";")):
            setting, _, value = line.partition("=")
            is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            values[setting.strip()] = value[1:-1] if is_quoted else value.strip()
    return values


def _expanded(command: str) -> str:
    """Refuse what systemd would put something else in the place of: `${NAME}`, and `$NAME` alone."""
    if re.search(r"\$\{|(?:^|\s)\$\w+(?:\s|$)", command.replace("$$", "")):
        _refuse("systemd would expand a variable of this ExecStart")
    return command.replace("$$", "$")


def read(path: Path) -> Directives:
    if not path.exists():
        _refuse(f"Unit {path.name} not found.")
    directives: Directives = defaultdict(list)
    section = ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith(("#", ";")) and section != "[Timer]":
            name, _, value = line.partition("=")
            directives[name].append(value)
    _demand_known(directives, path.name)
    return directives


def _demand_known(directives: Directives, where: str) -> None:
    if unknown := set(directives) - DONE - LEFT_OUT - ABOUT_ORDER:
        _refuse(f"{where}: {', '.join(sorted(unknown))} is not known here")


def value_of(directives: Directives, name: str) -> str:
    return directives[name][-1] if directives.get(name) else ""


def pid_of(name: str) -> int:
    file = STATE / name
    return int(file.read_text()) if file.exists() else 0


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be taken note of does not."""
    try:
        return (
            pid > 0 and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    raise SystemExit(4)


if __name__ == "__main__":
    sys.exit(main())
