"""Chunks of text with their log-probabilities."""

from collections.abc import Iterator, Sequence

import msgspec

from alignscope.backends.base import Chunk
from alignscope.model.events import Alternative


class TopLogprob(msgspec.Struct):
    """Alternative token, as servers send it."""

    token: str = ""
    logprob: float | None = None


class TokenLogprob(msgspec.Struct):
    """Log-probability of a token, as Ollama and OpenAI's chats send it."""

    token: str = ""
    logprob: float | None = None
    top_logprobs: list[TopLogprob] | None = None


def chunks_of(text: str, entries: Sequence[TokenLogprob], wanted: int) -> Iterator[Chunk]:
    """Yield the text in chunks with their log-probabilities, and up to `wanted` alternatives.

    Several tokens whose texts join to the whole become a chunk each. Otherwise (text held back, half a character) all
    text gets the last entry, that of the token which completed it. Entries without text are dropped.
    """
    if text and not entries:
        yield Chunk(text)
    elif len(entries) > 1 and "".join(entry.token for entry in entries) == text:
        for entry in entries:
            if entry.token:
                yield _chunk(entry.token, entry, wanted)
    elif text:
        yield _chunk(text, entries[-1], wanted)


def _chunk(text: str, entry: TokenLogprob, wanted: int) -> Chunk:
    ranked = [Alternative(top.token, top.logprob) for top in entry.top_logprobs or () if top.logprob is not None]
    ranked.sort(key=lambda alternative: -alternative.logprob)
    return Chunk(text, False, entry.logprob, tuple(ranked[:wanted]))
