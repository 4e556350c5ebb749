"""How a llama.cpp is led: it writes the tokens that a grammar names, and lists what it would have written."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.standin.replies.script import Fault, Script
from tests.standin.web import Exchange
from tests.standin.writing import Lists, Piece, pieces, send


async def led(exchange: Exchange, script: Script, known: Mapping[int, str], broken: Mapping[Fault, bytes]) -> bool:
    """Write them, by /completion; False, with nothing written, for numbers that aren't known.

    Args:
        known: tokens by their numbers.
        broken: what is written for a fault.
    """
    body = exchange.seen.body
    along = [int(number) for number in re.findall(r"<\[(\d+)\]>", body["grammar"])]
    if not known.keys() >= {*body["prompt"], *along}:
        return False
    lists = Lists(script, "".join(known[number] for number in body["prompt"]), int(body["n_probs"]))
    script = script.but(pieces=tuple(known[number] for number in along), endless=False)

    def frame(piece: Piece) -> bytes:
        if piece.done:
            return b'data: {"content":"","stop":true,"stop_type":"limit"}\n\n'
        entry = figures(piece, lists)
        told = {"completion_probabilities": [entry]} if entry else {}
        return b"data: " + json.dumps({"content": piece.text, "stop": False, **told}).encode() + b"\n\n"

    stream = pieces(script, chat=False, think=False, limit=body["n_predict"], stop=())
    error = {"error": {"code": 500, "message": script.error or "it failed", "type": "server_error"}}
    line = f"data: {json.dumps(error)}\n\n".encode()
    await send(exchange, script, stream, "text/event-stream", frame, {**broken, Fault.ERROR_LINE: line})
    return True


def figures(piece: Piece, lists: Lists) -> dict[str, Any] | None:
    """A token's log-probabilities as llama.cpp and OpenAI's chats write them; None untold."""
    word = piece.text if isinstance(piece.text, str) else piece.text.decode("utf-8", "replace")
    found = lists.of(word, piece.held)
    if found is None:
        return None
    tops = [{"token": token, "logprob": value} for token, value in dict(found[1]).items()]
    return {"token": word, "logprob": found[0], "top_logprobs": tops}
