"""manifest.csv: which version, and how each file of the package is meant."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongke.core.spreadsheets.archives import FileRefused
from tongke.core.spreadsheets.cells import clean
from tongke.core.spreadsheets.decoding import csv_rows, decode
from tongke.gateway.interop.oneroster.columns import FILES
from tongke.gateway.interop.oneroster.package import Mode, Problem, Severity

NAME = "manifest.csv"


@dataclass(frozen=True)
class Manifest:
    """What the manifest says about the files we read."""

    version: str
    modes: dict[str, Mode]
    system: str


def read_manifest(files: Mapping[str, bytes], problems: list[Problem]) -> Manifest | None:
    """The manifest, or None when nothing can be read by it; problems are added to the list."""
    said = _properties(files, problems)
    if said is None:
        return None
    version = said.get("oneroster.version", "")
    if version not in FILES:
        message = f"版本“{version}”不能读取，只支持 1.1 和 1.2。"
        problems.append(Problem(NAME, 0, "oneroster.version", message))
        return None
    modes = {file: mode for file in FILES[version] if (mode := _mode(file, said, files, problems))}
    if version == "1.2" and modes["users"] is Mode.BULK and modes["roles"] is Mode.ABSENT:
        message = "1.2 版的用户身份写在 roles.csv 里，数据包里缺少这个文件。"
        problems.append(Problem("roles.csv", 0, "", message))
    return Manifest(version, modes, said.get("source.systemname", ""))


def _properties(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, str] | None:
    if "manifest" not in files:
        message = "数据包里缺少 manifest.csv，无法知道版本和各文件的用法。"
        problems.append(Problem(NAME, 0, "", message))
        return None
    try:
        rows = [
            [clean(cell) for cell in cells] for _, cells in csv_rows(decode(files["manifest"]), ",")
        ]
    except FileRefused as refused:
        problems.append(Problem(NAME, 0, "", str(refused)))
        return None
    if not rows or [cell.lower() for cell in rows[0][:2]] != ["propertyname", "value"]:
        problems.append(Problem(NAME, 1, "", "表头应为 propertyName,value。"))
        return None
    return {row[0].lower(): row[1] for row in rows[1:] if len(row) > 1}


def _mode(
    file: str, said: dict[str, str], files: Mapping[str, bytes], problems: list[Problem]
) -> Mode:
    word, present = said.get(f"file.{file.lower()}", "absent").lower(), file.lower() in files
    if word not in set(Mode):
        message = f"“{word}”应为 bulk、delta 或 absent。"
        problems.append(Problem(NAME, 0, f"file.{file}", message))
        return Mode.ABSENT
    mode = Mode(word)
    if mode is not Mode.ABSENT and not present:
        message = f"manifest.csv 写明是 {mode}，压缩包里却没有这个文件。"
        problems.append(Problem(f"{file}.csv", 0, "", message))
        return Mode.ABSENT
    if mode is Mode.ABSENT and present:
        message = "manifest.csv 没有列出这个文件，已忽略。"
        problems.append(Problem(f"{file}.csv", 0, "", message, Severity.WARNING))
    return mode
