"""What git keeps tells nothing of the machine it was made on, and the lock pins everything."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.source import ROOT, tracked_files

# In pieces, so that this file does not find itself.
REGISTRIES = ["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)"]
REGISTRIES += [r"deb\." + r"debian\.org", "find-" + "links", "index-" + "url (?:http|file)"]
MACHINE = [r"(?<![\w./-])/(?:work|root|tmp|home)" + r"/\w", r"\.lib" + "rary/", "farm-" + r"\w+"]
FORBIDDEN = re.compile("|".join([*REGISTRIES, *MACHINE]))


def test_no_tracked_file_names_a_registry_or_a_folder_of_this_machine() -> None:
    found = []
    for path in tracked_files():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number} {match.group()}"
            for number, line in enumerate(lines, start=1)
            if (match := FORBIDDEN.search(line))
        ]
    assert found == [], "\n".join(map(str, found))


def test_the_lock_pins_every_package_by_version_and_hash() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    entries = re.findall(r"(?m)^(\S.*?)(?: \\)?$\n((?:    .*\n?)*)", text)
    assert len(entries) > 30
    for requirement, body in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in body, requirement


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = set(re.findall(r"(?m)^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", locked))
    names = {name for name, _ in pinned}
    for requirement in asked:
        name, _, version = requirement.partition("==")
        name = re.sub(r"\[.*\]", "", name)
        assert name in names, f"{requirement}: run make lock"
        assert not version or (name, version) in pinned, f"{requirement}: run make lock"


def test_generated_files_are_not_kept() -> None:
    kept = [str(path.relative_to(ROOT)) for path in tracked_files()]
    assert [name for name in kept if name.endswith((".mo", ".po", ".pyc"))] == []
