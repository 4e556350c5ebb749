"""Requests of a turn, with what its servers tell of them now."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from alignscope.backends.base import Backend, Sent, ServerError, ServerInfo
from alignscope.backends.dialects import OLLAMA, OPENAI
from alignscope.model.events import Started
from alignscope.model.lineup.pairing import has_template
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Model, Pane
from alignscope.model.sampling import PRESETS, Preset
from alignscope.model.turn import PaneRecord, Turn, TurnSettings
from alignscope.run.compose import compose
from alignscope.run.sent.abilities import TOKENS, by_kind, given_text
from alignscope.run.sent.kept import RESTS, kept
from alignscope.run.sent.matching import Reading, compare_tokens, warnings
from alignscope.run.sent.options import options_of, sent_values
from alignscope.run.sent.pane import HASH_DIGITS, Ability, ModelFacts, SentPane, SentTurn
from alignscope.run.sent.prompts import brought_in, place_of, probing, sent_messages
from alignscope.run.servers import Servers


async def prepared(lineup: Lineup, prompt: str, settings: TurnSettings, servers: Servers) -> Turn:
    """Return a turn with every pane's request as it would be sent. Nothing is sent.

    A pane whose server doesn't answer, or that has no request for this prompt, has none.
    """
    turn = Turn(1, datetime.now(UTC), prompt, lineup, settings)
    records = []
    for pane in lineup:
        label = ""
        try:
            backend = await servers.get(pane.server)
            label = backend.info.label
            async with aclosing(backend.stream(compose(pane, prompt, settings))) as items:
                sent = await anext(items)  # before anything goes out
        except ServerError:
            sent = None
        if isinstance(sent, Sent):
            turn.apply(Started(pane.name, 1, 0.0, sent.url, sent.body, sent.limit))
        records.append(PaneRecord(pane, "", label))
    turn.records = tuple(records)
    return turn


async def asked(
    turn: Turn,
    servers: Servers,
    *,
    turns: Sequence[Turn] = (),
    sample: int = 1,
    presets: Sequence[Preset] = tuple(PRESETS.values()),
    sent: bool = True,
    load: bool = True,
) -> SentTurn:
    """Return what a turn has of what was sent for it, and what its servers tell. No model is asked for a reply.

    A server that doesn't answer, or can't tell, leaves its panes with what was kept, and why. See `kept` for the
    other arguments.

    Args:
        load: whether models may be loaded, as servers do to render a chat; else those that aren't in memory rest.
    """
    before = kept(turn, turns=turns, sample=sample, presets=presets, sent=sent)
    told = await asyncio.gather(
        *(
            _ask(turn, record.pane, pane, servers, presets, load=load)
            for record, pane in zip(turn.panes, before.panes, strict=True)
        )
    )
    first = told[0]
    panes = (
        first.pane,
        *(
            msgspec.structs.replace(
                each.pane, tokenizer=compare_tokens(first.pane, each.pane, (first.reading, each.reading))
            )
            for each in told[1:]
        ),
    )
    return SentTurn(panes, warnings(panes))


class _Told(NamedTuple):
    """A pane with what its server tells."""

    pane: SentPane
    reading: Reading = Reading()
    """How its model reads the person's prompt."""


async def _ask(
    turn: Turn, pane: Pane, before: SentPane, servers: Servers, presets: Sequence[Preset], *, load: bool
) -> _Told:
    reading = Reading()
    try:
        backend = await servers.get(pane.server)
        reads = pane.mode is Mode.CHAT or backend.info.dialect.renders  # what loads a model, as describing doesn't
        rests = not load and reads and await _rests(backend, pane.model)
    except ServerError as error:
        return _Told(msgspec.structs.replace(before, problem=str(error)))
    asked = msgspec.structs.replace(before, asked=True, label=backend.info.label, resting=rests)
    if rests and pane.mode is Mode.CHAT and before.request:
        asked = msgspec.structs.replace(asked, unrendered=RESTS)
    elif pane.mode is Mode.CHAT and before.request:
        asked = await _rendered(turn, pane, asked, backend)
    try:
        reading = await _reading(backend, pane.model, turn.prompt, rests=rests)
        model = await (backend.look(pane.model) if rests else _described(backend, pane.model))
    except ServerError as error:
        return _Told(msgspec.structs.replace(asked, problem=str(error)), reading)
    abilities = by_kind(backend.info)[2:] if rests else _abilities(asked, backend, reading)
    asked = msgspec.structs.replace(
        asked,
        options=options_of(turn, pane, before.request, model, backend.info, presets),
        facts=_facts(model, backend.info, before),
        abilities=(*_logprobs(before.abilities, backend, pane), *abilities),
    )
    return _Told(asked, reading)


