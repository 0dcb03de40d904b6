"""Writes the pipelines of docs/ci.md and of the files that it includes into a directory, one file each, and their scripts.

    recipes.py DIRECTORY

Prints `SCHEMA FILE` for each: the name of the schema in check-jsonschema, `script`, or `syntax` for other languages. Needs ruamel.yaml, which comes with
check-jsonschema.
"""

import pathlib
import re
import sys

from ruamel.yaml import YAML

SCHEMAS = {
    "GitHub Actions": "github-workflows",
    "GitLab CI": "gitlab-ci",
    "CircleCI": "circle-ci",
    "Azure Pipelines": "azure-pipelines",
    "Buildkite": "buildkite",
    "Bitbucket Pipelines": "bitbucket-pipelines",
    "Drone": "drone-ci",
    "Woodpecker": "woodpecker-ci",
}
FILES = {
    "templates/import.yml": "gitlab-ci",
    "ci/circleci/orb.yml": "circle-ci",
    "ci/azure/import.yml": "azure-pipelines",
}


PAGE = pathlib.Path("docs/ci.md").read_text(encoding="utf-8")
LANGUAGES = {"groovy": "groovy", "kotlin": "kt"}


def recipes():
    for section in PAGE.split("\n## ")[1:]:
        schema = SCHEMAS.get(section.split("\n", 1)[0])
        for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL):
            if schema is None or block.startswith(" "):
                continue  # a list of steps, which is no pipeline of its own
            if schema == "github-workflows" and "\non:" not in block:
                block = "on: push\n" + block
            yield schema, block
    for path, schema in FILES.items():
        # A component has two documents: its inputs and its jobs.
        for document in pathlib.Path(path).read_text(encoding="utf-8").split("\n---\n"):
            yield schema, document


def scripts(node, key=None):
    if isinstance(node, dict):
        for name, value in node.items():
            yield from scripts(value, name)
    elif isinstance(node, list) and key in ("script", "commands", "after-script"):
        if all(isinstance(line, str) for line in node):
            yield "\n".join(node)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)
    elif isinstance(node, str) and key in ("script", "bash", "command", "run"):
        yield node


directory = pathlib.Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
for number, (schema, text) in enumerate(recipes()):
    file = directory / f"{number:02}-{schema}.yml"
    file.write_text(text, encoding="utf-8")
    print(schema, file)
    # GitHub's own linter checks those of workflows.
    if schema != "github-workflows":
        for index, script in enumerate(scripts(YAML(typ="safe").load(text))):
            file = directory / f"{number:02}-{index}.sh"
            file.write_text(script + "\n", encoding="utf-8")
            print("script", file)
for language, ending in LANGUAGES.items():
    for number, text in enumerate(re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)):
        file = directory / f"{language}-{number}.{ending}"
        file.write_text(text, encoding="utf-8")
        print("syntax", file)
