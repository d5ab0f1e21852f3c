"""Drive Chromium 83 or 108 from a test: `with OldBrowser(83) as browser: browser.goto(url)`."""

import hashlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
UV = ROOT / ".tools" / "uv" / "bin" / "uv"
START_S = 60.0

Version = Literal[83, 108]


class BrowserFailure(AssertionError):
    """A command failed in the browser, or the browser died."""


def interpreter(version: Version) -> Path:
    """The Python that has this engine; made on first use, from requirements/chromiumNN.txt.

    TONGKE_CHROMIUM83 and TONGKE_CHROMIUM108 name another one.

    Raises:
        subprocess.CalledProcessError: the packages cannot be had.
    """
    named = os.environ.get(f"TONGKE_CHROMIUM{version}")
    if named:
        return Path(named)
    home = ROOT / ".tools" / f"chromium{version}"
    stamp = home / "stamp"
    wanted = ROOT / "requirements" / f"chromium{version}.txt"
    # The same mark as `./test` leaves (scripts/system.sh), so that neither undoes the other's work.
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]
    if not stamp.exists() or stamp.read_text().strip() != mark:
        uv = str(UV) if UV.exists() else "uv"
        subprocess.run([uv, "venv", "--clear", "--python", sys.executable, str(home)], check=True)
        install = [uv, "pip", "sync", "--require-hashes", "--python", str(home), str(wanted)]
        subprocess.run(install, check=True)
        stamp.write_text(f"{mark}\n")
    return home / "bin" / "python"


class OldBrowser:
    """A window of an old engine. Every method waits for its result."""

    def __init__(self, version: Version) -> None:
        self._process = subprocess.Popen(
            [str(interpreter(version)), str(HERE / f"qt{version}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        assert self._answer(START_S) == {"ready": True}

    def __enter__(self) -> "OldBrowser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def goto(self, url: str, timeout: float = 30) -> str:
        """Open an address; where it led to."""
        return str(self._do("goto", timeout, url=url, timeout=timeout))

    def eval(self, js: str, timeout: float = 30) -> Any:
        """The value of an expression; promises are awaited."""
        return self._do("eval", timeout, js=js, timeout=timeout)

    def wait(self, js: str, timeout: float = 10) -> Any:
        """The first true value of an expression, over navigations too."""
        return self._do("wait", timeout, js=js, timeout=timeout)

    def fill(self, selector: str, value: str) -> None:
        """Type into a field."""
        self._do("fill", 30, selector=selector, value=value)

    def click(self, selector: str) -> None:
        """Click an element; `wait` for what follows."""
        self._do("click", 30, selector=selector)

    def size(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        self._do("size", 30, width=width, height=height)

    def screenshot(self, path: Path) -> None:
        """Save what the window shows as a PNG."""
        self._do("screenshot", 30, path=str(path))

    def console(self, *, clear: bool = False) -> list[dict[str, Any]]:
        """Messages so far: level (info, warning, error), text, source, line."""
        return list(self._do("console", 30, clear=clear))

    def cookie(self, url: str, name: str, value: str) -> None:
        """Set a cookie for an address."""
        self._do("cookie", 30, url=url, name=name, value=value)

    def close(self) -> None:
        """End the browser."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self) -> None:
        """End the browser as a power cut does."""
        self._process.kill()
        self._process.wait()

    def _do(self, verb: str, patience: float, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": verb, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._answer(patience + 10)
        if not answer["ok"]:
            raise BrowserFailure(answer["error"])
        return answer["value"]

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        while True:
            readable, _, _ = select.select([self._process.stdout], [], [], 0.5)
            if readable:
                line = self._process.stdout.readline()
                if not line:
                    raise BrowserFailure("the browser has died")
                if line.startswith("{"):  # Chromium itself may write to stdout too
                    return dict(json.loads(line))
            if time.monotonic() > deadline:
                raise BrowserFailure(f"no answer within {seconds} s")
