"""Score a text by a model that didn't write it, in the best way that its server has."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import accumulate
from typing import Final

from alignscope.backends.base import Backend, Chunk, Ending, Fault, Request, ServerError
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.score import Missing, Position, Tokenizers
from alignscope.run.logprobs import none_told
from alignscope.scoring.along import Along, nowhere, parts, position_of
from alignscope.scoring.frame import Framed

AHEAD: Final = 32
"""Tokens that one request writes ahead. Where models agree on 78 % of the tokens, about 0.24 requests a token are
needed; many more would cost the server tokens that nobody reads."""
_GREEDY: Final = PRESETS["greedy"].sampling


class NoLogprobsError(Exception):
    """Raised when a server that was asked for log-probabilities gives none. The message is for the person."""


async def split(backend: Backend, model: str, before: Framed, text: str) -> list[str]:
    """Return a text in the tokens that a model reads it in. Raises ServerError where the server doesn't tell them."""
    pieces = await _pieces(backend, model, before, text)
    if pieces is None:
        raise ServerError(f"{backend.info.label} doesn't tell in which tokens a text is read.", Fault.INVALID)
    left = text.encode()
    tokens: list[str] = []
    held = b""
    while left and pieces and left.endswith(pieces[-1]):
        left = left.removesuffix(pieces[-1])
        held = pieces.pop() + held
        try:
            tokens.insert(0, held.decode())
        except UnicodeDecodeError:
            continue  # parts of a character are one token here, as in a stream
        held = b""
    if left or held:
        raise ServerError(
            f"{backend.info.label} reads the text in tokens that don't begin where it does. Begin it otherwise, such "
            "as without a blank.",
            Fault.INVALID,
        )
    return [token for token in tokens if token]


async def compare_tokenizers(
    one: Backend, model: str, other: Backend, other_model: str, before: Framed, text: str
) -> Tokenizers:
    """Compare the tokens in which two models read a text behind a prompt, and what their files say of tokens.

    Short words are the same tokens for many models; files that differ say that others would not be.
    """
    both = ((one, model), (other, other_model))
    try:
        tables = [await backend.token_table(name) for backend, name in both]
    except ServerError:
        tables = [None]
    if None not in tables and tables[0] != tables[1]:
        return Tokenizers.DIFFERENT
    try:
        read = [await split(backend, name, before, text) for backend, name in both]
    except ServerError:
        return Tokenizers.UNKNOWN if None in tables else Tokenizers.ALIKE
    return Tokenizers.ALIKE if read[0] == read[1] else Tokenizers.DIFFERENT


async def _pieces(backend: Backend, model: str, before: Framed, text: str) -> list[bytes] | None:
    """Return the tokens that a text is read in, and those before it; None where the server doesn't tell."""
    if backend.info.dialect.scores_prompts:
        read = await backend.prompt_tokens(model, before.text + text, 1, rendered=before.rendered)
        return [chunk.text.encode() for chunk in read]
    if backend.info.dialect.echoes:
        try:
            read = await backend.prompt_tokens(model, before.text + text, 1, rendered=before.rendered)
        except ServerError:
            return None
        return [chunk.text.encode() for chunk in read]
    return await backend.pieces(model, before.text + text)


