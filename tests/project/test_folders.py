"""A folder is taken in at a glance: never more than a dozen entries, beside its `__init__.py` and its README.

Three hold more: the package has its floors side by side, the tests a folder for each floor, and pictures are what
pytest writes.
"""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("tui", "tests", "docs", "themes", "sessions")
MORE = ("tui/alignscope", "tests", "tests/snapshots/__snapshots__/test_pictures")
MOST = 12


def test_no_folder_has_more_than_a_dozen_entries() -> None:
    full = {}
    for room in ROOMS:
        for folder, folders, files in os.walk(ROOT / room):
            folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
            seen = [name for name in (*folders, *files) if name not in ("__init__.py", "README.md") and name[0] != "."]
            if len(seen) > MOST and (name := Path(folder).relative_to(ROOT).as_posix()) not in MORE:
                full[name] = sorted(seen)
    assert not full
