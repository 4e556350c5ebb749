"""The text put around a prompt before a base model goes on with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A way to lay out a document so that its likeliest continuation is a reply."""

    name: str
    help: str
    before: str = ""
    after: str = ""
    between: str = ""
    """What separates a reply from the next prompt."""

    def document(self, history: Iterable[tuple[str, str]], prompt: str) -> str:
        """What was asked and written so far, as (prompt, reply), and the next prompt behind it, as one document.

        Replies go in as they came, except that a laid-out document has its own white space behind each. Bare text is
        joined by a line break, unless the person or the model wrote white space there.
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