class Scorer:
    """The scoring of texts by one model."""

    def __init__(self, backend: Backend, model: str, *, alternatives: int, ahead: int = AHEAD) -> None:
        self._backend = backend
        self._model = model
        self._alternatives = alternatives
        self._ahead = ahead
        self._reads = backend.info.dialect.scores_prompts or backend.info.dialect.echoes
        """Whether the server tells the log-probabilities of a prompt, as far as is known."""
        self._leads = backend.info.dialect.leads
        """Whether the server can be led, as far as is known."""
        self.requests = 0
        """Requests sent so far."""
        self.tokens = 0
        """Tokens that were written for them."""

    async def along(
        self, before: Framed, tokens: Sequence[str], *, ended: bool, start: int = 0
    ) -> AsyncGenerator[Position, None]:
        """Yield the positions of a text, in order, with the model's distribution at each.

        Args:
            before: what stands before the text.
            tokens: the text, as its writer wrote it.
            ended: whether its end is a position too.
            start: the first position to ask about; those before it had lists.

        Raises ServerError, and NoLogprobsError. To leave early, use `aclosing`; nothing is asked any more then.
        """
        if self._reads and start < len(tokens):
            try:
                read = await self._from_prompt(before, tokens)
            except ServerError:
                if self._backend.info.dialect.scores_prompts:
                    raise
                self._reads, read = False, []  # as below: going on along the text does, or fails as well
            for position in read[start:]:
                yield _compared(position, before)
            start = len(read) or start
        if self._leads and start < len(tokens):
            try:
                async with aclosing(self._led(before, tokens, start)) as led:
                    async for position in led:
                        yield _compared(position, before)
                        start = position.index + 1
            except ServerError:
                # An older one, or a text that it can't be made to write. Going on along it does, or fails as well.
                self._leads = False
        async with aclosing(self._run_ahead(before, tokens, start, ended=ended)) as ahead:
            async for position in ahead:
                yield _compared(position, before)

    # Prompt log-probabilities

    async def _from_prompt(self, before: Framed, tokens: Sequence[str]) -> list[Position]:
        """Return all positions from one request: the prompt's own log-probabilities, which vLLM tells."""
        text = "".join(tokens)
        if not text:
            return []
        self.requests += 1
        self.tokens += 1
        read = await self._backend.prompt_tokens(
            self._model, before.text + text, self._alternatives, rendered=before.rendered
        )
        if not any(chunk.alternatives for chunk in read):
            raise NoLogprobsError(_none_given(self._backend, self._model))
        # From the end, since what stands at the beginning may have no text.
        starts, at = dict[int, Chunk](), len(text)
        for chunk in reversed(read):
            at -= len(chunk.text)
            if chunk.text:
                starts[at] = chunk
            if at <= 0:
                break
        positions, at = [], 0
        for index, token in enumerate(tokens):
            found = starts.get(at)
            at += len(token)
            if found is None or found.text != token:
                positions.append(Position(index=index, token=token, missing=Missing.RESPLIT))
            elif not found.alternatives:
                positions.append(Position(index=index, token=token, missing=Missing.NO_LIST))
            else:
                positions.append(
                    Position(index=index, token=token, logprob=found.logprob, alternatives=found.alternatives)
                )
        return positions

    # Led along

    async def _led(self, before: Framed, tokens: Sequence[str], start: int) -> AsyncGenerator[Position, None]:
        """Have the model write the very text, in parts, since its lists are from before it is made to.

        It is led along the tokens in which it reads the text; where the writer had others, there is no list.
        """
        read = await self._backend.reading(self._model, before.text + "".join(tokens)) or []
        along = Along(tokens, start)
        # Counted from the end, since what stands at the beginning may have no text.
        sizes = accumulate((len(token.content) for token in reversed(read)), initial=0)
        places = [along.length - size for size in sizes][:0:-1]
        first = next((number for number, place in enumerate(places) if place >= along.place), len(read))
        listed = start > 0
        for begun, ended in parts(read, max(first, 1), self._ahead):
            at, numbers = begun, [token.number for token in read[:ended]]
            request = self._request(before, (), ended - begun)
            self.requests += 1
            async with aclosing(self._backend.led(request, numbers[:begun], numbers[begun:])) as chunks:
                async for chunk in chunks:
                    self.tokens += 1
                    listed = listed or bool(chunk.alternatives)
                    if not listed and along.index - start >= _PATIENCE:
                        raise NoLogprobsError(_none_given(self._backend, self._model))
                    # A control token is written without its text.
                    here = next((n for n in range(at, ended) if read[n].content == chunk.text.encode()), None)
                    if here is None:
                        continue
                    at = here + 1
                    for position in along.up_to(places[here]):
                        yield position
                    if (found := along.advance(places[here], chunk)) is not None:
                        yield found
        for position in along.up_to(along.length):
            yield position

    # Run-ahead

    async def _run_ahead(
        self, before: Framed, tokens: Sequence[str], start: int, *, ended: bool
    ) -> AsyncGenerator[Position, None]:
        """Let the model go on from a position for as long as it writes what the text has.

        While it does, its distributions are those along the text. Where it first writes something else, its list at
        that place still holds, and the next request begins behind it.
        """
        last = len(tokens) + ended
        at = start
        listed = start > 0
        others = await self._other_tokens(before.text, tokens) if start < len(tokens) else frozenset[int]()
        while at < last:
            if at in others:
                yield nowhere(at, tokens, Missing.RESPLIT)
                at += 1
                continue
            resplit = not await self._reads_alike(before.text, tokens[:at])
            begun = at
            async with aclosing(self._backend.stream(self._request(before, tokens[:at], last - at))) as items:
                self.requests += 1
                async for item in items:
                    if isinstance(item, Chunk):
                        position = position_of(at, tokens, item, resplit=resplit)
                        listed = listed or bool(item.alternatives)
                        if not listed and at - start >= _PATIENCE:
                            raise NoLogprobsError(_none_given(self._backend, self._model))
                        at += 1
                        self.tokens += 1
                        yield position
                        if at >= last or at in others or item.text != position.token:
                            break
                    elif isinstance(item, Ending):
                        if item.end.failed:
                            raise ServerError(item.message, Fault.FAILED)
                        if item.end is End.STOP or at == begun:
                            # It ends here, or wrote a part of a character, which has no text of its own.
                            missing = Missing.ENDS if item.end is End.STOP else Missing.RESPLIT
                            yield nowhere(at, tokens, missing)
                            at += 1
        if not listed and len(others) < len(tokens):
            raise NoLogprobsError(_none_given(self._backend, self._model))

    def _request(self, before: Framed, tokens: Sequence[str], left: int) -> Request:
        sampling: Sampling = _GREEDY.on("num_predict", max(1, min(self._ahead, left)))
        return Request(
            model=self._model,
            mode=Mode.COMPLETION,
            prompt=before.text + "".join(tokens),
            sampling=sampling,
            logprobs=self._alternatives,
            rendered=before.rendered,
        )

    async def _reads_alike(self, before: str, tokens: Sequence[str]) -> bool:
        """Return whether a text is read up to the same last token; True where the server doesn't tell.

        Cut within what a model would read as one token, it is read as other ones, and what follows them is no longer
        what follows the text.
        """
        if not tokens:
            return True
        pieces = await self._backend.pieces(self._model, before + "".join(tokens))
        return pieces is None or pieces[-1:] == [tokens[-1].encode()]

    async def _other_tokens(self, before: str, tokens: Sequence[str]) -> frozenset[int]:
        """Return the positions whose tokens aren't those in which this model reads the text."""
        text = "".join(tokens).encode()
        pieces = await self._backend.pieces(self._model, before + "".join(tokens)) if text else None
        if pieces is None:
            return frozenset()
        read, at = set[tuple[int, bytes]](), len(text)
        for piece in reversed(pieces):
            at -= len(piece)
            read.add((at, piece))
            if at <= 0:
                break
        others, at = set[int](), 0
        for index, token in enumerate(tokens):
            if (at, token.encode()) not in read:
                others.add(index)
            at += len(token.encode())
        return frozenset(others)


_PATIENCE: Final = 8
"""Positions without a list, after which the server is taken to give none: one or two are lost now and then."""


def _compared(position: Position, before: Framed) -> Position:
    """Return a position, without its list if the prompt decides what a first token looks like."""
    if position.index or before.own or position.missing:
        return position
    return Position(index=0, token=position.token, end=position.end, missing=Missing.START)


def _none_given(backend: Backend, model: str) -> str:
    return f"{none_told(backend.info, model, Mode.COMPLETION)} Without them nothing can be compared."
