"""How a tidy request comes to look typed: lower case, lost punctuation, slips of the finger, chat spellings."""

from __future__ import annotations

import re
from random import Random

CHAT = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "what is": "whats", "what's": "whats", "what": "wat",
    "thanks": "thx", "because": "cuz", "people": "ppl", "to": "2", "for": "4", "going to": "gonna", "want to": "wanna",
    "tell me": "tell me pls", "how do i": "how do u", "i am": "im", "i don't know": "idk", "and": "n", "with": "w",
    "really": "rly", "about": "abt", "something": "smth", "someone": "sb", "without": "w/o", "who is": "whos",
    "how do you": "how do u", "the": "teh", "the ": "da ",
}  # fmt: skip
CHAT_SOFT = ("you", "your", "are", "please", "what is", "what's", "thanks", "i am", "want to", "going to", "who is")
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z]{4,}")
SPARED = ("country", "countries", "count", "shut", "shot", "sheet", "shift", "shirt", "class", "assets")
"""Beginnings of words that one slip makes rude."""


def sentence(text: str) -> str:
    """Capitals where a careful writer has them: the first letter and the pronoun I."""
    text = re.sub(r"\bi\b(?=$|[ ,.?!'])", "I", text)
    for at, letter in enumerate(text):
        if letter.isalpha():
            return text[:at] + letter.upper() + text[at + 1 :]
    return text


def slip(text: str, rng: Random) -> str:
    """One slip of the finger in one longer word: letters swapped, dropped, doubled or hit beside."""
    words = [word for word in WORD.finditer(text) if not word.group().lower().startswith(SPARED)]
    if not words:
        return text
    word = words[int(rng.random() * len(words))]
    at = word.start() + 1 + int(rng.random() * (len(word.group()) - 2))
    what = rng.random()
    if what < 0.35:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if what < 0.65:
        return text[:at] + text[at + 1 :]
    if what < 0.85:
        return text[:at] + text[at] + text[at:]
    near = NEIGHBOURS.get(text[at].lower(), text[at])
    return text[:at] + near[int(rng.random() * len(near))] + text[at + 1 :]


def chatty(text: str, rng: Random) -> str:
    """Some words as chat writes them."""
    for word in CHAT_SOFT if rng.random() < 0.7 else CHAT:
        if rng.random() < 0.6 and word in text:
            text = re.sub(rf"\b{re.escape(word)}\b", CHAT[word], text)
    return text


def is_question(text: str) -> bool:
    """Whether a tidy writer would end it with a question mark."""
    tail = re.split(r"[:.!,] ", text.lower())[-1]
    return bool(
        re.match(
            r"(what|who|where|when|why|which|how|is|are|do|does|did|can|could|would|will|should|am|was|were|has|have|any|whats|got)\b"
            r"(?!'s the deal)",
            tail,
        )
    ) and not re.match(r"(how to|do (it|this|a|the|my)\b)", tail)


def typed(text: str, rng: Random, question: bool | None = None) -> str:
    """A request as one visitor or another would type it; tidy in about a third of all cases."""
    asks = is_question(text) if question is None else question
    ended = text[-1:] in '?.!:")}]'
    if not text.isascii() and rng.random() < 0.8:  # other languages have slips of their own, and no "pls"
        return sentence(text) if rng.random() < 0.5 else text
    dice = rng.random()
    if dice < 0.36:  # tidy
        text = sentence(text)
        if not ended:
            text += "?" if asks else rng.choice(("", "", ".", "!"))
    elif dice < 0.66:  # lower case, nothing at the end
        text = text.lower() if rng.random() < 0.8 else text
        text = text.rstrip("?.")
    elif dice < 0.82:  # lower case, with a question mark
        text = text.lower() if rng.random() < 0.7 else text
        if not ended:
            text += rng.choice(("?", "?", "?", " ?", "??")) if asks else rng.choice(("", ".", "!", " pls"))
    elif dice < 0.86:
        text = text.upper() + rng.choice(("", "?", "!", "???")) * (not ended)
    elif dice < 0.93:
        text = chatty(text.lower(), rng).rstrip("?.")
        text += rng.choice(("", "?", " pls", " plz", "??", ""))
    else:  # capital at the start, nothing at the end
        text = sentence(text).rstrip("?.")
    if rng.random() < 0.16:
        text = slip(text, rng)
        if rng.random() < 0.25:
            text = slip(text, rng)
    if "'" in text and rng.random() < 0.3:
        text = text.replace("'", "")
    if rng.random() < 0.02:
        text = text.replace(" ", "  ", 1) if rng.random() < 0.5 else text + " "
    return text


def normal(text: str) -> str:
    """What is left of a request without case, punctuation and extra blanks: the form in which requests are compared."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())
