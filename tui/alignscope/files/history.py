"""Prompts sent before, in the state directory, one JSON string a line."""

import json
from pathlib import Path
from typing import Final

from alignscope.files.whole import read_regular

MAX_PROMPTS: Final = 500
MAX_CHARACTERS: Final = 20_000
"""Longer prompts are not remembered."""

_MAX_BYTES: Final = 64 * 2**20


class History:
    """The prompts that up and down step through in the editor. Losing them is never an error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.prompts: list[str] = []
        """Oldest first, without immediate repeats."""

    def load(self) -> tuple[str, ...]:
        """Read the file without its damaged lines; a missing or unreadable one is an empty history."""
        try:
            lines = read_regular(self._path, _MAX_BYTES).decode("utf-8-sig", "replace").splitlines()
        except OSError:
            return ()
        for line in lines[-MAX_PROMPTS:]:
            try:
                prompt = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(prompt, str):
                self._append(prompt)
        return tuple(self.prompts)

    def add(self, prompt: str) -> tuple[str, ...]:
        """Remember a prompt, in memory and in the file."""
        if len(prompt) <= MAX_CHARACTERS and self._append(prompt):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                # Appending preserves the prompts of another alignscope that runs at the same time.
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(prompt) + "\n")
            except OSError:
                pass
        return tuple(self.prompts)

    def _append(self, prompt: str) -> bool:
        if self.prompts and self.prompts[-1] == prompt:
            return False
        self.prompts.append(prompt)
        del self.prompts[:-MAX_PROMPTS]
        return True
