"""`alignscope replay`: a session played again, here without a screen."""

import argparse
import math
import time
from collections.abc import Iterable, Iterator
from typing import assert_never

from alignscope.commands import Status, UsageError
from alignscope.commands import printing as output
from alignscope.commands.arguments import LONGEST, number
from alignscope.commands.printing import Printer
from alignscope.commands.session_args import open_session, store_in
from alignscope.model.events import Finished, Started, Token, Waiting
from alignscope.model.launch import Launch, Playback
from alignscope.model.reply import Reply
from alignscope.model.session import Session, SessionError
from alignscope.model.turn import ReplyKey, Turn
from alignscope.sessions.playback.player import INSTANT, SPEEDS, Player
from alignscope.sessions.playback.recording import Step, ended_ms
from alignscope.text.wording import moment, pane_words, reply_facts, verdict_words


def playback(arguments: argparse.Namespace) -> Playback:
    """What to play and how. Raises UsageError when something in the arguments is wrong."""
    if arguments.instant and arguments.speed is not None:
        raise UsageError("--instant and --speed exclude each other; leave one out")
    speed = INSTANT if arguments.instant else 1.0
    if arguments.speed is not None:
        speed = number("--speed", arguments.speed, SPEEDS[0], SPEEDS[-2])
    limit, start = arguments.idle_limit, arguments.start_at
    return Playback(
        name=arguments.name,
        speed=speed,
        idle_limit_ms=None if limit is None else 1000 * number("--idle-limit", limit, 0.001, LONGEST),
        start_ms=0.0 if start is None else 1000 * number("--start-at", start, 0, LONGEST),
    )


def run(launch: Launch) -> int:
    """Play to standard output, and return the exit status: 0, or 1 when the session can't be played."""
    assert launch.playback
    try:
        store = store_in(launch.sessions)
        for words in store.recover():
            output.notes().line(words)
        session = open_session(store, launch.playback.name)
        for warning in session.warnings:
            output.notes().line(f"alignscope: {warning}")
        _play(output.out(), session, launch.playback)
    except SessionError as error:
        output.notes().line(f"alignscope: {error}")
        return Status.FAILED
    except FileNotFoundError as error:
        output.notes().line(f"alignscope: {error.filename}: {error.strerror}")
        return Status.FAILED
    return Status.OK


def offer(launch: Launch) -> int:
    """Say what there is to play and how, since no session was named. Returns the exit status of wrong usage."""
    notes = output.notes()
    recordings = [entry for entry in store_in(launch.sessions).list() if entry.bundled and not entry.problem]
    if recordings:
        notes.line("Say which session to play. These came with alignscope:")
        rows = [(entry.name, entry.title, ", ".join(pane.model for pane in entry.panes)) for entry in recordings]
        for line in output.table(rows):
            notes.line(f"  {line}")
        notes.line(f"`alignscope replay {recordings[0].name}` plays the first; add --plain to do without a screen.")
    else:
        notes.line("Say which session to play, by its name or the path of its file.")
    notes.line("`alignscope sessions list` shows your own as well.")
    return Status.USAGE


def print_all(out: Printer, session: Session) -> None:
    """Print every turn with the note and the verdict on it, reply by reply: no token is decoded for that."""
    show = _Shown(out, remarks=True)
    for turn in session.turns:
        show.whole(turn, turn.replies.values())


def _play(out: Printer, session: Session, how: Playback) -> None:
    show = _Shown(out)
    if how.speed == INSTANT:
        for turn in session.turns:
            show.whole(turn, _in_order(turn))
        return
    player = Player(session.turns, speed=how.speed, idle_limit_ms=how.idle_limit_ms, start_ms=how.start_ms)
    seen = 0
    now = time.monotonic()
    while True:
        for step in player.steps(seen):
            show.apply(step)
        seen = player.count
        due = player.due_ms
        if due is None:
            break
        time.sleep(due / 1000)
        before, now = now, time.monotonic()
        player.advance((now - before) * 1000)
    show.end()


