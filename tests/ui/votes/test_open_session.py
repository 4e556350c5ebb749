"""Blind votes on the session that is open in the explorer."""

from alignscope.model.launch import Launch
from alignscope.model.vote import Vote
from alignscope.ui.screens.votes.screen import VotesScreen
from tests.standin.ollama import Ollama
from tests.standin.replies.script import Script
from tests.ui.explorer.desk import Desk, explore
from tests.ui.explorer.sessions.keeping import into_pane, kept, sent


async def vote(desk: Desk) -> str:
    """Say that the chat's reply is better; return what was shown."""
    await desk.until_shown("A better", "Tie")
    shown = desk.screen
    lines = shown.splitlines()
    line = next(line for line in lines if "the chat's" in line)
    await desk.press("a" if line.index("the chat's") < 20 else "b")
    return shown


def script(ollama: Ollama) -> None:
    ollama.script("mistral:text", *[Script(pieces=("the ", "base's"))] * 2)
    ollama.script("mistral:instruct", *[Script(pieces=("the ", "chat's"))] * 2)


async def test_a_key_shows_its_pairs_and_keeps_the_votes(ollama: Ollama) -> None:
    script(ollama)
    async with explore(Launch(host=ollama.url)) as desk:
        await into_pane(desk)
        await desk.press("Z")
        await desk.until_shown("Nothing has been sent yet.")
        await desk.press("i")
        await sent(desk, "first", "second")
        await into_pane(desk)
        await desk.press("Z")
        await desk.until(lambda: isinstance(desk.app.screen, VotesScreen))
        shown = await vote(desk)
        assert not any(name in shown for name in ("mistral", "instruct", "ollama"))
        await desk.until_shown("1 voted on")
        await vote(desk)
        await desk.until_shown("of 2")
        await desk.press("u")
        await desk.until_shown("1 voted on")
        await vote(desk)
        await desk.until_shown("2 of 2 pairs voted on")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await desk.send("third")
    (session,) = kept()
    two = (("base", 1), ("instruct", 1))
    assert [turn.votes[two].vote for turn in session.turns[:2]] == [Vote.SECOND, Vote.SECOND]
    assert len(session.turns) == 3 and not session.turns[2].votes


async def test_a_key_on_a_turn_shows_the_pairs_of_that_turn(ollama: Ollama) -> None:
    script(ollama)
    async with explore(Launch(host=ollama.url)) as desk:
        await sent(desk, "first", "second")
        await into_pane(desk)
        await desk.press("F", "up", "f4")
        await desk.until(lambda: isinstance(desk.app.screen, VotesScreen))
        await desk.until_shown("1 of 1", "first")
        await vote(desk)
        await desk.press("escape")
        await desk.until_shown("Type to filter")
    (session,) = kept()
    assert [len(turn.votes) for turn in session.turns] == [1, 0]
