"""What must never be in the repository: registry hosts, machine paths, secrets."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Written in parts, so that this file does not find itself.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "npm" + "mirror",
         "deb.debian" + ".org", "tsinghua" + ".edu", "aliyun" + "cs", "crates" + ".io"]  # fmt: skip
PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/home/" + "user", "C:" + "\\Users"]


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("not a git checkout: the list of files is unknown")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts() -> dict[Path, str]:
    found = {}
    for path in tracked():
        try:
            found[path] = path.read_text()
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("words", [HOSTS, PATHS], ids=["registry hosts", "machine paths"])
def test_no_file_names(words: list[str]) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for path, text in texts().items()
        for word in words
        if word in text
    ]

    assert not wrong, "\n".join(wrong)


def test_lock_files_name_no_address() -> None:
    for name in ("frontend/package-lock.json", *map(str, (ROOT / "requirements").glob("*.txt"))):
        text = (ROOT / name).read_text()

        assert '"resolved"' not in text, name
        assert "--index-url" not in text, name
        assert not re.search(r"https?://\S+\.(tgz|whl|tar\.gz)", text), name


def test_no_phone_number_looks_real() -> None:
    real = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path, text in texts().items()
        if path.suffix in {".py", ".toml", ".md", ".csv", ".html", ".ts"}
        for found in real.finditer(text)
        if found.group()[3:7] != "0000" and len(set(found.group()[3:])) > 3
    ]

    assert not wrong, "\n".join(wrong)
