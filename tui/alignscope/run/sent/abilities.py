"""Abilities of a server to tell likelihoods, tokens and prompts: by its kind and version, and by asking it."""

from collections.abc import Awaitable, Sequence
from typing import Any, Final

import msgspec

from alignscope.backends.base import Backend, Message, ServerError, ServerInfo
from alignscope.backends.dialects import LLAMA_CPP, OLLAMA, OPENAI, VLLM
from alignscope.backends.ollama.backend import RENDERS_SINCE
from alignscope.model.lineup.pane import EMBEDDED, Model
from alignscope.run.sent.pane import Ability

TOKENS: Final = "tokens of a text"
RENDERS: Final = "chats as templates render them"
_BY_TURN: Final = "a turn that asks for them finds out: I in the explorer, --logprobs"
_UNTRIED: Final = "nobody has tried"
_ASKED: Final = "asked just now"
_LENGTHS: Final = {
    OLLAMA.label: "up to 20",
    VLLM.label: "up to 20, unless it was started for more",
    LLAMA_CPP.label: "as long as they are asked for",
}
_PROBE: Final = "Hello"


def given_text(info: ServerInfo) -> Ability:
    """Return whether a server tells the log-probabilities of a text that it didn't write."""
    dialect = info.dialect
    if dialect.echoes:
        return Ability("log-probabilities of a given text", None, "tried when one is scored")
    note = "by one request"
    if dialect.leads:
        note += ": the model is made to write it instead; an older one is asked to go on along it"
    elif not dialect.scores_prompts:
        note += ": the model is asked to go on along it instead"
    return Ability("log-probabilities of a given text", dialect.scores_prompts, note)


def by_kind(info: ServerInfo) -> tuple[Ability, ...]:
    """Return what is known of a server by its kind and version: nothing is asked."""
    dialect, told, lacks = info.dialect, info.dialect.tells_logprobs, info.lacks_logprobs
    likely: bool | None = told and not lacks
    if dialect is OPENAI or (dialect.logprobs_since and not info.version_tuple):
        likely = None
    longest = "as long as the vocabulary" if info.url == EMBEDDED else _LENGTHS.get(dialect.label, "")
    reads = dialect.renders or dialect.scores_prompts
    renders: bool | None = reads
    if dialect is OLLAMA:
        renders = info.version_tuple >= RENDERS_SINCE if info.version_tuple else None
    prefills: bool | None = dialect.prefills or (None if dialect is OPENAI else False)
    return (
        Ability("log-probabilities", likely, lacks or (_BY_TURN if likely is None else "")),
        Ability("lists of alternatives", likely, "" if lacks else _BY_TURN if likely is None else longest),
        given_text(info),
        Ability(TOKENS, reads, "a file's tokens only" if dialect is OLLAMA else ""),
        Ability(RENDERS, renders, _UNTRIED if renders is None else ""),
        Ability(
            "going on with a begun reply in a chat",
            prefills, _UNTRIED if prefills is None else "as far as a model's template lets it" if prefills else "",
        ),
    )  # fmt: skip


async def probed(backend: Backend, models: Sequence[Model]) -> tuple[Ability, ...]:
    """Return what a server can, and ask about prompts and tokens where that loads no model."""
    known = by_kind(backend.info)
    dialect = backend.info.dialect
    if backend.info.url == EMBEDDED or not dialect.all_loaded or not models:
        return known
    name = models[0].name
    tokens = backend.pieces(name, _PROBE) if dialect.renders else backend.numbers(name, _PROBE)
    found = {
        TOKENS: await _tried(tokens),
        RENDERS: await _tried(backend.render(name, [Message("user", _PROBE)])),
    }
    return tuple(
        msgspec.structs.replace(each, can=not problem, note=problem or _ASKED)
        if (problem := found.get(each.name)) is not None
        else each
        for each in known
    )


async def _tried(answer: Awaitable[Any]) -> str:
    """Return why there is no answer; "" if there is one."""
    try:
        return "" if await answer else "it answers with nothing"
    except ServerError as error:
        return str(error)
