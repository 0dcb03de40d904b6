"""The software bill of materials, as CycloneDX 1.5: every crate that is linked into a program of some platform.

The `cargo metadata` of the locked dependencies says which ones these are, without those of tests and build scripts.
"""

import json
import subprocess
import tomllib

from .project import ROOT, Project


def bill_of_materials(project: Project) -> str:
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", str(ROOT / "Cargo.toml")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise SystemExit(f"pack.py: cargo metadata failed:\n{told.stderr}")
    metadata = json.loads(told.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = next(id for id, package in packages.items() if package["name"] == "tq-import")
    # Only the lock file knows checksums.
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    checksums = {(crate["name"], crate["version"]): crate.get("checksum") for crate in locked}

    linked = {root}
    open_ids = [root]
    links = {}
    while open_ids:
        id = open_ids.pop()
        links[id] = sorted(
            dependency["pkg"]
            for dependency in nodes[id]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
        for dependency in links[id]:
            if dependency not in linked:
                linked.add(dependency)
                open_ids.append(dependency)

    def reference(id: str) -> str:
        package = packages[id]
        return f"pkg:cargo/{package['name']}@{package['version']}"

    def component(id: str) -> dict:
        package = packages[id]
        described = {
            "type": "application" if id == root else "library",
            "bom-ref": reference(id),
            "name": package["name"],
            "version": package["version"],
            "purl": reference(id),
        }
        if package.get("license"):
            described["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        checksum = checksums.get((package["name"], package["version"]))
        if checksum:
            described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        address = package.get("repository")
        if address:
            described["externalReferences"] = [{"type": "vcs", "url": address}]
        return described

    order = sorted(linked, key=reference)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(root)},
        "components": [component(id) for id in order if id != root],
        "dependencies": [
            {"ref": reference(id), "dependsOn": sorted({reference(link) for link in links[id]})} for id in order
        ],
    }
    return json.dumps(bill, indent=1) + "\n"
