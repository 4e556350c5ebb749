"""Going on from the beginning of a reply: what is kept of it, and how a server is made to write on behind it."""

from collections.abc import Sequence
from contextlib import aclosing

import msgspec

from alignscope.backends.base import Backend, Chunk, Ending, Fault, Message, Request, ServerError
from alignscope.model.events import Alternative, Started, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.origin import Kind, Origin, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS
from alignscope.model.score import Frame
from alignscope.model.turn import MAX_ALTERNATIVES, Turn
from alignscope.text.clean import encodable

_BROKEN = "\ufffd"
"""Stands for bytes that are no character, such as a part of one."""


class NoBeginningError(ValueError):
    """Raised where nothing can be gone on from. The message is for the person."""


class Beginning(msgspec.Struct, frozen=True):
    """The beginning that a pane goes on from."""

    pane: Pane
    """The pane that goes on."""
    sample: int
    """The new reply's."""
    origin: Origin
    """Its way isn't known before the server was asked."""
    tokens: tuple[Token, ...]
    """What is kept, as the new reply's tokens. Another pane's have no log-probabilities: those are its own."""

    @property
    def text(self) -> str:
        """The kept tokens' text."""
        return "".join(token.text for token in self.tokens)

    @property
    def events(self) -> tuple[Started | Token, ...]:
        """The events that the new reply begins with, before anything is sent."""
        return (Started(self.pane.name, self.sample, 0.0, "", {}, origin=self.origin), *self.tokens)


def taken(turn: Turn, source: Reply, position: int, text: str, others: Sequence[Alternative] = ()) -> Beginning:
    """Return the beginning of a reply that has another token at a position of its source.

    Args:
        position: number of the source's tokens before it.
        text: the token that is taken.
        others: the list that it is from.

    Raises NoBeginningError if it can't be gone on from there.
    """
    if not text:
        raise NoBeginningError("This token has no text: it ends the reply, or is a part of a character. Take another.")
    logprob = next((each.logprob for each in others if each.text == text), None)
    own = Token(source.pane, source.sample, 0.0, text, logprob=logprob, alternatives=tuple(others))
    return _beginning(turn, turn.pane(source.pane), source, Kind.ALTERNATIVE, position, own)


def rerolled(turn: Turn, source: Reply, position: int) -> Beginning:
    """Return the beginning of a reply that is drawn again from a position of its source on.

    Raises NoBeginningError if it can't be gone on from there, or if the same would be drawn.
    """
    pane = turn.pane(source.pane)
    sampling = turn.settings.sampling if pane.sampling is None else pane.sampling
    if sampling.get("temperature") == 0 or sampling.get("top_k") == 1:
        raise NoBeginningError(
            "This turn always takes the likeliest token, so that drawing again gives the same. Take an alternative, or "
            "send the prompt again with another sampling."
        )
    return _beginning(turn, pane, source, Kind.REROLL, position)


def grafted(turn: Turn, source: Reply, position: int, pane: Pane) -> Beginning:
    """Return the beginning of a pane's reply that has the first tokens of its twin's.

    Raises NoBeginningError if it can't be gone on from there.
    """
    if not position:
        raise NoBeginningError(f"No token of {source.pane} has come that {pane.name} could go on from.")
    return _beginning(turn, pane, source, Kind.GRAFT, position)


def budgeted(
    turn: Turn, source: Reply, places: Sequence[int], text: str, *, by: Pane, frame: Frame, percent: int
) -> Beginning:
    """Return the beginning of a reply whose pane writes it again, but for some places at which its twin writes.

    Args:
        places: positions of the source, ascending.
        text: the twin's likeliest token at the first of them.
        by: the twin's pane.
        frame: what stands before the text when the twin is asked.
        percent: the share of positions that was asked for.

    Raises NoBeginningError if it can't be gone on from the first place.
    """
    listed = source.token(places[0]).alternatives if places[0] not in source.thoughts else ()
    first = taken(turn, source, places[0], text, listed)
    origin = msgspec.structs.replace(
        first.origin, kind=Kind.BUDGET, by=by.name, frame=frame.value, percent=percent, places=tuple(places)
    )
    return msgspec.structs.replace(first, origin=origin)


