"""One pane: header, transcript and footer."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from alignscope.model.events import End, Event, Finished, Started, Token, Waiting
from alignscope.model.launch import Scroll
from alignscope.model.lineup.pane import Pane
from alignscope.model.lineup.tones import MARKS, Tone
from alignscope.model.reply import Reply
from alignscope.model.sampling import PRESETS, Preset
from alignscope.model.turn import Turn
from alignscope.text.wording import describe_settings, remarks
from alignscope.ui.widgets.pane.bars import PaneHeader
from alignscope.ui.widgets.pane.ends import end_words, message_words, missing_reply
from alignscope.ui.widgets.pane.footer import PaneFooter
from alignscope.ui.widgets.pane.held import Held
from alignscope.ui.widgets.pane.rendered import Rendered, why_not
from alignscope.ui.widgets.pane.sums import Sums
from alignscope.ui.widgets.transcript.line_widget import KeptRows
from alignscope.ui.widgets.transcript.transcript import Transcript


class PaneView(KeptRows, Widget):
    """Header, transcript and footer of one pane, for live and replayed turns alike."""

    DEFAULT_CSS = """
    PaneView {
        layout: vertical;
        width: 1fr;
        height: 1fr;
        & > .pane--empty { height: 1fr; padding: 1 2; color: $text-muted; }
        & > .pane--markdown { height: 1fr; padding: 0 1; }
        &.-focused > PaneHeader { background: $panel; color: $foreground; }
        &.-focused > PaneHeader > .pane-header--name { text-style: bold reverse; }
        /* A terminal's own colours may not be readable on one another. */
        &.-focused:ansi > PaneHeader { background: $background; text-style: bold underline; }
    }
    """
    BLANK = True  # covered by what is in it

    @dataclass
    class HeaderClicked(Message):
        """The mouse clicked on the header."""

        view: "PaneView"

    def __init__(
        self,
        pane: Pane,
        *,
        tone: Tone = "base",
        default_server: str = "",
        server_names: Mapping[str, str] | None = None,
        empty_text: Callable[[Pane], str] = lambda pane: "",
        retry_hint: str = "",
        presets: Sequence[Preset] = tuple(PRESETS.values()),
        clock: Callable[[], float] = time.monotonic,
        scroll: Scroll = "hold",
        sums: Sums | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """
        Args:
            default_server: URL of the server that the header leaves out.
            server_names: names of servers by URL.
            empty_text: gives the text of a pane without a turn.
            retry_hint: text added to the message of a failed reply.
            presets: presets that describe the sampling beside a prompt.
            clock: returns seconds, for the time that a reply has been waited for.
            scroll: what to keep in view of a reply that outgrows the pane.
            sums: what samples come to, which the panes of a screen share.
        """
        super().__init__(id=id, classes=classes)
        self.pane = pane
        self.tone = tone
        self.default_server = default_server
        self._server_names = server_names or {}
        self.retry_hint = retry_hint
        self._presets = presets
        self.turns: list[Turn] = []
        self._samples: list[int] = []  # by turn
        self.replies: dict[int, Reply] = {}
        """Replies of the last turn by sample, empty before they begin."""
        self.shown_sample: int | None = 1
        """The sample in view, or None for all."""
        self.transcript = Transcript(scroll=scroll, classes=f"-{tone}")
        self.transcript.show_sample(self.shown_sample)
        self._header = PaneHeader(MARKS[tone], classes=f"-{tone}")
        self.held = Held(self)
        """What is drawn at a pace."""
        self._footer = PaneFooter(clock, self.held.undrawn)
        self._empty_text = empty_text
        self._sums = sums or Sums()
        self._rendered = Rendered(self._show_below)

    def compose(self) -> ComposeResult:
        """Yield header, placeholder and footer; `mount_transcript` adds the transcript later."""
        from textual.widgets import Static

        yield self._header
        self._empty = Static(self._empty_text(self.pane), classes="pane--empty", markup=False)
        yield self._empty
        yield self._footer

    def on_mount(self) -> None:
        """Fill the header and show the placeholder."""
        self.set_pane(self.pane)
        self._show_body()

    def on_click(self, event: events.Click) -> None:
        """Post a click on the header."""
        if self._header.region.contains_point(event.screen_offset):
            self.post_message(self.HeaderClicked(self))

    # The pane and its turns

    def set_pane(self, pane: Pane, default_server: str | None = None) -> None:
        """Show another model, server or mode; the turns stay."""
        self.pane = pane
        if default_server is not None:
            self.default_server = default_server
        server = "" if pane.server == self.default_server else self._server_names.get(pane.server, pane.server)
        self._header.set_pane(pane.name, pane.model, pane.mode, server, unlinked=pane.sampling is not None)
        if self.children and self._empty.content != (text := self._empty_text(pane)):  # and composed
            self._empty.update(text)

    def set_tone(self, tone: Tone) -> None:
        """Set the colour and the mark."""
        if tone == self.tone:
            return
        for part in (self._header, self.transcript):
            part.remove_class(f"-{self.tone}")
            part.add_class(f"-{tone}")
        self._header.set_mark(MARKS[tone])
        self.tone = tone

    def set_paused(self, paused: bool) -> None:
        """Set whether the clock of a recording is paused."""
        self._footer.set_paused(paused)

    def begin_turn(self, turn: Turn) -> None:
        """Show a turn's prompt and settings, and wait for its replies."""
        self.held.release()
        self._footer.begin()
        self._add(turn, self.pane.name, {})
        if self.shown_sample not in (None, 1):
            self.shown_sample = 1
            self.transcript.show_sample(1)
        self._show_plain()

    def show_remarks(self, turn: Turn) -> None:
        """Show a turn's verdict and note as they are now, if the turn is here."""
        for place, each in enumerate(self.turns):
            if each.number == turn.number:
                self.transcript.set_remarks(place, remarks(turn))

    def retry(self) -> None:
        """Wait anew for the last turn's replies, which the turn has forgotten, and for none that went on from them."""
        self.set_turns([(turn, self.pane.name) for turn in self.turns], keep=True, began=None)
        if self.shown_sample is not None and self.shown_sample > len(self.replies):
            self.show_sample(1)

    def update_reply(self, reply: Reply, event: Event) -> None:
        """Replace a reply of the last turn by its state after an event."""
        sample = reply.sample
        if sample not in self.replies:
            return
        self.replies[sample] = reply
        match event:
            case Token():
                if sample not in self.held:
                    self.transcript.append(event.text, event.thinking, sample)
                if len(reply.texts) > 1:
                    self._footer.refresh_soon()
                    return
            case Finished() if sample in self.held:
                self.held.end(reply)
            case Finished():
                self.draw_end(reply)
            case Waiting() | Started():
                pass
            case _:
                assert_never(event)
        self._footer.show(self.replies, self.shown_sample)

    def draw_tokens(self, reply: Reply, start: int, stop: int) -> None:
        """Draw a reply's tokens from index `start` to before `stop`, below those that are drawn."""
        for thinking, text in reply.slice(start, stop):
            self.transcript.append(text, thinking, reply.sample)
        self._footer.refresh_soon()

    def draw_end(self, reply: Reply) -> None:
        """Draw the end of a reply below its text."""
        self.transcript.end_turn(end_words(reply), message_words(reply, self.retry_hint), reply.sample)
        self.sum_up()

    def sum_up(self) -> None:
        """Show below the last turn what its samples come to, once all panes' have ended and this one's are drawn."""
        if self.turns and not self.held.drawn:
            self.transcript.sum_up(len(self.turns) - 1, self._sums.of(self.turns[-1], self.pane.name))

    def set_turns(
        self,
        turns: Sequence[tuple[Turn, str]],
        *,
        keep: bool = False,
        show_end: bool = False,
        missing: End | None = None,
        began: float | None = 0.0,
    ) -> None:
        """Replace all turns. Turns before the last that have the same numbers stay as they are.

        Args:
            turns: turns, each with this pane's name in it.
            keep: leave the view at its place while the last turn has the number that it had.
            show_end: have the end in view, and follow it if that isn't the turn's beginning too.
            missing: end of the replies that a turn doesn't have; None to wait for them.
            began: when the last turn began on the pane's clock; None for now.
        """
        anchor = self.transcript.scroll_anchor
        keep = keep and bool(turns and self.turns) and turns[-1][0].number == self.turns[-1].number
        at, line = (anchor.at, anchor.place) if keep else (anchor.mode, None)
        kept = max(0, min(len(self.turns), len(turns)) - 1)
        if [turn.number for turn in self.turns[:kept]] != [turn.number for turn, _ in turns[:kept]]:
            kept = 0
        del self.turns[kept:], self._samples[kept:]
        self.held.clear()
        self.replies = {}
        self.transcript.truncate(kept)
        for place, (turn, name) in enumerate(turns[kept:], kept + 1):
            self._add(turn, name, turn.replies_of(name), missing)
            anchor.at = "follow" if show_end else at or anchor.mode
            for sample, reply in self.replies.items():
                end = end_words(reply) if reply.end is not None else ""
                hidden, message = place < len(turns), message_words(reply, self.retry_hint)
                self.transcript.fill(sample, reply.text, reply.thinking, end=end, message=message, hidden=hidden)
            self.transcript.sum_up(place - 1, self._sums.of(turn, name))
        self._footer.begin(began)
        self._show_plain()
        if show_end and anchor.holds_all:
            anchor.begin()
        self.transcript.settle(line if at is None and not show_end else None)

    def _add(self, turn: Turn, name: str, replies: Mapping[int, Reply], missing: End | None = None) -> None:
        samples = turn.samples_of(name)
        self.turns.append(turn)
        self._samples.append(samples)
        self.replies = {
            sample: replies.get(sample) or missing_reply(self.pane.name, sample, missing)
            for sample in range(1, samples + 1)
        }
        sampling, *others = describe_settings(turn.settings, self._presets)
        settings = " · ".join([*others, sampling])  # a scaffold tells more, and a narrow pane cuts off what stands last
        self.transcript.begin_turn(turn.number, turn.prompt, settings, samples, remarks(turn))

    @property
    def running(self) -> bool:
        """Whether a reply of the last turn hasn't ended."""
        return any(reply.end is None for reply in self.replies.values())

    def reply_text(self) -> str:
        """Return the raw text of the last turn's reply in view, or of all replies."""
        if self.shown_sample is None or not self.replies:
            return "\n\n".join(reply.text for reply in self.replies.values())
        return self.replies[min(self.shown_sample, len(self.replies))].text

    @property
    def samples(self) -> int:
        """Largest number of samples in a turn."""
        return max(self._samples, default=1)

    def show_sample(self, sample: int | None) -> None:
        """Show one sample of every turn, or with None all of them, stacked."""
        self.shown_sample = sample
        self._show_plain()
        self.transcript.show_sample(sample)

    def toggle_markdown(self) -> str:
        """Show the last reply as Markdown or plain. Returns why it can't be done, or an empty string."""
        if self._rendered.shown:
            self._show_plain()
            return ""
        text = self.reply_text()
        if problem := why_not(self.pane.mode, text, self.running):
            return problem
        self.held.draw_all()
        self._rendered.open(text, self, self._footer)
        self._show_body()
        return ""

    @property
    def markdown(self) -> bool:
        """Whether the last reply is shown as Markdown."""
        return self._rendered.shown

    def _show_plain(self) -> None:
        self._rendered.close()
        self._show_body()

    def mount_transcript(self) -> None:
        """Mount the transcript, hidden until there is a turn; neither first frame nor first token waits for that."""
        if self.children and self.transcript.parent is None:  # composed
            self.mount(self.transcript, after=self._empty)
            self.transcript.display = False

    def _show_body(self) -> None:
        if self.children:  # composed
            if self.turns:
                self.mount_transcript()
            self._empty.display = not self.turns
            self.transcript.display = bool(self.turns) and not self._rendered.shown
        self._footer.show(self.replies, self.shown_sample)

    # The place in view

    def keep_in_view(self, scroll: Scroll) -> None:
        """Go to the last turn's beginning, or to the end, and do so at every further turn."""
        self.transcript.scroll_anchor.set_mode(scroll)
        self._rendered.scroll_to(scroll)

    def go_to_turn(self, number: int) -> None:
        """Bring the beginning of a turn to the top."""
        if self._rendered.shown:
            if number == self.turns[-1].number:
                self._rendered.scroll_to("hold")
                return
            self._show_plain()
        self.transcript.scroll_anchor.go(number)

    def on_transcript_below_changed(self, message: Transcript.BelowChanged) -> None:
        """Show how many rows are below the view."""
        message.stop()
        self._show_below()

    def _show_below(self) -> None:
        rendered = self._rendered
        self._footer.set_below(rendered.below if rendered.shown else self.transcript.scroll_anchor.below)

    def on_descendant_focus(self) -> None:
        """Mark the header as focused."""
        self.add_class("-focused")  # Textual doesn't draw a child anew for its parent's :focus-within

    def on_descendant_blur(self) -> None:
        """Remove the mark."""
        self.remove_class("-focused")