class _Shown:
    """Replies as text: one is written as it comes, and the others follow, each when the one before has ended."""

    def __init__(self, out: Printer, *, remarks: bool = False) -> None:
        """Show nothing yet.

        Args:
            remarks: whether to show what a person said of a turn, below it.
        """
        self._out = out
        self._remarks = remarks
        self._turn: Turn | None = None
        self._current: ReplyKey | None = None
        self._waiting: dict[ReplyKey, list[str]] = {}  # what has come of the others, in the order they began
        self._ended: list[ReplyKey] = []  # those of the others that have ended, in that order
        self._row_open = False

    def apply(self, step: Step) -> None:
        """Show one step."""
        match step.event:
            case None:
                self.end()
                self._begin(step.turn)
            case Token(thinking=False) as token:
                key = (token.pane, token.sample)
                if self._current is None:
                    self._head(key)
                if self._current == key:
                    self._write(token.text)
                else:
                    self._waiting.setdefault(key, []).append(token.text)
            case Finished() as finished:
                key = (finished.pane, finished.sample)
                if self._current in (None, key):
                    if self._current is None:
                        self._head(key)
                    self._foot()
                    self._next()
                else:
                    self._waiting.setdefault(key, [])
                    self._ended.append(key)
            case Token() | Started() | Waiting():
                pass
            case _:
                assert_never(step.event)

    def whole(self, turn: Turn, replies: Iterable[Reply]) -> None:
        """Show a turn at once, with its replies in this order."""
        self._begin(turn)
        for reply in replies:
            self._head((reply.pane, reply.sample))
            self._write(reply.text)
            self._foot()
        self.end()

    def end(self) -> None:
        """Show what has begun and never ended, and leave the turn."""
        while self._current is not None:
            self._foot()
            self._next()
        if self._remarks and self._turn:
            said = (("better first", verdict_words(self._turn)), ("note", self._turn.note))
            for what, words in said:
                if words:
                    self._write(f"{what}: {words}")
                    self._close_row()
                    self._out.line()
        self._turn = None

    def _begin(self, turn: Turn) -> None:
        self._turn = turn
        self._out.line(f"══ turn {turn.number} · {moment(turn.at)} ══")
        self._write(turn.prompt)
        self._close_row()
        self._out.line()

    def _next(self) -> None:
        """Show what has ended meanwhile, and go on with the first of those that haven't."""
        for key in self._ended:
            self._head(key)
            self._write("".join(self._waiting.pop(key)))
            self._foot()
        self._ended.clear()
        if self._waiting:
            key = next(iter(self._waiting))
            self._head(key)
            self._write("".join(self._waiting.pop(key)))

    def _head(self, key: ReplyKey) -> None:
        assert self._turn
        self._current = key
        pane = next(pane for pane in self._turn.lineup if pane.name == key[0])
        self._out.line(f"── {pane_words(pane, key[1], self._turn.settings.samples)} ──")

    def _foot(self) -> None:
        assert self._turn and self._current
        reply = self._turn.replies[self._current]
        self._current = None
        self._close_row()
        self._out.line(f"── {' · '.join(reply_facts(reply))}")
        if reply.message:
            self._out.line(reply.message)
        self._out.line()

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._row_open = not text.endswith("\n")

    def _close_row(self) -> None:
        if self._row_open:
            self._out.line()
        self._row_open = False


def _in_order(turn: Turn) -> Iterator[Reply]:
    """Yield the replies as they are shown: the first to begin, those that ended before it did, and so on."""
    waiting = sorted(filter(_begun, turn.replies.values()), key=_began)
    while waiting:
        current = waiting.pop(0)
        ended = sorted((reply for reply in waiting if _ended(reply) <= _ended(current)), key=_ended)
        yield current
        yield from ended
        waiting = [reply for reply in waiting if reply not in ended]


def _begun(reply: Reply) -> bool:
    return reply.end is not None or _began(reply) < math.inf


def _began(reply: Reply) -> float:
    """When its first text came, or it ended without any."""
    texts = (ms for index, ms in enumerate(reply.times) if index not in reply.thoughts)
    return next(texts, _ended(reply))


def _ended(reply: Reply) -> float:
    return math.inf if reply.end is None else ended_ms(reply)
