"""Log-probabilities that a server was asked for and didn't give, found out by what came."""

import math
from enum import StrEnum
from typing import Final

from alignscope.backends.base import Chunk, Request, ServerInfo
from alignscope.model.lineup.pane import Mode
from alignscope.text.wording import counted

_WHOLE: Final = 0.999
"""Probability of all listed tokens together, from which on a short list may be all that there is to list."""


class Lack(StrEnum):
    """The kind of log-probabilities that were missing."""

    ALL = "all"
    ZEROS = "zeros"
    """Figures of 0, certainty, without a list: what speculative decoding leaves of tokens that it had right."""
    TOKENS = "tokens"
    """Figures of more than half of the tokens."""
    ALTERNATIVES = "alternatives"
    """A part of the alternatives, for more than half of the tokens that have figures."""


class Tally:
    """Counts what came with the tokens of one reply. Thinking isn't counted: no server tells its figures."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.asked = True
        """Whether the request as it was sent asked for them: not if the server had refused that."""
        self.tokens = 0
        """Pieces of text."""
        self.told = 0
        """Those with a log-probability."""
        self.zeros = 0
        """Those with one of 0, and no list."""
        self.short = 0
        """Those with fewer alternatives than were asked for, and more to list."""
        self.longest = 0
        """Number of alternatives in the longest list."""

    def add(self, chunk: Chunk) -> None:
        """Count a piece."""
        if chunk.thinking:
            return
        self.tokens += 1
        if chunk.logprob is None:
            return
        self.told += 1
        listed = chunk.alternatives
        self.zeros += chunk.logprob == 0 and not listed
        self.longest = max(self.longest, len(listed))
        if len(listed) < (self.request.logprobs or 0):
            self.short += math.fsum(math.exp(min(each.logprob, 0.0)) for each in listed) < _WHOLE

    @property
    def lack(self) -> Lack | None:
        """The log-probabilities that were missing; None if none were, or if too little came to tell.

        Single tokens go without figures on any server: parts of characters, and text that was held back.
        """
        if self.tokens < 2:
            return None
        if not self.told:
            return Lack.ALL
        # Where no lists were asked for, a figure of 0 may be a sure token's.
        if self.zeros and (self.request.logprobs or self.zeros == self.tokens):
            return Lack.ZEROS
        if self.told * 2 < self.tokens:
            return Lack.TOKENS
        if self.short * 2 > self.told:
            return Lack.ALTERNATIVES
        return None


class Lacks:
    """Messages about missing log-probabilities, once for each server, model and mode, and not at every turn."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str, Mode, Lack]] = set()

    def note(self, info: ServerInfo, tally: Tally) -> str:
        """Return what a complete reply lacked, in a sentence for the person; "" if nothing, or if it was said."""
        request, lack = tally.request, tally.lack
        if tally.tokens and not tally.told and info.lacks_logprobs:
            lack = Lack.ALL
        if request.logprobs is None or lack is None or not (tally.asked or info.lacks_logprobs):
            return ""
        key = (info.url, request.model, request.mode, lack)
        if key in self._said:
            return ""
        self._said.add(key)
        of = f"of {request.model} in {request.mode} mode"
        match lack:
            case Lack.ALL:
                return none_told(info, request.model, request.mode)
            case Lack.ZEROS:
                return (
                    f"{info.label} told zeros in place of log-probabilities for {tally.zeros:,} of "
                    f"{counted(tally.tokens, 'token')} {of}. Speculative decoding does that: a server that is started "
                    "without a draft model tells them."
                )
            case Lack.TOKENS:
                return (
                    f"{info.label} told log-probabilities for only {tally.told:,} of {counted(tally.tokens, 'token')} "
                    f"{of}; the others have none."
                )
            case Lack.ALTERNATIVES:
                return (
                    f"{info.label} told {counted(tally.longest, 'alternative')} to a token {of} where "
                    f"{request.logprobs} were asked for."
                )


def none_told(info: ServerInfo, model: str, mode: Mode) -> str:
    """Return that a server tells no log-probabilities, and why, if that is known."""
    return info.lacks_logprobs or (
        f"{info.label} was asked for log-probabilities of {model} in {mode} mode, and told none: another server or a "
        "newer version of this one may tell them."
    )
