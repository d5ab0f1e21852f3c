"""The files of a package, out of a zip archive or a folder, with every limit checked first."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tongke.core.spreadsheets.archives import FileRefused, open_archive, read_bytes, read_member
from tongke.core.spreadsheets.sheet import Limits

LIMITS = Limits(
    most_bytes=50 * 1024 * 1024,
    most_rows=500_000,
    most_unpacked=300 * 1024 * 1024,
    most_entries=200,
)

Source = bytes | BinaryIO | Path


def package_files(source: Source, limits: Limits = LIMITS) -> Mapping[str, bytes]:
    """The .csv files by their name in lower case without ending (``academicsessions``).

    The files must lie together: at the top of the archive, or all in one folder of it.

    Raises:
        FileRefused: too large, a bomb, broken, unsafe names, files in several folders, none at all.
    """
    found = _of_folder(source, limits) if isinstance(source, Path) else _of_zip(source, limits)
    if not found:
        raise FileRefused("里面没有 .csv 文件，不是 OneRoster 数据包。")
    return found


def _of_folder(folder: Path, limits: Limits) -> dict[str, bytes]:
    paths = sorted(each for each in folder.iterdir() if each.suffix.lower() == ".csv")
    if sum(each.stat().st_size for each in paths) > limits.most_unpacked:
        raise FileRefused(f"文件夹超过 {limits.most_unpacked / 1048576:g} MB，不能导入。")
    return {each.stem.lower(): each.read_bytes() for each in paths}


def _of_zip(source: bytes | BinaryIO, limits: Limits) -> dict[str, bytes]:
    data = read_bytes(source, limits)
    if not data.startswith(b"PK"):
        raise FileRefused("这不是 .zip 压缩包。请把 OneRoster 的各个 .csv 打包成 .zip 后再上传。")
    with open_archive(data, limits) as archive:
        infos = [
            (PurePosixPath(info.filename.replace("\\", "/")), info)
            for info in archive.infolist()
            if not info.is_dir()
        ]
        tables = [
            (path, info)
            for path, info in infos
            if path.suffix.lower() == ".csv" and not path.name.startswith("._")
        ]
        if len({path.parent for path, _ in tables}) > 1:
            raise FileRefused("压缩包里的 .csv 分散在几个文件夹里，请放在一起后重新打包。")
        if len({path.stem.lower() for path, _ in tables}) < len(tables):
            raise FileRefused("压缩包里有同名的 .csv，请只留一个。")
        return {path.stem.lower(): read_member(archive, info) for path, info in tables}
