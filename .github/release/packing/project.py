"""What every package says about the project, and the targets that releases are built for."""

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Target:
    """A platform, under the names that each packager gives it."""

    triple: str
    #: `process.platform` and `process.arch` of Node.js
    node: tuple[str, str]
    #: the platform tag of a wheel: static programs run with glibc and musl; Rust's oldest macOS
    wheel: str
    #: the block of a Homebrew formula
    brew: tuple[str, str] | None = None
    scoop: str | None = None
    deb: str | None = None
    rpm: str | None = None
    #: the architecture in `TARGETARCH` of a Dockerfile
    image: str | None = None

    @property
    def program(self) -> str:
        return "tq-import.exe" if "windows" in self.triple else "tq-import"

    @property
    def ending(self) -> str:
        return "zip" if "windows" in self.triple else "tar.gz"


TARGETS = [
    Target(
        "x86_64-unknown-linux-musl",
        node=("linux", "x64"),
        wheel="manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
        brew=("linux", "intel"),
        deb="amd64",
        rpm="x86_64",
        image="amd64",
    ),
    Target(
        "aarch64-unknown-linux-musl",
        node=("linux", "arm64"),
        wheel="manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        brew=("linux", "arm"),
        deb="arm64",
        rpm="aarch64",
        image="arm64",
    ),
    Target(
        "x86_64-apple-darwin",
        node=("darwin", "x64"),
        wheel="macosx_10_12_x86_64",
        brew=("macos", "intel"),
    ),
    Target(
        "aarch64-apple-darwin",
        node=("darwin", "arm64"),
        wheel="macosx_11_0_arm64",
        brew=("macos", "arm"),
    ),
    Target("x86_64-pc-windows-msvc", node=("win32", "x64"), wheel="win_amd64", scoop="64bit"),
    Target("aarch64-pc-windows-msvc", node=("win32", "arm64"), wheel="win_arm64", scoop="arm64"),
]


@dataclass(frozen=True)
class Project:
    """The facts of `Cargo.toml`, which no other file repeats."""

    version: str
    repository: str
    license: str
    description: str
    rust: str

    @classmethod
    def read(cls) -> "Project":
        manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
        shared = manifest["workspace"]["package"]
        return cls(
            version=shared["version"],
            repository=shared["repository"],
            license=shared["license"],
            description=manifest["package"]["description"],
            rust=shared["rust-version"],
        )

    @property
    def summary(self) -> str:
        """The description without its details: some packagers allow 80 characters."""
        return self.description.split(":")[0]

    @property
    def owner(self) -> str:
        return self.repository.split("/")[-2]

    def directory(self, target: Target) -> str:
        """The only directory of an archive."""
        return f"tq-import-{self.version}-{target.triple}"

    def archive(self, target: Target) -> str:
        return f"{self.directory(target)}.{target.ending}"

    def url(self, name: str) -> str:
        """Where a file of this release is downloaded from."""
        return f"{self.repository}/releases/download/v{self.version}/{name}"

    @property
    def tilde_version(self) -> str:
        """For Debian and RPM, where only a tilde sorts a pre-release before its release."""
        return self.version.replace("-", "~", 1)


def when() -> int:
    """The time of everything that is packed: `SOURCE_DATE_EPOCH`, or that of the commit. Zip knows none before 1980."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if seconds is None:
        log = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        seconds = subprocess.run(log, capture_output=True, text=True, check=False).stdout.strip()
    return max(int(seconds or 0), 315_532_800)
