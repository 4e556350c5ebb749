"""One pane: who speaks, what it says, and how it goes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from alignscope.model.events import Event, Finished, Token, Waiting
from alignscope.model.pane import Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.tones import MARKS, Tone
from alignscope.text.clean import clean
from alignscope.text.wording import reply_summary
from alignscope.ui.widgets.pane.bars import PaneHeader
from alignscope.ui.widgets.pane.progress import ProgressFooter
from alignscope.ui.widgets.pane.turns import Placed, Turn
from alignscope.ui.widgets.transcript.filling import FillingTranscript
from alignscope.ui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from textual.containers import VerticalScroll

_MARKDOWN_LIMIT: Final = 200_000
"""Characters; more than that as Markdown would freeze the screen, since each paragraph is a widget."""


class PaneView(Widget):
    """A pane of the lineup: a line that says who speaks, the transcript, and a line that says how it goes.

    It knows no server: everything it shows came as events, live or replayed.
    """

    DEFAULT_CSS = """
    PaneView {
        layout: vertical;
        width: 1fr;
        height: 1fr;
        & > .pane--empty { height: 1fr; padding: 1 2; color: $text-muted; }
        & > .pane--markdown { height: 1fr; padding: 0 1; }
        &.-focused > PaneHeader { background: $panel; color: $foreground; }
        &.-focused > PaneHeader > .pane-header--name { text-style: bold reverse; }
        /* Which of a terminal's own colours can be read on which other nobody knows. */
        &.-focused:ansi > PaneHeader { background: $background; text-style: bold underline; }
    }
    """
    BLANK = True  # covered by what is in it

    @dataclass
    class HeaderClicked(Message):
        """The mouse points at what the pane is."""

        view: "PaneView"

    @dataclass
    class Focused(Message):
        """The person is in this pane now."""

        view: "PaneView"

    @dataclass
    class RetryRequested(Message):
        """The person wants this pane's failed replies tried again."""

        view: "PaneView"

    def __init__(
        self,
        pane: Pane,
        *,
        tone: Tone = "base",
        default_server: str = "",
        server_names: Mapping[str, str] | None = None,
        empty_text: str = "",
        retry_hint: str = "",
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """
        Args:
            tone: the colour and sign by which the pane is told apart.
            default_server: the server that needs no mention.
            server_names: what servers are called, by URL; those that aren't in it are told by their URL.
            empty_text: what to say while there is no turn yet.
            retry_hint: what to add to the message of a failed reply, such as which key tries again.
            clock: seconds, by which it is told how long a reply has been waited for.
        """
        super().__init__(id=id, classes=classes)
        self.pane = pane
        self.tone = tone
        self.default_server = default_server
        self._server_names = server_names or {}
        self.retry_hint = retry_hint
        self.turns: list[Turn] = []
        self.shown_sample: int | None = 1
        """The sample in view; None while all are, one below another."""
        self.transcript = FillingTranscript(classes=f"-{tone}")
        self.transcript.show_sample(self.shown_sample)
        self._header = PaneHeader(MARKS[tone], classes=f"-{tone}")
        self._footer = ProgressFooter(clock)
        self._empty_text = empty_text
        self._markdown: VerticalScroll | None = None

    def compose(self) -> ComposeResult:
        """Header, what to expect or the transcript, footer."""
        from textual.widgets import Static

        yield self._header
        yield Static(Content(self._empty_text), classes="pane--empty")
        yield self.transcript
        yield self._footer

    def on_mount(self) -> None:
        """Show what there is."""
        self.set_pane(self.pane)
        self._show_body()
        self._refresh_footer()

    def on_click(self, event: events.Click) -> None:
        """A click on the header is told to the screen."""
        if self._header.region.contains_point(event.screen_offset):
            self.post_message(self.HeaderClicked(self))

    # The pane and its turns

    def set_pane(self, pane: Pane, default_server: str | None = None) -> None:
        """Another model, server or mode; turns that were stay."""
        self.pane = pane
        if default_server is not None:
            self.default_server = default_server
        server = "" if pane.server == self.default_server else self._server_names.get(pane.server, pane.server)
        self._header.tell(pane.name, pane.model, pane.mode, server, unlinked=pane.sampling is not None)

    def wear(self, tone: Tone) -> None:
        """Another colour and sign."""
        for part in (self._header, self.transcript):
            part.remove_class(f"-{self.tone}")
            part.add_class(f"-{tone}")
        self._header.tell_sign(MARKS[tone])
        self.tone = tone

    def hold(self, held: bool) -> None:
        """Say whether the clock of a recording stands still."""
        self._footer.hold(held)

    def begin_turn(self, number: int, prompt: str, samples: int = 1, note: str = "") -> None:
        """Write the separator and wait for the events of so many samples."""
        self._footer.begin(samples)
        self.turns.append(Turn(number, prompt, {n: Reply(self.pane.name, n) for n in range(1, samples + 1)}))
        if self.shown_sample is not None:
            self.shown_sample = min(self.shown_sample, samples)
        self._leave_markdown()
        self._show_body()
        self.transcript.begin_turn(number, prompt, note, samples)
        self._refresh_footer()

    def retry(self, sample: int | None = None) -> None:
        """Empty the last turn's failed replies, or the one named, and wait for events anew."""
        if not self.turns:
            return
        turn = self.turns[-1]
        failed = [n for n, reply in turn.replies.items() if reply.failed]
        for number in failed if sample is None else [sample]:
            turn.replies[number] = Reply(self.pane.name, number)
            self._footer.wait_anew(number)
            self.transcript.reopen(number)
        self._leave_markdown()
        self._refresh_footer()

    def apply(self, event: Event) -> None:
        """Show one event of this pane's last turn."""
        if not self.turns:
            return
        replies = self.turns[-1].replies
        reply = replies.get(event.sample)
        if reply is None or reply.end is not None:
            return
        reply.apply(event)
        match event:
            case Token():
                self.transcript.append(event.text, event.thinking, event.sample)
                if len(reply.texts) == 1:
                    self._refresh_footer()
                else:
                    self._footer.look_soon()
            case Waiting(phase=phase):
                self._footer.wait(event.sample, phase)
                self._refresh_footer()
            case Finished():
                self.transcript.end_turn(_end(reply), self._message(reply), event.sample)
                self._refresh_footer()

    def place(self, turns: Sequence[Placed]) -> None:
        """Show these turns and no others, at once however long they are, with the end in view.

        Turns that are here already by their numbers and stand before the last are taken to be the same.
        """
        kept = max(0, min(len(self.turns), len(turns)) - 1)
        if [turn.number for turn in self.turns[:kept]] != [turn.number for turn in turns[:kept]]:
            kept = 0
        self._leave_markdown()
        del self.turns[kept:]
        self.transcript.keep(kept)
        for turn in turns[kept:]:
            samples = range(1, turn.samples + 1)
            replies = {n: turn.replies.get(n) or Reply(self.pane.name, n) for n in samples}
            self.turns.append(Turn(turn.number, turn.prompt, replies))
            self.transcript.begin_turn(turn.number, turn.prompt, turn.note, turn.samples)
            for number, reply in replies.items():
                end = _end(reply) if reply.end is not None else ""
                hidden, message = turn is not turns[-1], self._message(reply)
                self.transcript.fill(number, reply.text, reply.thinking, end=end, message=message, hidden=hidden)
        if turns:
            self._footer.begin(turns[-1].samples, turns[-1].began)
            if self.shown_sample is not None:
                self.shown_sample = min(self.shown_sample, turns[-1].samples)
        self._show_body()
        self.transcript.settle()
        self._refresh_footer()

    def _message(self, reply: Reply) -> str:
        hint = self.retry_hint if reply.message and reply.failed else ""
        return f"{reply.message}\n{hint}" if hint else reply.message

    def clear(self) -> None:
        """Forget every turn."""
        self.turns.clear()
        self.transcript.clear()
        self._leave_markdown()
        self._show_body()
        self._refresh_footer()

    @property
    def running(self) -> bool:
        """Whether a reply of the last turn is still to end."""
        return bool(self.turns) and any(reply.end is None for reply in self.turns[-1].replies.values())

    @property
    def failed(self) -> bool:
        """Whether a reply of the last turn failed, so that it can be tried again."""
        return bool(self.turns) and any(reply.failed for reply in self.turns[-1].replies.values())

    def action_retry(self) -> None:
        """Ask for the failed replies to be tried again."""
        if self.failed:
            self.post_message(self.RetryRequested(self))

    # What can be taken out of it

    def reply_text(self, sample: int | None = None) -> str:
        """The last turn's reply as it came: the sample named, else the one in view, else all of them."""
        if not self.turns:
            return ""
        replies = self.turns[-1].replies
        sample = self.shown_sample if sample is None else sample
        if sample is None:
            return "\n\n".join(reply.text for reply in replies.values())
        return replies[sample].text if sample in replies else ""

    def turn_text(self) -> str:
        """The last turn's prompt and reply as they came; a completion goes on where its prompt ends."""
        if not self.turns:
            return ""
        joint = "" if self.pane.mode is Mode.COMPLETION and self.shown_sample is not None else "\n\n"
        return f"{self.turns[-1].prompt}{joint}{self.reply_text()}"

    # How it is shown

    def show_sample(self, sample: int | None) -> None:
        """Show one sample of every turn, or with None all of them, one below another."""
        self.shown_sample = sample
        self._leave_markdown()
        self._show_body()
        self.transcript.show_sample(sample)
        self._refresh_footer()

    def toggle_markdown(self) -> str:
        """Show the last reply rendered as Markdown, or as it came again; "" if done, else why not."""
        if self._markdown is not None:
            self._leave_markdown()
            self._show_body()
            return ""
        text = self.reply_text()
        if self.pane.mode is not Mode.CHAT:
            return "Only a chat reply is shown as Markdown: a completion is shown exactly as it came."
        if not text or self.running:
            return "There is no finished reply to show as Markdown yet."
        if len(text) > _MARKDOWN_LIMIT:
            return f"A reply of {len(text):,} characters is too long to show as Markdown."
        from textual.containers import VerticalScroll
        from textual.widgets import Markdown

        self._markdown = VerticalScroll(Markdown(clean(text), open_links=False), classes="pane--markdown")
        self.mount(self._markdown, before=self._footer)
        self._show_body()
        self._markdown.focus()
        return ""

    @property
    def markdown(self) -> bool:
        """Whether the last reply is shown as Markdown."""
        return self._markdown is not None

    def _leave_markdown(self) -> None:
        if self._markdown is not None:
            self._markdown.remove()
            self._markdown = None

    def _show_body(self) -> None:
        if not self.children:  # nothing is composed yet
            return
        self.query_one(".pane--empty").display = not self.turns
        self.transcript.display = bool(self.turns) and self._markdown is None

    def _refresh_footer(self) -> None:
        self._footer.show(self.turns[-1].replies if self.turns else {}, self.shown_sample)

    def on_transcript_follow_changed(self, message: Transcript.FollowChanged) -> None:
        """Say how much came below the view."""
        message.stop()
        self._footer.tell_behind(message.behind)

    def on_descendant_focus(self) -> None:
        """Show and tell that the person is here."""
        self.add_class("-focused")  # Textual doesn't draw a child anew for its parent's :focus-within
        self.post_message(self.Focused(self))

    def on_descendant_blur(self) -> None:
        """Show that the person has gone."""
        self.remove_class("-focused")


def _end(reply: Reply) -> str:
    """Return the row below a reply that has ended."""
    return f"— {reply_summary(reply)}"
