"""`alignscope replay`: play a session again, here without a screen."""

import argparse
import math
import time
from collections.abc import Iterable, Iterator
from typing import assert_never

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import milliseconds, number, whole
from alignscope.commands.line.session_args import open_session, run_on_store, store_in
from alignscope.commands.printing import Printer
from alignscope.model.events import Finished, Started, Token, Waiting
from alignscope.model.launch import Launch, Playback
from alignscope.model.pace import AS_IT_COMES, MAX_PACE
from alignscope.model.reply import Reply
from alignscope.model.session import Session
from alignscope.model.turn import ReplyKey, Turn
from alignscope.sessions.library.store import Store
from alignscope.sessions.playback.player import INSTANT, SPEEDS, Player
from alignscope.sessions.playback.recording import Step, ended_ms
from alignscope.text.wording import describe_pane, describe_verdict, moment, reply_facts


def playback(arguments: argparse.Namespace) -> Playback:
    """Return what to play and how. Raises UsageError if something in the arguments is wrong."""
    given = {"--instant": arguments.instant or None, "--speed": arguments.speed, "--pace": arguments.pace}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise UsageError(f"{names[0]} and {names[1]} exclude each other; leave one out")
    pace = whole("--pace", arguments.pace, 1, MAX_PACE)
    if pace is None and (names or arguments.plain):
        pace = AS_IT_COMES
    speed = INSTANT if arguments.instant else 1.0
    if arguments.speed is not None:
        speed = number("--speed", arguments.speed, SPEEDS[0], SPEEDS[-2])
    return Playback(
        name=arguments.name,
        speed=speed,
        pace=pace,
        idle_limit_ms=milliseconds("--idle-limit", arguments.idle_limit, 0.001),
        start_ms=milliseconds("--start-at", arguments.start_at, 0) or 0.0,
    )


def run(launch: Launch) -> int:
    """Play to standard output, and return the exit status: 0, or 1 if the session can't be played."""
    assert launch.playback
    how = launch.playback

    def play(store: Store) -> int:
        session = open_session(store, how.name)
        for warning in session.warnings:
            printing.notes().line(f"alignscope: {warning}")
        _play(printing.out(), session, how)
        return Status.OK

    return run_on_store(launch.sessions, play)


def offer(launch: Launch) -> int:
    """Print which sessions there are to play and how. Return the exit status of wrong usage."""
    notes = printing.notes()
    recordings = [entry for entry in store_in(launch.sessions).list() if entry.bundled and not entry.problem]
    if recordings:
        notes.line("Say which session to play. These came with alignscope:")
        rows = [(entry.name, entry.title, ", ".join(pane.model for pane in entry.panes)) for entry in recordings]
        notes.table(rows, "  ")
        notes.line(f"`alignscope replay {recordings[0].name}` plays the first; add --plain to do without a screen.")
    else:
        notes.line("Say which session to play, by its name or the path of its file.")
    notes.line("`alignscope sessions list` shows your own as well.")
    return Status.USAGE


def print_all(out: Printer, session: Session) -> None:
    """Print every turn with its note and verdict, reply by reply, without decoding tokens."""
    show = _ReplyPrinter(out, remarks=True)
    for turn in session.turns:
        show.whole(turn, turn.replies.values())


def _play(out: Printer, session: Session, how: Playback) -> None:
    show = _ReplyPrinter(out)
    if how.speed == INSTANT:
        for turn in session.turns:
            show.whole(turn, _in_order(turn))
        return
    player = Player(
        session.turns,
        speed=how.speed,
        pace=how.pace or AS_IT_COMES,
        idle_limit_ms=how.idle_limit_ms,
        start_ms=how.start_ms,
    )
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


class _ReplyPrinter:
    """Printer of replies as text, one after the other; with `remarks`, verdict and note below a turn."""

    def __init__(self, out: Printer, *, remarks: bool = False) -> None:
        self._out = out
        self._remarks = remarks
        self._turn: Turn | None = None
        self._current: ReplyKey | None = None
        self._waiting: dict[ReplyKey, list[str]] = {}  # text of the others so far, in the order of their beginnings
        self._ended: list[ReplyKey] = []  # the others that have ended, in the order of their ends
        self._row_open = False

    def apply(self, step: Step) -> None:
        """Print one step."""
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
        """Print a turn with its replies in this order."""
        self._begin(turn)
        for reply in replies:
            self._head((reply.pane, reply.sample))
            self._write(reply.text)
            self._foot()
        self.end()

    def end(self) -> None:
        """Print replies without an end, and finish the turn."""
        while self._current is not None:
            self._foot()
            self._next()
        if self._remarks and self._turn:
            for label, text in (("better first", describe_verdict(self._turn)), ("note", self._turn.note)):
                if text:
                    self._write(f"{label}: {text}")
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
        """Print replies that have ended meanwhile, and continue with the first of the others."""
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
        self._out.line(f"── {describe_pane(pane, key[1], self._turn.samples_of(pane.name))} ──")

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
    """Yield replies in the order of playing: the first to begin, those that end before it, and so on."""
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
    """Return the time of a reply's first text, or of its end without any."""
    texts = (ms for index, ms in enumerate(reply.times) if index not in reply.thoughts)
    return next(texts, _ended(reply))


def _ended(reply: Reply) -> float:
    return math.inf if reply.end is None else ended_ms(reply)
