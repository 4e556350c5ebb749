"""Prompts as they were sent and as they are read: what stands before a prompt, and what in it is more than text."""

import re
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, Final

from alignscope.backends.base import Message
from alignscope.backends.openai.wire import neutralised

_SPECIAL: Final = re.compile(r"<\|[^|<>\s]{1,40}\|>|</?s>|<(?:bos|eos|start_of_turn|end_of_turn)>|\[/?INST\]|<</?SYS>>")
"""Texts that tokenizers of the common families read as special tokens, or that templates mark a conversation with."""
_MARK: Final = re.compile(r"[<\[{].*[>\]}]")
_ROLE: Final = re.compile(r"(?im)^[ \t]*(?:system|user|assistant|model|human|developer)[ \t]*:?[ \t]*$")
"""A line that only says who speaks."""
_PROBES: Final = ("Alpha", "Bravo", "Charlie")
"""Messages of a conversation that is only rendered."""


def sent_messages(request: Mapping[str, Any]) -> tuple[Message, ...]:
    """Return the conversation in a request's body; () without one."""
    listed = request.get("messages")
    return tuple(
        Message(str(each.get("role", "")), content)
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and isinstance(content := each.get("content"), str)
    )


def sent_text(request: Mapping[str, Any]) -> str:
    """Return all text in a request's body that the model reads."""
    prompt = request.get("prompt")
    texts = [prompt] if isinstance(prompt, str) else []
    return "\n".join([*texts, *(message.content for message in sent_messages(request))])


def special_tokens(texts: Iterable[str], sent: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the special tokens in a person's texts that were altered before sending, and those that went as they are.

    Args:
        sent: what was sent of these texts.
    """
    found = dict.fromkeys(token for text in texts for token in _SPECIAL.findall(text))
    altered = tuple(token for token in found if token not in sent and neutralised(token) in sent)
    return altered, tuple(dict.fromkeys(_SPECIAL.findall(sent)))


def place_of(prompt: str, rendered: str) -> tuple[int, int] | None:
    """Return how many characters stand before a prompt where it comes last, and how many it has there.

    None if it isn't there. Templates may cut the blanks around it, and special tokens in it may be altered.
    """
    for text in (prompt, neutralised(prompt), prompt.strip(), neutralised(prompt).strip()):
        if text and (place := rendered.rfind(text)) >= 0:
            return place, len(text)
    return None


def probing(system: str) -> list[Message]:
    """Return a conversation that shows, once rendered, what a template puts before every one; see `brought_in`."""
    first = [Message("system", system)] if system else []
    roles = ("user", "assistant", "user")
    return [*first, *(Message(role, text) for role, text in zip(roles, _PROBES, strict=True))]


def brought_in(rendered: str, system: str) -> str | None:
    """Return the text that a template puts before a conversation by itself, "" for none; None if that can't be told.

    What stands before the first message begins with it, and ends as what stands between two messages does.

    Args:
        rendered: the conversation of `probing` as the template renders it.
    """
    places = [rendered.find(probe) for probe in _PROBES]
    if -1 in places or places != sorted(places):
        return None
    head = rendered[: places[0]]
    between = rendered[places[1] + len(_PROBES[1]) : places[2]]
    own = _without(head.removesuffix(_common_end(head, between)), system)
    words = _ROLE.sub("", _SPECIAL.sub("\n", own)).split()
    # A mark or two that aren't known here are no text: a persona takes more words.
    said = [word for word in words if any(map(str.isalpha, word)) and not _MARK.fullmatch(word)]
    return " ".join(words) if len(said) > 1 else ""


def _without(text: str, part: str) -> str:
    for each in (part, part.strip(), neutralised(part).strip()):
        if each and each in text:
            return text.replace(each, "", 1)
    return text


def _common_end(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(one), reversed(other), strict=False))
    return "".join(char for char, _ in pairs)[::-1]
