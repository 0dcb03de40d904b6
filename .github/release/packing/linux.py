"""Packages for Debian's and Red Hat's families."""

import os
import subprocess
import tempfile
from pathlib import Path

from .archives import File, gzipped, tar, tar_gz
from .project import Project, Target


def installed(program: bytes, extras: dict[str, bytes], zsh: str) -> list[File]:
    """The files of both packages, with paths below `/`. `zsh`: where that shell looks for the completions of packages."""
    share = "usr/share"
    return [
        File("usr/bin/tq-import", program, is_program=True),
        File(f"{share}/man/man1/tq-import.1.gz", gzipped(extras["tq-import.1"])),
        File(f"{share}/bash-completion/completions/tq-import", extras["completions/tq-import.bash"]),
        File(f"{share}/fish/vendor_completions.d/tq-import.fish", extras["completions/tq-import.fish"]),
        File(f"{share}/zsh/{zsh}/_tq-import", extras["completions/tq-import.zsh"]),
        File(f"{share}/doc/tq-import/copyright", extras["LICENSE"]),
        File(f"{share}/doc/tq-import/changelog.gz", gzipped(extras["CHANGELOG.md"])),
    ]


def deb(project: Project, target: Target, program: bytes, extras: dict[str, bytes], when: int) -> bytes:
    """An `ar` archive of three members. The program is static: it depends on nothing, and only https needs certificates."""
    files = installed(program, extras, "vendor-completions")
    control = f"""\
Package: tq-import
Version: {project.tilde_version}
Architecture: {target.deb}
Maintainer: the tq-import developers
Installed-Size: {sum(len(file.content) for file in files) // 1024 + 1}
Recommends: ca-certificates
Section: devel
Priority: optional
Homepage: {project.repository}
Description: {project.summary}
 {project.description}.
"""
    members = [
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", gzipped(tar([File("./control", control.encode())], when))),
        ("data.tar.gz", tar_gz([File(f"./{f.path}", f.content, f.is_program) for f in files], when)),
    ]
    package = b"!<arch>\n"
    for name, content in members:
        package += f"{name:<16}{when:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        package += content + b"\n" * (len(content) % 2)
    return package


def rpm(project: Project, target: Target, program: bytes, extras: dict[str, bytes], when: int) -> bytes:
    """Made by rpmbuild, which packs programs of other processors too."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tree = directory / "tree"
        files = installed(program, extras, "site-functions")
        for file in files:
            path = tree / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            path.chmod(file.mode)
        spec = directory / "tq-import.spec"
        listed = "\n".join(f"%attr({file.mode:o}, root, root) /{file.path}" for file in files)
        spec.write_text(
            f"""\
Name: tq-import
Version: {project.tilde_version}
Release: 1
Summary: {project.summary}
License: {project.license}
URL: {project.repository}
AutoReqProv: no
Recommends: ca-certificates

%description
{project.description}.

%install
cp -a {tree}/. %{{buildroot}}

%files
{listed}
""",
            encoding="utf-8",
        )
        settings = {
            "_topdir": directory / "build",
            "_rpmdir": directory / "out",
            "_rpmfilename": "package.rpm",
            "_build_id_links": "none",
            "debug_package": "%{nil}",
            "__os_install_post": "%{nil}",
            "_binary_payload": "w6.gzdio",
            "_buildhost": "reproducible",
            "use_source_date_epoch_as_buildtime": 1,
            "clamp_mtime_to_source_date_epoch": 1,
            "source_date_epoch_from_changelog": 0,
        }
        command = ["rpmbuild", "-bb", "--quiet", "--target", f"{target.rpm}-linux"]
        for macro, value in settings.items():
            command += ["--define", f"{macro} {value}"]
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(when)}
        built = subprocess.run([*command, str(spec)], env=environment, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            raise SystemExit(f"pack.py: rpmbuild failed for {target.triple}:\n{built.stderr}")
        return (directory / "out" / "package.rpm").read_bytes()
