"""PyPI: one wheel for each platform, with the layout that maturin gives to `bindings = "bin"`: the program is a script."""

import base64
import hashlib

from .archives import File, zipped
from .project import Project, Target


def wheel(
    project: Project, target: Target, program: bytes, extras: dict[str, bytes], when: int
) -> tuple[str, bytes]:
    # PEP 440 has no dash: 1.0.0-rc.1 is 1.0.0rc1, as maturin writes it.
    version = project.version.replace("-rc.", "rc").replace("-beta.", "b").replace("-alpha.", "a")
    stem = f"tq_import-{version}"
    tags = [f"py3-none-{platform}" for platform in target.wheel.split(".")]
    metadata = f"""\
Metadata-Version: 2.4
Name: tq-import
Version: {version}
Summary: {project.description}
Keywords: junit,testquality,ci,test-results
License-Expression: {project.license}
License-File: LICENSE
Project-URL: Repository, {project.repository}
Requires-Python: >=3.7
Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM

"""
    lines = ["Wheel-Version: 1.0", "Generator: tq-import", "Root-Is-Purelib: false", *(f"Tag: {tag}" for tag in tags)]
    files = [
        File(f"{stem}.data/scripts/{target.program}", program, is_program=True),
        File(f"{stem}.dist-info/METADATA", metadata.encode() + extras["README.md"]),
        File(f"{stem}.dist-info/WHEEL", ("\n".join(lines) + "\n").encode()),
        File(f"{stem}.dist-info/licenses/LICENSE", extras["LICENSE"]),
    ]
    record = "".join(f"{file.path},sha256={digest(file.content)},{len(file.content)}\n" for file in files)
    record += f"{stem}.dist-info/RECORD,,\n"
    files.append(File(f"{stem}.dist-info/RECORD", record.encode()))
    return f"{stem}-py3-none-{target.wheel}.whl", zipped(files, when)


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
