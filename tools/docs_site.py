"""What mkdocs asks us while it builds the documentation (`hooks` in mkdocs.yml).

Two pages of the site stand beside docs/ and not in it, where people look for them first: the words
of the project (CONTEXT.md) and what changed (CHANGELOG.md). They join the site as they are.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
BESIDE = {"reference/context.md": "CONTEXT.md", "reference/changelog.md": "CHANGELOG.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand beside docs/."""
    for page, file in BESIDE.items():
        text = (ROOT / file).read_text("utf-8")
        files.append(File.generated(config, page, content=text))
    return files
