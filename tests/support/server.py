"""The real service in a process of its own, for browsers to drive and for tests to kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """``anderhalf serve`` on a database of its own. ``kill`` is kill -9, of the whole process group."""

    var: Path
    database_url: str = ""
    demo: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    days_later: int = 0
    """How many days later than now it is for the service; see ``moved_clock``."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the process gets to know."""
        known = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANDERHALF_", "DJANGO_"))
        }
        known |= {
            "ANDERHALF_VAR": str(self.var),
            "DATABASE_URL": self.database_url,
        }
        if self.demo:
            known["ANDERHALF_DEMO"] = "1"
        if self.days_later:
            clock = Path(__file__).with_name("moved_clock")
            path = os.pathsep.join(filter(None, (str(clock), known.get("PYTHONPATH", ""))))
            known |= {"MOVED_CLOCK_DAYS": str(self.days_later), "PYTHONPATH": path}
        return known

    def restart(self, *, days_later: int) -> None:
        """Let so many days pass: sessions end, what is recorded stays."""
        self.stop()
        self.process = None
        self.days_later += days_later
        self.start()

    def start(self, *, patience: float = 40) -> None:
        """Start and wait until it answers; raises with its own words when it doesn't."""
        self.var.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-c",
            "from anderhalf.cli import app; app()",
            "serve",
            "--port",
            str(self.port),
        ]
        with (self.var / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self._wait_for_an_answer(patience)

    def _wait_for_an_answer(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/gezond/", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
                if self.process is None or self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.kill()
        raise RuntimeError("the service did not start:\n" + (self.var / "server.log").read_text()[-3000:])

    def kill(self) -> None:
        """Kill -9: nothing gets the chance to finish."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and make sure."""
        self._signal(signal.SIGTERM, patience=5)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals, *, patience: float = 10) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(timeout=patience)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            return
        if self.process.poll() is not None and number == signal.SIGKILL:
            self.process = None


@dataclass
class ForkedServer(Server):
    """The same service, forked from a process that has read its code already: to be killed over and over.

    ``process`` is that process (see ``forge.py``); ``group`` is the server that is killed.
    """

    group: int = 0

    def start(self, *, patience: float = 40) -> None:
        """Fork a server and wait until it answers."""
        if self.process is None:
            self.var.mkdir(parents=True, exist_ok=True)
            with (self.var / "server.log").open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.forge", str(self.port)],
                    cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
        self._ask()
        self.group = int(self._said())
        self._wait_for_an_answer(patience)

    def kill(self) -> None:
        """Kill -9 of the server and its worker; the forge stays."""
        if self.group:
            os.killpg(self.group, signal.SIGKILL)
            self.group = 0
            self._said()

    def stop(self) -> None:
        """The server and the forge."""
        self.kill()
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.wait(timeout=10)
            self.process = None

    def _ask(self) -> None:
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def _said(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.readline().decode()


def run_python(code: str, *, environment: dict[str, str], arguments: tuple[str, ...] = ()) -> str:
    """Run a script in the service's settings and give what it printed; raises with its errors when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "anderhalf.web.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout
