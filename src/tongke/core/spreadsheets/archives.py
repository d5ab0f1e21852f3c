"""Zip archives from outside, judged by their directory before anything is unpacked."""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from tongke.core.spreadsheets.sheet import Limits


class FileRefused(ValueError):
    """The file cannot be used; the message is a Chinese sentence with advice."""


def read_bytes(file: bytes | BinaryIO, limits: Limits) -> bytes:
    """The content of an upload; never more than one byte over the limit is read.

    Raises:
        FileRefused: it is larger than allowed, or empty.
    """
    if isinstance(file, bytes):
        data = file[: limits.most_bytes + 1]
    else:
        file.seek(0)
        data = file.read(limits.most_bytes + 1)
    if len(data) > limits.most_bytes:
        most = limits.most_bytes / 1048576
        raise FileRefused(
            f"文件超过 {most:g} MB，请拆成几个文件，或删去图片和多余的工作表后再上传。"
        )
    if not data:
        raise FileRefused("文件是空的，请重新选择。")
    return data


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, after its directory has been checked; no member has been unpacked.

    `zipfile` never gives out more bytes of a member than the directory declares, so that the
    declared sizes are true bounds of what unpacking can cost.

    Raises:
        FileRefused: broken, encrypted, too many or too large members, a bomb, unsafe names.
    """
    # Counted before parsing: a directory of a million entries costs memory by itself.
    if data.count(b"PK\x01\x02") > 2 * limits.most_entries:
        raise FileRefused(f"压缩包里的文件超过 {limits.most_entries} 个，不能导入。")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as broken:
        raise FileRefused("文件已损坏，打不开。请重新保存或重新导出后再上传。") from broken
    if len(infos) > limits.most_entries:
        raise FileRefused(f"压缩包里的文件超过 {limits.most_entries} 个，不能导入。")
    if any(info.flag_bits & 1 for info in infos):
        raise FileRefused("文件有密码，请先去掉密码再上传。")
    names = [info.filename for info in infos]
    if len(set(names)) < len(names) or any(_unsafe(name) for name in names):
        raise FileRefused("压缩包里有重名或路径不安全的文件，不能导入。")
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    steep = unpacked > limits.ratio_from and unpacked > limits.most_ratio * max(packed, 1)
    if unpacked > limits.most_unpacked or steep:
        size = f"{unpacked / 1048576:,.0f} MB"
        raise FileRefused(f"文件解压后有 {size}，超出允许的大小，可能是恶意文件，没有打开。")
    return archive


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one member of a checked archive.

    Raises:
        FileRefused: the member is damaged.
    """
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as broken:
        raise FileRefused(f"压缩包里的 {info.filename} 已损坏，请重新打包后再上传。") from broken


def _unsafe(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or bool(re.match(r"[A-Za-z]:", name))
