"""Files that other packagers read: a Homebrew formula and a Scoop manifest."""

import json

from .project import Project, Target


def formula(project: Project, sums: dict[Target, str]) -> str:
    blocks = ""
    for system in ("macos", "linux"):
        inner = ""
        for processor in ("arm", "intel"):
            for target in sums:
                if target.brew == (system, processor):
                    inner += f"""\
    on_{processor} do
      url "{project.url(project.archive(target))}"
      sha256 "{sums[target]}"
    end
"""
        if inner:
            blocks += f"\n  on_{system} do\n{inner}  end\n"
    return f"""\
class TqImport < Formula
  desc "{project.summary}"
  homepage "{project.repository}"
  version "{project.version}"
  license "{project.license}"
{blocks}
  def install
    bin.install "tq-import"
    man1.install "tq-import.1"
    bash_completion.install "completions/tq-import.bash" => "tq-import"
    zsh_completion.install "completions/tq-import.zsh" => "_tq-import"
    fish_completion.install "completions/tq-import.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/tq-import --version")
  end
end
"""


def scoop(project: Project, sums: dict[Target, str]) -> str:
    windows = {target: found for target, found in sums.items() if target.scoop}
    manifest = {
        "version": project.version,
        "description": project.summary,
        "homepage": project.repository,
        "license": project.license,
        "architecture": {
            target.scoop: {
                "url": project.url(project.archive(target)),
                "hash": found,
                "extract_dir": project.directory(target),
            }
            for target, found in windows.items()
        },
        "bin": "tq-import.exe",
        "checkver": {"github": project.repository},
        "autoupdate": {
            "architecture": {
                target.scoop: {
                    "url": project.url(project.archive(target)).replace(project.version, "$version"),
                    "extract_dir": project.directory(target).replace(project.version, "$version"),
                }
                for target in windows
            },
            "hash": {"url": "$baseurl/sums.txt"},
        },
    }
    return json.dumps(manifest, indent=4) + "\n"
