"""Log-probabilities put beside the text that they belong to, in whatever shape a server sends them."""

from collections.abc import Iterator, Sequence

import msgspec

from alignscope.backends.base import Chunk
from alignscope.model.events import Alternative


class TopLogprob(msgspec.Struct):
    """An alternative on the wire."""

    token: str = ""
    logprob: float | None = None


class TokenLogprob(msgspec.Struct):
    """A token's log-probability on the wire: Ollama's shape, and that of OpenAI's chats."""

    token: str = ""
    logprob: float | None = None
    top_logprobs: list[TopLogprob] | None = None


def chunks_of(text: str, entries: Sequence[TokenLogprob], wanted: int, *, thinking: bool = False) -> Iterator[Chunk]:
    """The text as chunks with their log-probabilities.

    Text is what counts: entries are notes beside it. Where several tokens came at once and their texts join to the
    whole, each becomes a chunk; where they don't (text held back, half a character), the last entry goes with it all,
    for it is that of the token which set the text free. Entries without text are dropped.

    Args:
        wanted: how many alternatives were asked for, since some servers can't send none.
    """
    if not text:
        return
    if len(entries) > 1 and "".join(entry.token for entry in entries) == text:
        for entry in entries:
            if entry.token:
                yield _chunk(entry.token, entry, wanted, thinking)
    else:
        yield _chunk(text, entries[-1], wanted, thinking)


def _chunk(text: str, entry: TokenLogprob, wanted: int, thinking: bool) -> Chunk:
    ranked = [Alternative(top.token, top.logprob) for top in entry.top_logprobs or () if top.logprob is not None]
    ranked.sort(key=lambda alternative: -alternative.logprob)
    return Chunk(text, thinking, entry.logprob, tuple(ranked[:wanted]))
