"""Requests to OpenAI-style servers, and types of their answers."""

import math
import re
from itertools import zip_longest
from typing import Any, Final

import msgspec

from alignscope.backends.base import Request
from alignscope.backends.chunks import TokenLogprob, TopLogprob
from alignscope.backends.dialects import Body, Dialect
from alignscope.model.events import Stats
from alignscope.model.lineup.pane import Mode

_ROUNDING: Final = 1e-4
"""Maximum between two log-probabilities of one token, as servers round them."""


class Logprobs(msgspec.Struct):
    """Log-probabilities: `content` in chats and llama.cpp, else parallel lists."""

    content: list[TokenLogprob] | None = None
    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None

    @property
    def entries(self) -> list[TokenLogprob]:
        """An entry for each token."""
        if self.content is not None:
            return self.content
        tokens = self.tokens or []
        n = len(tokens)
        return [
            TokenLogprob(token, own, _listed(token, own, tops or {}))
            for token, own, tops in zip_longest(tokens, (self.token_logprobs or [])[:n], (self.top_logprobs or [])[:n])
        ]


def _listed(token: str, own: float | None, tops: dict[str, float]) -> list[TopLogprob]:
    """Return the alternatives in a mapping by text, in which of several tokens with the same text only one is left.

    Where it isn't the written token, that is one more of the list.
    """
    listed = [TopLogprob(*item) for item in tops.items()]
    if own is not None and token in tops and not math.isclose(tops[token], own, abs_tol=_ROUNDING):
        listed.append(TopLogprob(token, own))
    return listed


class Delta(msgspec.Struct):
    """Text in a chat event. Servers differ in their name of the reasoning."""

    content: str | list[Any] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """Reasoning and reply."""
        thought = self.reasoning_content or self.reasoning or ""
        if not isinstance(self.content, list):
            return thought, self.content or ""
        return thought + _joined(self.content, "thinking"), _joined(self.content, "text")


def _joined(parts: list[Any], name: str) -> str:
    """Join a content's parts of one type; each has its text, or parts again, under its type's name."""
    found = []
    for part in parts:
        inner = part.get(name) if isinstance(part, dict) and part.get("type", "text") == name else None
        found.append(inner if isinstance(inner, str) else _joined(inner, "text") if isinstance(inner, list) else "")
    return "".join(found)


class Choice(msgspec.Struct):
    """Reply, or a piece of it."""

    text: str | None = None
    delta: Delta | None = None
    message: Delta | None = None
    """Whole message, from a server that doesn't stream."""
    logprobs: Logprobs | None = None
    finish_reason: str | None = None


class Usage(msgspec.Struct):
    """Counts of tokens."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Timings(msgspec.Struct):
    """Timings in llama.cpp's last event."""

    predicted_n: int | None = None
    predicted_ms: float | None = None


class Event(msgspec.Struct):
    """Data of a server-sent event."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: Any = None
    object: str | None = None
    message: Any = None
    """Message of older vLLM's errors, whose `object` is "error"."""


EVENT: Final = msgspec.json.Decoder(Event)


def stats(usage: Usage | None, timings: Timings | None) -> Stats:
    """Return the server's figures."""
    usage, timings = usage or Usage(), timings or Timings()
    tokens = usage.completion_tokens or timings.predicted_n or 0
    # Under a microsecond a token is a clock that never ran, not a speed.
    speed = (
        tokens / timings.predicted_ms * 1000 if timings.predicted_ms and timings.predicted_ms > tokens / 1000 else None
    )
    return Stats(tokens=tokens, prompt_tokens=usage.prompt_tokens, tokens_per_second=speed)


def body(request: Request, model: str, dialect: Dialect, *, neutral: bool = False) -> Body:
    """Return the JSON body for a request; `model` is the name on the server, `neutral` applies `neutralised`."""
    clean = neutralised if neutral and not request.rendered else str
    chat = request.mode is Mode.CHAT
    sent: Body = {"model": model}
    if chat:
        sent["messages"] = [{"role": m.role, "content": clean(m.content)} for m in request.messages]
    else:
        sent["prompt"] = clean(request.prompt)
        if request.rendered and dialect.scores_prompts:
            sent["add_special_tokens"] = False  # llama.cpp's rendering leaves out what it adds; vLLM's has it all
    sent |= {"stream": True, "stream_options": {"include_usage": True}}
    sent |= dialect.fields(request.sampling)
    if request.logprobs is not None:
        number = request.logprobs
        sent |= {"logprobs": True, "top_logprobs": number} if chat else {"logprobs": number}
    if chat and dialect.template_kwargs:
        sent["chat_template_kwargs"] = {"enable_thinking": request.think}
    if request.prefilled:
        sent |= dialect.prefill
    return dialect.adapt(sent)


_OPTIONAL: Final = {
    "chat_template_kwargs": re.compile(r"chat.?template|thinking"),
    "stream_options": re.compile(r"stream.?options|usage"),
    "logprobs": re.compile(r"log.?prob"),
    "top_logprobs": re.compile(r"log.?prob"),
}
"""Optional fields, with words in a server's refusal of them."""
LOGPROBS_FIELDS: Final = frozenset({"logprobs", "top_logprobs"})
"""Those that a server may take with another number, so that each request tries them anew."""


def optional_in(sent: Body, refusal: str) -> frozenset[str]:
    """Return the optional fields in a request that a refusal mentions; if none, all but log-probabilities."""
    optional = frozenset(_OPTIONAL.keys() & sent.keys())
    return frozenset(field for field in optional if _OPTIONAL[field].search(refusal)) or optional - LOGPROBS_FIELDS


_SPECIAL: Final = re.compile(r"<(?=\|[^|<>\s]{1,40}\|>)")


def neutralised(text: str) -> str:
    """Put a space into text that looks like a special token: `<|user|>` becomes `< |user|>`.

    llama.cpp would read it as the token, so that a visitor could end a message or begin one in the assistant's name.
    """
    return _SPECIAL.sub("< ", text)


def failure(event: Event) -> Any:
    """Return the error in an event, None without one."""
    if event.error is not None:
        return event.error
    return (event.message or "an error without words") if event.object == "error" else None
