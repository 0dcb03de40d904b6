"""Archives with the same bytes each time: entries in order, one time, no owner."""

import gzip
import io
import tarfile
import time
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    path: str
    content: bytes
    is_program: bool = False

    @property
    def mode(self) -> int:
        return 0o755 if self.is_program else 0o644


def tar(files: list[File], when: int, *, with_directories: bool = True) -> bytes:
    buffer = io.BytesIO()
    directories: set[str] = set()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for file in sorted(files, key=lambda file: file.path):
            for parent in parents(file.path) if with_directories else []:
                if parent not in directories:
                    directories.add(parent)
                    archive.addfile(entry(parent + "/", 0o755, when, kind=tarfile.DIRTYPE))
            info = entry(file.path, file.mode, when)
            info.size = len(file.content)
            archive.addfile(info, io.BytesIO(file.content))
    return buffer.getvalue()


def entry(path: str, mode: int, when: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.mtime = kind, mode, when
    return info


def parents(path: str) -> list[str]:
    """`a`, `a/b` for `a/b/c`; the leading `.` of Debian's packages is a directory too."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def gzipped(content: bytes) -> bytes:
    # No time and no name in the header. Level 6: level 9 takes three times as long and saves 1 %.
    return gzip.compress(content, compresslevel=6, mtime=0)


def tar_gz(files: list[File], when: int) -> bytes:
    return gzipped(tar(files, when))


def zipped(files: list[File], when: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(file.path, time.gmtime(when)[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            # 3: made on Unix, so that the mode counts.
            info.create_system = 3
            info.external_attr = (0o100000 | file.mode) << 16
            archive.writestr(info, file.content, compresslevel=6)
    return buffer.getvalue()
