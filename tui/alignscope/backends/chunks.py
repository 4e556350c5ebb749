"""Chunks of text with their log-probabilities."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import msgspec

from alignscope.backends.base import Chunk, Request
from alignscope.model.events import Alternative

_LOGPROB: Final = attrgetter("logprob")


class TopLogprob(msgspec.Struct, gc=False):
    """Alternative token, as servers send it."""

    token: str = ""
    logprob: float | None = None


class TokenLogprob(msgspec.Struct):
    """Log-probability of a token, as Ollama and OpenAI's chats send it."""

    token: str = ""
    logprob: float | None = None
    top_logprobs: list[TopLogprob] | None = None


def chunks_of(text: str, entries: Sequence[TokenLogprob], request: Request) -> list[Chunk]:
    """Return the text in chunks: a token each with its log-probability and as many alternatives as were asked for.

    Entries are matched from the end of the text, since what was held back (half a character, a possible stop string)
    comes with the token that completed it. Text before the first one that matches is a chunk without figures; entries
    that match no text are dropped.
    """
    if not entries:
        return [Chunk(text)] if text else []
    chunks: list[Chunk] = []
    for entry in reversed(entries):
        if not entry.token:
            continue
        if not text.endswith(entry.token):
            break
        chunks.append(_chunk(entry, request))
        text = text.removesuffix(entry.token)
    if text:
        chunks.append(Chunk(text))
    chunks.reverse()
    return chunks


def _chunk(entry: TokenLogprob, request: Request) -> Chunk:
    ranked = [Alternative(top.token, top.logprob) for top in entry.top_logprobs or () if top.logprob is not None]
    ranked.sort(key=_LOGPROB, reverse=True)  # which keeps ties in their order
    if _of_another(entry, ranked, request):
        return Chunk(entry.token)
    return Chunk(entry.token, False, entry.logprob, tuple(ranked[: request.logprobs or 0]))


def _of_another(entry: TokenLogprob, ranked: Sequence[Alternative], request: Request) -> bool:
    """Return whether the figures are, or may be, those of another token than the text.

    llama.cpp and Ollama put all text that comes with a token into its entry, also what was held back before. The list
    doesn't have such a text, though the figure is high enough for it, or the text begins as a stop string does.
    """
    if entry.logprob is None or any(each.text == entry.token for each in ranked):
        return False
    stops = request.sampling.get("stop", ())
    return bool(ranked and entry.logprob >= ranked[-1].logprob) or (
        isinstance(stops, tuple) and any(_holds(entry.token, stop) for stop in stops)
    )


def _holds(text: str, stop: str) -> bool:
    """Return whether a part of a text, short of its end, may become a stop string."""
    return any(text[:end].endswith(stop[:n]) for end in range(1, len(text)) for n in range(1, len(stop)))
