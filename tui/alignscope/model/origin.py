"""The origin of a reply that goes on from the beginning of another one."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec

MAX_POSITION: Final = 10**9
_Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_POSITION)]


class Kind(StrEnum):
    """The way in which a reply parts from the one that it came from."""

    ALTERNATIVE = "alternative"
    """Another token was taken, and the model went on behind it."""
    REROLL = "reroll"
    """The model drew again from before a token."""
    GRAFT = "graft"
    """A model went on after the first tokens of its twin."""
    BUDGET = "budget"
    """The model wrote its reply again, and its twin wrote the tokens at the few places where the two differ most."""


class Way(StrEnum):
    """The way in which a model was made to go on."""

    RAW = "raw"
    """A completion: the prompt and what was kept, as one text."""
    PREFILL = "prefill"
    """A chat whose last message is the beginning of the reply."""
    RENDERED = "rendered"
    """A completion of the chat as its template renders it, and of what was kept."""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The reply that another came from. The text that stood before is the new reply's own first tokens."""

    kind: Kind
    pane: str
    """The pane of the reply that it came from."""
    sample: Annotated[int, msgspec.Meta(ge=1, le=MAX_POSITION)]
    """And its sample."""
    position: _Count
    """Tokens of that reply, from its first, that were kept; with a graft the k that was chosen."""
    kept: _Count
    """Tokens at the new reply's beginning that it didn't generate: those kept, and the one taken."""
    taken: str = ""
    """The token taken in place of the one drawn; "" if none was."""
    by: str = ""
    """With a budget: the pane whose model writes at some places."""
    frame: str = ""
    """With a budget: what stands before the text when that one is asked, a `Frame`."""
    percent: int = 0
    """With a budget: the share of the reply's positions that the other was to write."""
    places: tuple[_Count, ...] = ()
    """With a budget: positions of both replies, ascending, at which the other was to write; `position` is the first."""
    way: Way = Way.RAW
    resplit: bool = False
    """Whether the server reads the end of what was kept as other tokens than it was written in."""
