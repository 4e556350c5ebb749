"""Frames: what stands before a reply when a model is asked about it."""

from collections.abc import Sequence
from typing import Final

from alignscope.backends.base import Backend
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.score import Frame
from alignscope.model.turn import TurnSettings
from alignscope.run.compose import Exchange, compose

HELP: Final = {
    Frame.CHAT: "what the reply's own model read, template and all",
    Frame.QA: "the prompt as a question in a list of questions and answers",
    Frame.BARE: "the prompt alone",
}


class Framed:
    """A prompt in its frame."""

    def __init__(self, frame: Frame, text: str, *, own: bool, rendered: bool = False) -> None:
        self.frame = frame
        self.text = text
        self.own = own
        """Whether the reply's own model read the very same; else its first token is no comparison."""
        self.rendered = rendered
        """Whether it is a chat as its template renders it, which has all special tokens."""


async def framed(
    frame: Frame,
    prompt: str,
    writer: Pane,
    settings: TurnSettings,
    backend: Backend,
    history: Sequence[Exchange] = (),
) -> Framed:
    """Return the text that stands before a reply.

    Args:
        writer: the pane whose reply it is.
        backend: the server of that pane, which renders its chats.
        history: exchanges before the prompt that the writer had read, oldest first.

    Raises ServerError where that server can't show what it made of a chat.
    """
    request = compose(writer, prompt, settings, history)
    if frame is Frame.CHAT and writer.mode is Mode.CHAT:
        text = await backend.render(writer.model, request.messages, think=settings.think)
        return Framed(frame, text, own=True, rendered=True)
    scaffold = {Frame.QA: "qa", Frame.BARE: BARE, Frame.CHAT: settings.scaffold}[frame]
    text = backend.literal(
        writer.model, SCAFFOLDS[scaffold].document(((each.prompt, each.reply) for each in history), prompt)
    )
    return Framed(frame, text, own=writer.mode is Mode.COMPLETION and scaffold == settings.scaffold)