async def _rests(backend: Backend, name: str) -> bool:
    """Return whether a model isn't known to be in memory, where its server tells such a thing at all."""
    listed = {model.name: model.loaded for model in await backend.models()}
    loaded = listed.get(name, listed.get(f"{name}:latest"))
    # Unknown is a file that nobody has opened yet, or a server too busy to say: neither is a reason to load anything.
    return loaded is False or (loaded is None and backend.info.dialect is not OPENAI)


async def _reading(backend: Backend, model: str, prompt: str, *, rests: bool) -> Reading:
    """Return how a model reads a prompt, by all that its server tells; by its file alone if the model rests."""
    text = backend.literal(model, prompt)
    reading = Reading()
    try:
        reading = reading._replace(table=await backend.token_table(model))
        if rests:
            return reading
        reading = reading._replace(pieces=await backend.pieces(model, text))
        return reading if reading.pieces else reading._replace(numbers=await backend.numbers(model, text))
    except ServerError:
        return reading


async def _described(backend: Backend, name: str) -> Model:
    """Return a model with what both the listing and its details tell, such as the context it was just loaded with."""
    listed = {model.name: model for model in await backend.models()}
    model = await backend.describe(name)
    return msgspec.structs.replace(model, digest=model.digest or (listed[name].digest if name in listed else ""))


async def _rendered(turn: Turn, pane: Pane, before: SentPane, backend: Backend) -> SentPane:
    """Return a pane with its chat as its model reads it, and what the template adds by itself."""
    think = turn.settings.think
    try:
        rendered = await backend.render(pane.model, sent_messages(before.request), think=think)
    except ServerError as error:
        return msgspec.structs.replace(before, unrendered=str(error))
    try:
        probe = await backend.render(pane.model, probing(pane.system), think=think)
    except ServerError:
        added = None
    else:
        added = brought_in(probe, pane.system)
    start, typed = place_of(turn.prompt, rendered) or (None, None)
    return msgspec.structs.replace(
        before, rendered=rendered, unrendered="", before=start, typed=typed, brought_in=added
    )


def _facts(model: Model, info: ServerInfo, before: SentPane) -> ModelFacts:
    number = sent_values(before.request).get("num_ctx")
    # Ollama's other figure is what the model was trained for, and it loads most with less.
    served = None if info.dialect is OLLAMA else model.context_length
    asked_with = number if isinstance(number, int) else model.loaded_context or served
    template = model.template
    if template is not None:
        template = hashlib.sha256(template.encode()).hexdigest()[:HASH_DIGITS] if has_template(template) else ""
    return ModelFacts(
        digest=model.digest, quantization=model.quantization, family=model.family, parameter_size=model.parameter_size,
        template=template, context=asked_with, trained_context=model.context_length,
    )  # fmt: skip


def _logprobs(seen: Sequence[Ability], backend: Backend, pane: Pane) -> list[Ability]:
    """Return what was seen of log-probabilities, or else what is known of this kind of server."""
    if lacks := backend.info.lacks_logprobs:
        return [msgspec.structs.replace(each, can=False, note=lacks) if each.can is None else each for each in seen]
    whole = Ability("lists of alternatives", True, "as long as the vocabulary") if pane.server == EMBEDDED else None
    return [each for each in seen if not (whole and each.name == whole.name)] + ([whole] if whole else [])


def _abilities(pane: SentPane, backend: Backend, reading: Reading) -> list[Ability]:
    found = [
        given_text(backend.info),
        Ability(TOKENS, reading.pieces is not None or reading.numbers is not None, "asked just now"),
    ]
    if pane.mode is Mode.CHAT and pane.request:
        found.append(
            Ability("the prompt as it is rendered", pane.rendered is not None, pane.unrendered or "asked just now")
        )
    found.append(Ability("going on with a begun reply in a chat", None, "nobody has tried"))
    return found
