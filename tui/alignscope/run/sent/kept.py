"""Requests of a turn, as far as the turn itself has them: no server is asked."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from alignscope.backends.base import Message
from alignscope.backends.openai.wire import neutralised
from alignscope.model.lineup.pane import Mode, Pane, is_twin
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS, Preset
from alignscope.model.turn import CARRY, PaneRecord, Turn, exchanges
from alignscope.run.compose import Exchange, compose
from alignscope.run.sent.matching import warnings
from alignscope.run.sent.options import options_of
from alignscope.run.sent.pane import Ability, ModelFacts, SentPane, SentTurn
from alignscope.run.sent.prompts import place_of, sent_text, special_tokens

NOT_KEPT = "its request wasn't kept"
RESTS = "its model isn't known to be in memory, and would be loaded for that"
NOT_ASKED = "no server was asked how it was rendered"


def kept(
    turn: Turn,
    *,
    turns: Sequence[Turn] = (),
    sample: int = 1,
    presets: Sequence[Preset] = tuple(PRESETS.values()),
    sent: bool = True,
    partial: bool = False,
) -> SentTurn:
    """Return what a turn has of what was sent for it.

    Args:
        turns: those before it, whose conversation it may carry.
        sample: the reply of each pane whose request it is.
        sent: False if the requests were only made to be looked at.
        partial: whether requests are put together from a run's rows.
    """
    panes = tuple(_pane(turn, record, turns, sample, presets, sent=sent) for record in turn.panes)
    if partial:
        panes = tuple(msgspec.structs.replace(pane, partial=bool(pane.request)) for pane in panes)
    return SentTurn(panes, warnings(panes))


def _pane(
    turn: Turn, record: PaneRecord, turns: Sequence[Turn], sample: int, presets: Sequence[Preset], *, sent: bool
) -> SentPane:
    pane = record.pane
    replies = turn.replies_of(pane.name)
    reply = replies.get(sample) or next(iter(replies.values()), Reply(pane.name))
    history = exchanges(turns, pane.name) if turn.settings.context == CARRY else []
    request, rebuilt = _whole(turn, pane, reply.request, history)
    text = sent_text(request)
    said = [turn.prompt, pane.system, *(part for exchange in history for part in exchange)]
    altered, special = special_tokens(said, text)
    # A completion's prompt is what the model reads; a chat is rendered by its server.
    rendered = text if pane.mode is Mode.COMPLETION and request else None
    before, typed = place_of(turn.prompt, rendered or "") or (None, None)
    unrendered = "" if rendered is not None else NOT_ASKED if request else NOT_KEPT
    return SentPane(
        pane=pane.name, model=pane.model, mode=pane.mode, server=pane.server, label=record.server, sample=reply.sample,
        sent=sent, url=reply.url, request=request, rebuilt=rebuilt, rendered=rendered, unrendered=unrendered,
        before=before, typed=typed,
        system=pane.system if pane.mode is Mode.CHAT else "", altered=altered, special=special,
        tokens=reply.stats.prompt_tokens, options=options_of(turn, pane, request, presets=presets),
        facts=ModelFacts(digest=record.digest), recorded_digest=record.digest,
        abilities=tuple(logprobs_seen(turn, pane, request)),
    )  # fmt: skip


def _whole(
    turn: Turn, pane: Pane, request: Mapping[str, Any], history: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], bool]:
    """Return a request with its conversation, which session files leave out where it repeats earlier turns."""
    if not request or "prompt" in request or "messages" in request:
        return dict(request), False
    made = compose(pane, turn.prompt, turn.settings, [Exchange(prompt, reply) for prompt, reply in history])
    as_sent = neutralised if is_twin(pane.model) else str
    if pane.mode is Mode.COMPLETION:
        return {**request, "prompt": as_sent(made.prompt)}, True
    messages = [msgspec.to_builtins(Message(each.role, as_sent(each.content))) for each in made.messages]
    return {**request, "messages": messages}, True


def logprobs_seen(turn: Turn, pane: Pane, request: Mapping[str, Any]) -> list[Ability]:
    """Return whether log-probabilities came with a pane's replies, and the longest list of them."""
    replies = turn.replies_of(pane.name).values()
    name = f"log-probabilities in a {pane.mode}"
    if any(reply.logprobs for reply in replies):
        longest = max(len(listed) for reply in replies for _, listed in reply.logprobs.values())
        lists = [Ability("lists of alternatives", True, f"up to {longest} came here")] if longest else []
        return [Ability(name, True, "they came with this reply"), *lists]
    if "logprobs" in request and any(len(reply.texts) > 1 for reply in replies):
        return [Ability(name, False, "asked for here, and none came")]
    return [Ability(name, None, "not asked for here")]
