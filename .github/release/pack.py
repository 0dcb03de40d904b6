"""Makes every package of a release from its compiled programs: pack.py PROGRAMS DIRECTORY [--all].

PROGRAMS holds `<target>/tq-import` (`.exe` for Windows) for each target to pack; with --all every target must be there.
One program must run on this machine: it writes the manual page and the completions. Nothing is compiled. The same
programs give the same bytes each time; SOURCE_DATE_EPOCH, by default the time of the commit, is the time of every file.
"""

import argparse
import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

from packing import linux, manifests, materials, node, wheels
from packing.archives import File, tar_gz, zipped
from packing.project import ROOT, TARGETS, Project, Target, when

HERE = Path(__file__).resolve().parent
SHELLS = ["bash", "zsh", "fish", "powershell", "elvish"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--all", action="store_true", help="fail unless there is a program for every target")
    arguments = parser.parse_args()
    project, seconds = Project.read(), when()

    paths = {target: arguments.programs / target.triple / target.program for target in TARGETS}
    missing = [target.triple for target, path in paths.items() if not path.is_file()]
    if missing and (arguments.all or len(missing) == len(TARGETS)):
        raise SystemExit(f"pack.py: no program for {', '.join(missing)} in {arguments.programs}")
    programs = {target: path.read_bytes() for target, path in paths.items() if path.is_file()}
    extras = generated(next((paths[target] for target in programs if runs_here(target)), None))
    for name in ["README.md", "LICENSE", "CHANGELOG.md"]:
        extras[name] = (ROOT / name).read_bytes()

    out = arguments.directory
    if out.exists():
        shutil.rmtree(out)
    for directory in [out, out / "npm", out / "pypi"]:
        directory.mkdir(parents=True)

    sums = {}
    for target, program in programs.items():
        content = archive(project, target, program, extras, seconds)
        sums[target] = hashlib.sha256(content).hexdigest()
        (out / project.archive(target)).write_bytes(content)
        name, content = wheels.wheel(project, target, program, extras, seconds)
        (out / "pypi" / name).write_bytes(content)
        if target.deb:
            name = f"tq-import_{project.tilde_version}_{target.deb}.deb"
            (out / name).write_bytes(linux.deb(project, target, program, extras, seconds))
        if target.rpm and shutil.which("rpmbuild"):
            name = f"tq-import-{project.tilde_version}-1.{target.rpm}.rpm"
            (out / name).write_bytes(linux.rpm(project, target, program, extras, seconds))
        elif target.rpm:
            if arguments.all:
                raise SystemExit("pack.py: rpmbuild is not installed (Debian's package is rpm)")
            print(f"skipped: the rpm for {target.triple}, because rpmbuild is not installed")
        if target.image:
            path = out / "image" / target.image / "tq-import"
            path.parent.mkdir(parents=True)
            path.write_bytes(program)
            path.chmod(0o755)
    for name, content in node.packages(project, programs, extras, seconds):
        (out / "npm" / name).write_bytes(content)
    if (out / "image").exists():
        shutil.copyfile(HERE / "Dockerfile", out / "image" / "Dockerfile")

    texts = {
        "tq-import.rb": manifests.formula(project, sums),
        "tq-import.json": manifests.scoop(project, sums),
        f"tq-import-{project.version}.cdx.json": materials.bill_of_materials(project),
    }
    for installer in ["install.sh", "install.ps1"]:
        text = (HERE / installer).read_text(encoding="utf-8")
        texts[installer] = text.replace("@VERSION@", project.version).replace("@REPOSITORY@", project.repository)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    (out / "registries.tar.gz").write_bytes(tar_gz(for_registries(out), seconds))
    files = sorted(path for path in out.iterdir() if path.is_file())
    listed = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (out / "sums.txt").write_text(listed, encoding="utf-8", newline="\n")
    print(listed, end="")


def archive(project: Project, target: Target, program: bytes, extras: dict[str, bytes], seconds: int) -> bytes:
    directory = project.directory(target)
    files = [File(f"{directory}/{target.program}", program, is_program=True)]
    files += [File(f"{directory}/{name}", content) for name, content in sorted(extras.items())]
    return (zipped if target.ending == "zip" else tar_gz)(files, seconds)


def for_registries(out: Path) -> list[File]:
    """What the maintainer publishes from a downloaded release: packages of npm and PyPI, and the context of the image."""
    paths = [path for name in ["image", "npm", "pypi"] for path in (out / name).rglob("*") if path.is_file()]
    return [File(path.relative_to(out).as_posix(), path.read_bytes(), path.name == "tq-import") for path in paths]


def runs_here(target: Target) -> bool:
    processor = {"AMD64": "x86_64", "arm64": "aarch64", "ARM64": "aarch64"}.get(platform.machine(), platform.machine())
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}.get(platform.system(), "")
    return target.triple.startswith(f"{processor}-") and f"-{system}" in target.triple


def generated(program: Path | None) -> dict[str, bytes]:
    """What the program itself writes. It is the same on every platform."""
    if program is None:
        raise SystemExit("pack.py: none of the programs runs on this machine, and one has to write the manual page")

    def output(*arguments: str) -> bytes:
        return subprocess.run([program.resolve(), *arguments], stdout=subprocess.PIPE, check=True).stdout

    pages = {f"completions/tq-import.{shell}": output("completions", shell) for shell in SHELLS}
    return pages | {"tq-import.1": output("man")}


if __name__ == "__main__":
    main()
