"""Blind votes on a session: one of the library, or the one that is open."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from textual.screen import Screen

from alignscope.lab.votes.sessions import NO_PAIRS, Keep, SessionPoll, kept_in
from alignscope.model.session import Session, SessionError
from alignscope.model.vote import Poll, Vote, VotesError
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from alignscope.ui.screens.votes.screen import VotesScreen


async def vote_on_open(
    screen: Screen[Any], session: Session, keep: Keep, show_notice: Callable[[str, str], None]
) -> None:
    """Show the pairs of a session that is open until the person leaves, and say why where there are none to show."""
    poll = SessionPoll(session, keep)
    if len(poll):
        await screen.app.push_screen_wait(VotesScreen(lambda _: poll, lambda _: None))
    else:
        where = f"turn {session.turns[0].number}" if len(session.turns) == 1 else "this session"
        show_notice(f"{where.capitalize()} {NO_PAIRS}.", "information")


async def vote_on(screen: Screen[Any], store: Store, entry: Entry, show_notice: Callable[[str, str], None]) -> None:
    """Show a session's pairs until the person leaves, and say why where there are none to show."""
    problems: list[str] = []
    with ExitStack() as opened:

        def load(_: Callable[[float], None]) -> Poll[Vote]:
            try:
                session = store.open(entry.path)
                writer = opened.enter_context(Writer.open(session))
            except (OSError, SessionError) as error:
                raise VotesError(str(error)) from error
            poll = SessionPoll(session, kept_in(writer))
            if not len(poll):
                raise VotesError(f"‘{entry.title or entry.name}’ {NO_PAIRS}.")
            return poll

        await screen.app.push_screen_wait(VotesScreen(load, problems.append))
        await asyncio.to_thread(opened.close)
    if problems:
        show_notice(problems[0], "error")
