"""A loopback server that speaks enough of Ollama's API to send tokens fast, in a process of its own.

A model's name says what it sends: `bench:TOKENS-RATE`, with a rate of tokens a second, 0 for as fast as it can, or
`bench:TOKENS-RATE-OTHER`, where a chat has another number of tokens.
In a paced stream every seventh token is a marker, and its name and moment are printed as it is sent.
"""

import asyncio
import json
import random
import re
import sys
import time
from functools import cache
from typing import Final

_MODEL: Final = re.compile(r"bench:(\d+)-(\d+)(?:-(\d+))?")
_VERSION: Final = "0.32.15"
_BATCH: Final = 64
MARKER_EVERY: Final = 7
"""Tokens; not a whole number of frames, so that markers come at any moment between two frames."""


def tokens(count: int, seed: int) -> list[str]:
    """Words as a model might cut them, some of them beginning a paragraph; always the same."""
    source = random.Random(seed)
    words = ["".join(source.choices("etaoinshrdlu", k=source.randint(1, 7))) for _ in range(800)]
    return [
        "\n\n" if source.random() < 0.012 else " " * (source.random() < 0.8) + source.choice(words)
        for _ in range(count)
    ]


def _line(path: str, model: str, text: str, *, done: bool = False) -> bytes:
    body: dict[str, object] = {"model": model, "created_at": "2026-11-21T00:00:00Z", "done": done}
    if path == "/api/chat":
        body["message"] = {"role": "assistant", "content": text}
    else:
        body["response"] = text
    if done:
        body |= {"done_reason": "stop", "eval_count": 1, "eval_duration": 1_000_000}
    return json.dumps(body).encode() + b"\n"


@cache
def _lines(path: str, model: str) -> list[bytes]:
    """The lines of a reply, without its end. Made once, so that the server costs little beside who is measured."""
    match = _MODEL.fullmatch(model)
    count = int(match[1]) if match else 10
    if match and match[3] and path == "/api/chat":
        count = int(match[3])
    return [_line(path, model, text) for text in tokens(count, 1 if path == "/api/chat" else 2)]


@cache
def _whole(path: str, model: str) -> list[bytes]:
    """A reply that is sent as fast as it can, in parts that are written at once."""
    lines = _lines(path, model)
    batches = [b"".join(lines[first : first + _BATCH]) for first in range(0, len(lines), _BATCH)]
    return [*map(_chunk, batches[:-1]), b"".join(map(_chunk, [*batches[-1:], _end(path, model)])) + _chunk(b"")]


def _end(path: str, model: str) -> bytes:
    who = "c" if path == "/api/chat" else "g"
    return _line(path, model, f" END{who}") + _line(path, model, "", done=True)


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


async def _stream(writer: asyncio.StreamWriter, path: str, model: str) -> None:
    match = _MODEL.fullmatch(model)
    rate = int(match[2]) if match else 0
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
    if not rate:
        for part in _whole(path, model):
            writer.write(part)
            await writer.drain()
        return
    start = time.monotonic()
    for number, line in enumerate(_lines(path, model)):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        if number % MARKER_EVERY == 0:
            name = f"m{'c' if path == '/api/chat' else 'g'}{number:05d}"
            print(name, time.monotonic(), flush=True)
            line = _line(path, model, f" {name} ")
        writer.write(_chunk(line))
        await writer.drain()
    writer.write(_chunk(_end(path, model)) + _chunk(b""))
    await writer.drain()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            _, path, _ = head.decode().split(" ", 2)
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = json.loads(await reader.readexactly(int(length[1])) if length else b"{}")
            if path in ("/api/generate", "/api/chat"):
                await _stream(writer, path, body["model"])
                continue
            template = "{{ .Prompt }}"
            reply = json.dumps(
                {"version": _VERSION, "models": [], "template": template, "capabilities": ["completion"]}
            )
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(reply), reply.encode())
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
