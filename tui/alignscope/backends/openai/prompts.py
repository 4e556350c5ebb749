"""Answers about prompts: as a template renders them, as tokens, and with log-probabilities."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from alignscope.backends.base import Chunk, Request
from alignscope.backends.chunks import TokenLogprob
from alignscope.backends.dialects import Body
from alignscope.backends.openai.wire import Logprobs
from alignscope.model.events import Alternative


class Rendered(msgspec.Struct):
    """Answer of llama.cpp's /apply-template and of vLLM's /detokenize."""

    prompt: str = ""


class TokenIds(msgspec.Struct):
    """Answer of vLLM's /tokenize."""

    tokens: list[int] = []


class Piece(msgspec.Struct):
    """Token of llama.cpp's /tokenize."""

    id: int = -1
    piece: str | list[int] = ""
    """Text, or its bytes where they are no UTF-8 by themselves."""

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return self.piece.encode() if isinstance(self.piece, str) else bytes(each & 255 for each in self.piece)


class Pieces(msgspec.Struct):
    """Answer of llama.cpp's /tokenize with pieces."""

    tokens: list[Piece] = []


class Led(msgspec.Struct):
    """Event of llama.cpp's own /completion: text, and the lists at its tokens."""

    content: str = ""
    stop: bool = False
    completion_probabilities: list[TokenLogprob] = []
    error: Any = None


LED: Final = msgspec.json.Decoder(Led)


def leading(request: Request, model: str, before: Sequence[int], along: Sequence[int]) -> Body:
    """Return the body by which a llama.cpp writes given tokens behind others; `model` is its name on the server.

    Where the grammar excludes what the model would write, it draws again among the one token that is left. The lists
    are from before that. What it has computed of the text is used again: computed anew, in large batches, the figures
    would be those of other rounding, by up to 0.05 of a log-probability in the twins.
    """
    return {
        "model": model, "prompt": list(before), "n_predict": len(along), "temperature": 0, "stream": True,
        "cache_prompt": True, "n_probs": request.logprobs, "post_sampling_probs": False,
        "grammar": f"root ::= {' '.join(f'<[{number}]>' for number in along)}",
    }  # fmt: skip


class PromptLogprob(msgspec.Struct):
    """Log-probability of a token at a position of the prompt, as vLLM sends it."""

    logprob: float | None = None
    decoded_token: str | None = None


class ScoredChoice(msgspec.Struct):
    """Choice with the prompt's log-probabilities: by token id, the prompt's own token first; None for the first."""

    prompt_logprobs: list[dict[str, PromptLogprob] | None] | None = None


class Scored(msgspec.Struct):
    """Answer of vLLM's /v1/completions to a request with `prompt_logprobs`."""

    choices: list[ScoredChoice] = []
    error: Any = None


class EchoedChoice(msgspec.Struct):
    """Choice whose text begins with the prompt, where a server knows `echo`."""

    logprobs: Logprobs | None = None


class Echoed(msgspec.Struct):
    """Answer of /v1/completions to a request with `echo`."""

    choices: list[EchoedChoice] = []


def echoed_chunks(answer: Echoed, prompt: str, wanted: int) -> list[Chunk]:
    """Return the prompt's tokens in order, each with its alternatives, the likeliest first; none if it wasn't echoed.

    A server that passes `echo` over answers with tokens of its own, which aren't taken for the prompt's.
    """
    found, left = list[Chunk](), prompt
    for entry in (answer.choices[0].logprobs or Logprobs()).entries if answer.choices else ():
        if not left or not left.startswith(entry.token):
            break
        left = left.removeprefix(entry.token)
        tops = [Alternative(top.token, top.logprob) for top in entry.top_logprobs or () if top.logprob is not None]
        tops.sort(key=lambda alternative: -alternative.logprob)
        found.append(Chunk(entry.token, False, entry.logprob, tuple(tops[:wanted])))
    return [] if left or not any(chunk.alternatives for chunk in found) else found


def prompt_chunks(answer: Scored, wanted: int) -> list[Chunk]:
    """Return the prompt's tokens in order, each with up to `wanted` alternatives, the likeliest first."""
    rows = answer.choices[0].prompt_logprobs if answer.choices else None
    return [_chunk(row or {}, wanted) for row in rows or ()]


def _chunk(row: dict[str, PromptLogprob], wanted: int) -> Chunk:
    listed = [Alternative(each.decoded_token or "", each.logprob) for each in row.values() if each.logprob is not None]
    if not listed:
        return Chunk("")
    own = listed[0]
    ranked = sorted(listed, key=lambda alternative: -alternative.logprob)
    # Beside the likeliest there is the prompt's own token, which may not be among them.
    top = [each for each in ranked if each is not own or len(listed) <= wanted or own in ranked[:wanted]]
    return Chunk(own.text, False, own.logprob, tuple(top[:wanted]))