def _beginning(turn: Turn, pane: Pane, source: Reply, kind: Kind, position: int, own: Token | None = None) -> Beginning:
    kept = [source.token(index) for index in range(len(source.texts)) if index not in source.thoughts][:position]
    if (own and _BROKEN in own.text) or (not own and kept and kept[-1].text.endswith(_BROKEN)):
        raise NoBeginningError("A character would be cut in two there. Go to another token.")
    if any(encodable(token.text) != token.text for token in (*kept, *([own] if own else []))):
        raise NoBeginningError("The text so far has broken bytes, which can't be sent. Go to a token before them.")
    if len(kept) < position:
        raise NoBeginningError("The reply hasn't come as far as that. Wait for it, or go to an earlier token.")
    sample = turn.next_sample(pane.name)
    if sample is None:
        raise NoBeginningError(f"{pane.name} has as many replies in this turn as a session keeps. Send another prompt.")
    tokens = [*kept, own] if own else kept
    told = pane.name == source.pane
    origin = Origin(
        kind=kind, pane=source.pane, sample=source.sample, position=position, kept=len(tokens),
        taken=own.text if own else "",
    )  # fmt: skip
    first = tuple(
        Token(pane.name, sample, 0.0, token.text, False, token.logprob, token.alternatives)
        if told
        else Token(pane.name, sample, 0.0, token.text)
        for token in tokens
    )
    return Beginning(pane, sample, origin, first)


async def prepared(backend: Backend, request: Request, beginning: Beginning) -> tuple[Request, Origin]:
    """Return the request with which a server goes on, and the origin with the way that this is done.

    Whether a server goes on with a chat's last message is found out by how it renders that, and not by what it is; one
    that closes the message is asked to complete the rendered chat instead.

    Args:
        request: for a reply of its own.

    Raises ServerError, also where the server shows nothing by which that could be found out.
    """
    prefix, pane = beginning.text, beginning.pane
    request = msgspec.structs.replace(request, think=False)
    if beginning.origin.kind is Kind.REROLL:
        # The seed that drew it would draw it once more.
        request = msgspec.structs.replace(request, sampling=request.sampling.off("seed"))
    chat = pane.mode is Mode.CHAT
    if not prefix:
        return request, msgspec.structs.replace(beginning.origin, way=Way.PREFILL if chat else Way.RAW)
    if backend.literal(pane.model, prefix) != prefix:
        raise ServerError(
            "The text so far has what this model reads as a special token, and it can't be sent as it stands. Go on "
            "from a token before that.",
            Fault.INVALID,
        )
    if chat:
        before, sent, way = await _of_chat(backend, request, prefix)
    else:
        before, way = backend.literal(pane.model, request.prompt), Way.RAW
        sent = msgspec.structs.replace(request, prompt=request.prompt + prefix)
    pieces = await backend.pieces(pane.model, before + prefix)
    resplit = pieces is not None and not _ends_with(pieces, beginning.tokens[-1].text.encode())
    return sent, msgspec.structs.replace(beginning.origin, way=way, resplit=resplit)


async def _of_chat(backend: Backend, request: Request, prefix: str) -> tuple[str, Request, Way]:
    """Return what stands before a chat's reply, the request that goes on with it, and the way of that."""
    try:
        before = await backend.render(request.model, request.messages)
    except ServerError as error:
        if error.fault is not Fault.INVALID:
            raise
        raise ServerError(
            f"{error} Without that nobody can tell whether it goes on with a reply or begins another message. Take a "
            "pane in completion mode, or a llama.cpp, vLLM or Ollama.",
            Fault.INVALID,
        ) from None
    messages = (*request.messages, Message("assistant", prefix))
    if backend.info.dialect.prefills:
        try:
            shown = await backend.render(request.model, messages)
        except ServerError as error:
            if error.status is None:
                raise
            shown = ""  # its template takes no such message
        if shown == before + prefix:
            return before, msgspec.structs.replace(request, messages=messages), Way.PREFILL
    rendered = msgspec.structs.replace(
        request, mode=Mode.COMPLETION, messages=(), prompt=before + prefix, rendered=True
    )
    return before, rendered, Way.RENDERED


def _ends_with(pieces: Sequence[bytes], token: bytes) -> bool:
    """Return whether a token, or the parts of the one character that it is, are the last of some pieces."""
    held, left = b"", [*pieces]
    while left and len(held) < len(token):
        held = left.pop() + held
    parts = pieces[len(left) :]
    return held == token and (len(parts) == 1 or any(not _decodes(part) for part in parts))


def _decodes(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


async def peek(backend: Backend, request: Request, beginning: Beginning) -> Chunk | None:
    """Return what the model finds likely behind a beginning; None where it ends the reply there.

    Nothing is written on but one token, of which nothing is kept. Raises ServerError.
    """
    greedy = PRESETS["greedy"].sampling.on("num_predict", 1)
    one = msgspec.structs.replace(request, sampling=greedy, logprobs=MAX_ALTERNATIVES)
    sent, _ = await prepared(backend, one, beginning)
    found: Chunk | None = None
    async with aclosing(backend.stream(sent)) as items:
        async for item in items:
            if isinstance(item, Chunk) and not item.thinking and found is None:
                found = item
            elif isinstance(item, Ending) and item.end.failed:
                raise ServerError(item.message, Fault.FAILED)
    return found
