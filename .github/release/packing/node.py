"""npm: one package with a launcher, and one with the program for each platform, of which npm installs one."""

import json
from pathlib import Path

from .archives import File, tar, gzipped
from .project import Project, Target

LAUNCHER = Path(__file__).resolve().parents[1] / "launcher.cjs"


def name_of(target: Target) -> str:
    system, processor = target.node
    return f"tq-import-{system}-{processor}"


def packed(manifest: dict, files: list[File], when: int) -> tuple[str, bytes]:
    """The name and the content of a package, as `npm pack` lays it out."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    content = [File("package/package.json", text.encode()), *files]
    name = f"{manifest['name']}-{manifest['version']}.tgz"
    return name, gzipped(tar(content, when, with_directories=False))


def packages(
    project: Project, programs: dict[Target, bytes], extras: dict[str, bytes], when: int
) -> list[tuple[str, bytes]]:
    shared = {
        "version": project.version,
        "license": project.license,
        "homepage": project.repository,
        "repository": {"type": "git", "url": f"git+{project.repository}.git"},
    }
    papers = [File("package/LICENSE", extras["LICENSE"])]
    made = []
    for target, program in programs.items():
        system, processor = target.node
        manifest = {
            "name": name_of(target),
            "description": f"The program of tq-import for {system} on {processor}",
            **shared,
            "os": [system],
            "cpu": [processor],
            "preferUnplugged": True,
        }
        made.append(packed(manifest, [*papers, File(f"package/bin/{target.program}", program, is_program=True)], when))
    manifest = {
        "name": "tq-import",
        "description": project.description,
        **shared,
        "keywords": ["junit", "testquality", "ci", "test-results"],
        "bin": {"tq-import": "bin/tq-import.cjs"},
        "engines": {"node": ">=14"},
        "optionalDependencies": {name_of(target): project.version for target in programs},
    }
    files = [
        *papers,
        File("package/README.md", extras["README.md"]),
        File("package/bin/tq-import.cjs", LAUNCHER.read_bytes(), is_program=True),
    ]
    made.append(packed(manifest, files, when))
    return made
