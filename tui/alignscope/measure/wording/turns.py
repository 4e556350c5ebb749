"""Turns that a reply invents, and how much of the prompt it says again."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from alignscope.measure.wording.words import sequences, words_of

ECHO: Final = 5
"""Words of a run that counts as an echo; a shorter prompt is one run."""
_HEADER: Final = re.compile(
    r"^[ \t]*(?:#{2,}[ \t]*)?(?:Q|A|Question|Answer|User|Human|Assistant|System|Instruction|Response|Input|Output|Frage"
    r"|Antwort|Réponse|Pregunta|Respuesta|質問|回答|答え|问|答)[ \t]*\d*[ \t]*[:：]"
    r"|<\|[^|<>\n]{1,40}\|>|\[/?INST\]|<(?:start|end)_of_turn>",
    re.IGNORECASE | re.MULTILINE,
)
_QUESTION: Final = re.compile(r"[?？]")


class Turns(NamedTuple):
    """Traces of a conversation or a page of questions in a reply. A chat's reply should have none of the headers."""

    headers: int
    """Lines that begin somebody's turn, and marks of a template. One at the very beginning is the reply's own label,
    and isn't counted."""
    questions: int
    """Question marks."""


def invented_turns(text: str) -> Turns:
    """Count the turns that a reply begins for others, and its questions."""
    stripped = text.lstrip()
    headers = [found.start() for found in _HEADER.finditer(stripped)]
    return Turns(sum(place > 0 for place in headers), len(_QUESTION.findall(text)))


def echo(prompt: str, reply: str, length: int = ECHO) -> float | None:
    """Return the share of the prompt's runs of words that the reply has too; None for a prompt without words."""
    asked, said = words_of(prompt), words_of(reply)
    if not asked:
        return None
    size = min(length, len(asked))
    runs: Sequence[tuple[str, ...]] = sequences(asked, size)
    again = set(sequences(said, size))
    return sum(run in again for run in runs) / len(runs)
