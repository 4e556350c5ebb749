"""The log-probabilities of a prompt's own tokens, in the forms of the servers that tell them."""

from typing import Any

from tests.standin.replies.language import tokenised
from tests.standin.replies.script import Script


def scored(script: Script, prompt: str, number: int) -> dict[str, Any]:
    """A choice as vLLM answers with: for each token its own figures first, then the likeliest; None for the first."""
    rows: list[dict[str, Any] | None] = []
    text, ids = "", dict[str, int]()
    for token in tokenised(prompt):
        if script.language is not None:
            row = {token: script.language.logprob(text, token)} | dict(script.language.tops(text, number))
            listed = {
                str(ids.setdefault(each, len(ids))): {"logprob": value, "rank": rank, "decoded_token": each}
                for rank, (each, value) in enumerate(row.items())
            }
            rows.append(listed if text else None)
        text += token
    return {"index": 0, "text": " x", "logprobs": None, "finish_reason": "length", "prompt_logprobs": rows}


def echoed(script: Script, prompt: str, number: int) -> dict[str, Any]:
    """A choice with the prompt before its text, and the older parallel lists for all of it."""
    return _choice(script, [*tokenised(prompt), " x"], "", number)


def whole(script: Script, prompt: str, number: int) -> dict[str, Any]:
    """A choice with the same lists for what was written, from a server that passes `echo` over."""
    return _choice(script, [str(piece) for piece in script.tokens(chat=False)], prompt, number)


def _choice(script: Script, tokens: list[str], text: str, number: int) -> dict[str, Any]:
    own: list[float | None] = []
    tops: list[dict[str, float] | None] = []
    for token in tokens:
        known = script.language if text else None
        own.append(known.logprob(text, token) if known else None)
        tops.append(dict(known.tops(text, number)) if known else None)
        text += token
    lists = {"tokens": tokens, "token_logprobs": own, "top_logprobs": tops, "text_offset": []}
    return {"index": 0, "text": "".join(tokens), "logprobs": lists, "finish_reason": "length"}
