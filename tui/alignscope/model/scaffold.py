"""Text around a prompt that makes a reply the likeliest continuation for a base model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A layout for prompts and replies in one document."""

    name: str
    help: str
    before: str = ""
    after: str = ""
    between: str = ""
    """What separates a reply from the next prompt."""

    def document(self, history: Iterable[tuple[str, str]], prompt: str) -> str:
        """Return earlier prompts and replies, given in pairs, and the next prompt as one document.

        Replies are inserted unchanged, except that `between` replaces the white space at their end. Without it, a line
        break joins them, unless there is white space already.
        """
        text = ""
        for asked, written in history:
            text = self._join(text, asked) + written
        return self._join(text, prompt)

    def _join(self, text: str, prompt: str) -> str:
        wrapped = f"{self.before}{prompt}{self.after}"
        if not text:
            return wrapped
        if self.between:
            return text.rstrip() + self.between + wrapped
        space = text[-1:].isspace() or prompt[:1].isspace()
        return text + ("" if space else "\n") + wrapped


BARE: Final = "bare"
SCAFFOLDS: Final[Mapping[str, Scaffold]] = MappingProxyType(
    {
        scaffold.name: scaffold
        for scaffold in (
            Scaffold(BARE, "the prompt as it is, to be gone on with"),
            Scaffold("qa", "a question in a list of questions and answers", "Q: ", "\nA:", "\n\n"),
            Scaffold("dialogue", "a line in a conversation with an assistant", "User: ", "\nAssistant:", "\n"),
        )
    }
)
