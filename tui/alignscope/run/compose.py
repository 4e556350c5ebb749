"""A pane's request: its prompt in its scaffold or chat, with the turns before it."""

from collections.abc import Sequence

import msgspec

from alignscope.backends.base import Message, Request
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.turn import TurnSettings


class Exchange(msgspec.Struct, frozen=True):
    """Prompt and reply of an earlier turn, which `carry` sends along."""

    prompt: str
    reply: str


def compose(pane: Pane, prompt: str, settings: TurnSettings, history: Sequence[Exchange] = ()) -> Request:
    """Return a pane's request: a document for a completion, a conversation for a chat. `history` is oldest first."""
    request = Request(
        model=pane.model,
        mode=pane.mode,
        sampling=settings.sampling if pane.sampling is None else pane.sampling,
        logprobs=settings.logprobs,
        think=settings.think,
    )
    if pane.mode is Mode.COMPLETION:
        document = SCAFFOLDS[settings.scaffold].document(((turn.prompt, turn.reply) for turn in history), prompt)
        return msgspec.structs.replace(request, prompt=document)
    messages = [Message("system", pane.system)] if pane.system else []
    for turn in history:
        messages += [Message("user", turn.prompt), Message("assistant", turn.reply)]
    messages.append(Message("user", prompt))
    return msgspec.structs.replace(request, messages=tuple(messages))
