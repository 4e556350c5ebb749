"""How a script becomes bytes on a connection, in any framing: tokens paced, counted, stopped, and broken on purpose."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.standin.replies.language import Tops
from tests.standin.replies.script import Fault, Script, Told
from tests.standin.web import Exchange, HangupError


@dataclass
class Piece:
    """One token on its way, or the last word."""

    text: str | bytes = ""
    thinking: bool = False
    done: str = ""
    """The reason for the end, on the last piece only."""
    count: int = 0
    """Tokens so far, this one included."""
    held: str = ""
    """Text of earlier tokens at its beginning, which was held back."""


class Lists:
    """The lists of a reply, token by token."""

    def __init__(self, script: Script, prompt: str, number: int) -> None:
        self._language = script.language
        self._text = prompt
        self._told = script.told
        self._number = min(number, 5) if script.told is Told.FIVE else number
        self._at = -1

    def of(self, text: str, held: str = "") -> tuple[float, Tops] | None:
        """The next token's log-probability, and the likeliest ones, however many were asked for; None untold.

        Behind text that was held back, they are those of the last token, as in llama.cpp.
        """
        token = text.removeprefix(held)
        self._text += held
        self._at += 1
        if self._told is Told.NONE or (self._told is Told.THIRD and self._at % 3):
            self._text += token
            return None
        if self._told is Told.ZEROS and self._at % 3:
            self._text += token
            return 0.0, ()
        if self._language is None:
            return -0.5, tuple((token if n == 0 else f"{token}{n}", -0.5 - n) for n in range(self._number))
        found = self._language.logprob(self._text, token), self._language.tops(self._text, self._number)
        self._text += token
        return found


def rendered(messages: Sequence[Mapping[str, Any]], *, prefills: bool = False) -> str:
    """A chat as the stand-ins' template renders it; where one `prefills`, an assistant's last message stays open."""
    if prefills and messages and messages[-1]["role"] == "assistant":
        return rendered(messages[:-1]) + str(messages[-1]["content"])
    said = "".join(f"<|{message['role']}|>{message['content']}<|end|>" for message in messages)
    return f"{said}<|assistant|>"


def quoted(text: str | bytes) -> bytes:
    """A JSON string as Go writes it: controls, `<`, `>`, `&`, U+2028 and U+2029 escaped, U+0085 and the rest raw.

    Bytes go in as they are, which is how invalid UTF-8 comes about.
    """
    if isinstance(text, bytes):
        return b'"' + text + b'"'
    body = json.dumps(text, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        if character in body:
            body = body.replace(character, f"\\u{ord(character):04x}")
    return body.encode("utf-8", "replace")


async def pieces(
    script: Script, *, chat: bool, think: bool, limit: int | None, stop: tuple[str, ...]
) -> AsyncIterator[Piece]:
    """The tokens at their times, then one piece with the reason for the end.

    Stop strings work as in the real servers: text that may become one is held back, and nothing after it is sent.
    """
    started, count, held = time.monotonic(), 0, ""
    thoughts = (script.thinking or ("Let ", "me ", "see. ")) if think else ()
    reason = "stop"
    text: str | bytes
    stream = [(thought, True) for thought in thoughts]
    source = iter(script.tokens(chat))
    while True:
        if limit is not None and count >= limit:
            reason = "length"
            break
        if stream:
            text, thinking = stream.pop(0)
        else:
            following = next(source, None)
            if following is None:
                count += 1  # the token by which a model ends is counted too, and never sent
                break
            text, thinking = following, False
        count += 1
        if script.rate:
            await asyncio.sleep(max(0.0, started + count / script.rate - time.monotonic()))
        elif count % 64 == 0:
            await asyncio.sleep(0)
        if stop and isinstance(text, str) and not thinking:
            held += text
            met = [at for s in stop if (at := held.find(s)) >= 0]
            if met:
                if min(met):
                    yield Piece(held[: min(met)], count=count)
                yield Piece(done="stop", count=count)
                return
            if any(held.endswith(s[:n]) for s in stop for n in range(1, len(s))):
                continue
            before, text, held = held.removesuffix(text), held, ""
            yield Piece(text, count=count, held=before)
            continue
        yield Piece(text, thinking, count=count)
    if held:
        yield Piece(held, count=count)
    yield Piece(done=reason, count=count)


async def send(
    exchange: Exchange,
    script: Script,
    stream: AsyncIterator[Piece],
    kind: str,
    frame: Callable[[Piece], bytes],
    broken: dict[Fault, bytes],
) -> None:
    """Write the stream, framed, with the script's fault in its place.

    Args:
        frame: a piece as the bytes that one event takes.
        broken: what a malformed line, a line that isn't an object, and an error line look like in this framing.
    """
    pending = b""
    written = 0

    async def write(data: bytes) -> None:
        nonlocal pending
        if not script.split_bytes:
            await exchange.chunk(data)
            return
        pending += data
        while len(pending) >= script.split_bytes:
            await exchange.chunk(pending[: script.split_bytes])
            pending = pending[script.split_bytes :]
            await asyncio.sleep(0)

    async for piece in stream:
        if not exchange.begun:
            exchange.begin(kind)
        if script.fault is not Fault.NONE and written >= script.after:
            await _break(exchange, script, frame(piece), broken)
            if script.fault is not Fault.MALFORMED and script.fault is not Fault.NOT_OBJECT:
                return
        data = frame(piece)
        if piece.done and pending:
            await exchange.chunk(pending)
            pending = b""
        await (exchange.chunk(data) if piece.done else write(data))
        written += 1
        exchange.seen.pieces = piece.count


async def _break(exchange: Exchange, script: Script, line: bytes, broken: dict[Fault, bytes]) -> None:
    match script.fault:
        case Fault.STALL:
            await asyncio.Event().wait()
        case Fault.CUT:
            await exchange.chunk(line[: max(1, len(line) // 2)])
            raise HangupError
        case Fault.RESET:
            await exchange.chunk(line[: max(1, len(line) // 2)])
            await asyncio.sleep(0.02)  # a reset overtakes what is still on its way
            raise HangupError(reset=True)
        case Fault.EOF:
            return
        case fault:
            await exchange.chunk(broken[fault])
