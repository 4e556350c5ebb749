"""The library, driven by keys, over real session files."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Static

from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord
from alignscope.model.vote import Vote
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from alignscope.ui.screens.library.library import LibraryScreen
from alignscope.ui.screens.library.rows import describe, local_time
from tests.sessions.recorded import AT, LINEUP, events, turn, two_turns
from tests.ui.screens.host import Host, save_picture, screen_text, type_in
from tests.waiting import until

_PANES = tuple(PaneRecord(pane) for pane in LINEUP)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three sessions of a person's own, and a bundled one."""
    own, bundled = Store(tmp_path / "own"), tmp_path / "bundled"
    for number, (title, prompt) in enumerate([("Oldest", "a quiz"), ("Middle", "the capital"), ("Newest", "a story")]):
        first, second = two_turns()
        turns = [replace(first, prompt=prompt), second]
        own.save(Session(title, AT + timedelta(days=number), _PANES, turns), tmp_path / "own" / f"s{number}.yaml")
    said = turn(1, "hello", events("base", [(1, "a zebra walks by")]))
    own.save(Session("Greeting", AT - timedelta(days=9), turns=[said]), bundled / "greeting.yaml")
    return Store(tmp_path / "own", bundled)


async def shown(pilot: Pilot[Any], *texts: str, gone: str = "") -> str:
    """Wait until the screen shows these texts."""

    def there() -> bool:
        text = screen_text(pilot.app)
        return all(each in text for each in texts) and not (gone and gone in text)

    try:
        await until(there)
    except TimeoutError:
        raise AssertionError(f"not shown: {texts}\n{screen_text(pilot.app)}") from None
    return screen_text(pilot.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20)])
async def test_it_lists_the_newest_first_and_previews_it(store: Store, size: tuple[int, int]) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=size) as pilot:
        text = await shown(pilot, "4 sessions", "Newest", "bundled", "2026-11-22")
        save_picture(app, f"library-{size[0]}x{size[1]}")
        assert text.index("Newest") < text.index("Middle") < text.index("Oldest") < text.index("Greeting")


@pytest.mark.parametrize("size", [(80, 24), (120, 20)])
async def test_the_preview_breaks_each_line_once(store: Store, tmp_path: Path, size: tuple[int, int]) -> None:
    """Also where it is so long that a scroll bar takes a column."""
    said = [turn(n, "words", events("base", [(1, "abcd efg " * 200)])) for n in range(1, 6)]
    store.save(Session("Long", AT + timedelta(days=9), _PANES, said), tmp_path / "own" / "long.yaml")
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=size) as pilot:
        await shown(pilot, "5 sessions", "Long", "1  words")
        preview = app.screen.query_one("#preview Static", Static)
        await until(lambda: preview.size.height > 20)
        assert preview.size.height == str(preview.content).count("\n") + 1


async def test_typing_finds_titles_prompts_and_replies(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await type_in(pilot, "zebra")
        await shown(pilot, "1 session", "Greeting", "turn 1, base: a zebra walks by", gone="Newest")
        await type_in(pilot, "\x7f" * 5 + "capital")
        await shown(pilot, "1 session", "Middle", gone="Greeting")
        await type_in(pilot, "xyz")
        await shown(pilot, "No session has all of these words")
        await pilot.press("enter", "tab", "f8", "f2", "f5", "f6")
        assert app.returned == []


@pytest.mark.parametrize(("turns", "more"), [(5, ""), (6, "and 1 more turn"), (7, "and 2 more turns")])
def test_a_preview_counts_the_turns_that_it_leaves_out(turns: int, more: str) -> None:
    session = Session("Long", AT, _PANES, [turn(number, "again") for number in range(1, turns + 1)])
    said = [line for line in describe(session, 60).plain.split("\n") if "more" in line]
    assert said == [more] * bool(more)


@pytest.mark.parametrize(("key", "action"), [("enter", "open"), ("tab", "replay"), ("ctrl+r", "replay")])
async def test_choosing(store: Store, key: str, action: str) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("down", key)
        ((entry, did),) = app.returned
        assert (entry.title, did) == ("Middle", action)


@pytest.mark.parametrize("key", ["f8", "enter"])
async def test_a_key_acts_on_what_was_typed_right_before_it(store: Store, key: str) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        for letter in "capital":
            app.post_message(Key(letter, letter))
        app.post_message(Key(key, None))
        if key == "f8":
            await shown(pilot, "Deleted ‘Middle’")
        else:
            while not app.returned:
                await pilot.pause(0.02)
            assert app.returned[0][0].title == "Middle"


async def test_deleting_is_undone(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("f8")
        await shown(pilot, "3 sessions", "Deleted ‘Newest’; ^z brings it back.")
        assert [entry.title for entry in store.list()] == ["Middle", "Oldest", "Greeting"]
        await pilot.press("ctrl+z")
        await shown(pilot, "4 sessions", "‘Newest’ is back")
        assert next(entry.title for entry in store.list()) == "Newest"
        await pilot.press("ctrl+z")
        await shown(pilot, "Nothing was deleted here")


async def test_what_came_after_takes_the_place_of_what_was_deleted(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("down", "f8")
        await shown(pilot, "3 sessions", "Deleted ‘Middle’")
        await pilot.press("f8")
        await shown(pilot, "2 sessions", "Deleted ‘Oldest’")
        assert [entry.title for entry in store.list()] == ["Newest", "Greeting"]


async def test_the_key_that_is_told_is_the_persons_own(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        app.set_keymap({"library.undo": "f9"})
        await shown(pilot, "4 sessions")
        await pilot.press("f8")
        await shown(pilot, "3 sessions", "F9 brings it back.")
        await pilot.press("f9")
        await shown(pilot, "4 sessions", "‘Newest’ is back")


async def test_renaming_and_duplicating(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("f2", *"er", "enter")
        await shown(pilot, "It is called ‘Newester’ now")
        await pilot.press("f5")
        await shown(pilot, "5 sessions", "Newester (copy)")


async def test_bundled_ones_are_read_only(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press(*["down"] * 3, "f8")
        await shown(pilot, "comes with alignscope and can't be deleted")
        assert len(list(store.list())) == 4


async def test_exporting(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("f6")
        text = await shown(pilot, "markdown", "preferences", "Newest.md")
        assert "svg" not in text, "of the library nobody wants a picture"
        await pilot.press("down", "enter")
        await shown(pilot, "Wrote ")
        assert "Hello!" in (tmp_path / "Newest.html").read_text("utf-8")
        await pilot.press("f6")
        await shown(pilot, "preferences")
        await pilot.press("down", "enter")
        await shown(pilot, "There is a file Newest.html already")


async def test_a_recording_plays_as_a_replay_does(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fast = turn(1, "hello", events("base", [(each, " again") for each in range(60)]))
    store.save(Session("Fast", AT + timedelta(days=9), turns=[fast]), tmp_path / "own" / "fast.yaml")
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "5 sessions")
        await pilot.press("f6")
        await shown(pilot, "preferences")
        await pilot.press(*["down"] * 4)
        await shown(pilot, "Fast.cast")
        await pilot.press("enter")
        await shown(pilot, "Wrote ")
    *_, last = (tmp_path / "Fast.cast").read_text("utf-8").splitlines()
    assert json.loads(last)[0] >= 2, "at a pace to read at, which 60 tokens in 59 ms are not"


async def test_another_name_is_typed_letter_by_letter(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a whole path may be longer than the field
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("f6")
        await shown(pilot, "Newest.md")
        await pilot.press("ctrl+u", *"talk")
        await shown(pilot, "❯ talk")
        await pilot.press("down", "down")
        await shown(pilot, "❯ talk.jsonl")
        await pilot.press("ctrl+u", "up", *"walk", "enter")
        await shown(pilot, "Wrote ")
    assert "Hello!" in (tmp_path / "walk.html").read_text("utf-8")


async def test_the_session_that_is_open_stays(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store, current="s1"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions", "2 turns")
        assert "open" in next(line for line in screen_text(app).splitlines() if "▎ Middle" in line)
        await pilot.press("f8")
        await shown(pilot, "This session is open")


async def test_a_broken_file_is_listed_with_what_is_wrong(store: Store) -> None:
    (store.directory / "z.yaml").write_text("format: alignscope-session/9\n")
    (store.directory / "bad.yaml").write_text("\x1b]0;x\x07[/]: [\n")
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        text = await shown(pilot, "6 sessions", "× z", "× bad")
        assert "\x1b" not in text
        rows = [row for row in text.splitlines() if "Nov " in row or "bundled" in row or "×" in row or "21:03 " in row]
        await pilot.press(*["down"] * next(index for index, row in enumerate(rows) if "× bad" in row), "enter")
        await shown(pilot, "bad.yaml")
        assert app.returned == []


async def test_many_sessions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(900):
        head = f"format: alignscope-session/1\ntitle: number {number}\ncreated: 2026-01-01T00:00:00Z\nlineup: []\n"
        (tmp_path / f"{number:04}.yaml").write_text(head)
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "900 sessions")
        await pilot.press(*["pagedown"] * 14)
        await pilot.pause()
        assert (app.screen.query_one("Choices").highlighted or 0) > 400  # type: ignore[attr-defined]


async def test_nothing_kept_yet(tmp_path: Path) -> None:
    app = Host(screen=lambda: LibraryScreen(Store(tmp_path / "none")))
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "Nothing has been kept yet")
        await pilot.press("enter", "f8", "escape")
        assert app.returned == [None]


def test_every_binding_says_what_it_does() -> None:
    for binding in LibraryScreen.BINDINGS:
        assert isinstance(binding, Binding) and binding.id and binding.description and binding.tooltip


def test_when() -> None:
    now = datetime(2026, 11, 21, 12, 0).astimezone()
    assert local_time(now.replace(hour=9), now) == "09:00"
    assert local_time(now.replace(month=3, day=2), now) == "02 Mar"
    assert local_time(now.replace(year=2024), now) == "2024-11-21"


async def test_a_session_is_voted_on_blind(store: Store) -> None:
    app = Host(screen=lambda: LibraryScreen(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "4 sessions")
        await pilot.press("f4")
        text = await shown(pilot, "Blind votes  ·  1 of 1", "One two three Four", "Hello!")
        assert "base" not in text and "instruct" not in text
        await pilot.press("x")
        await shown(pilot, "1 of 1 pair voted on: base better 0, instruct better 0, tie 0, both bad 1.")
        await pilot.press("escape")
        await shown(pilot, "4 sessions", "Newest")
        first, second = store.open("s2").turns
        assert [voted.vote for voted in first.votes.values()] == [Vote.BOTH_BAD] and second.votes == {}
        with Writer.open(store.open("s2")):  # it was let go
            await pilot.press("f4")
            await shown(pilot, "s2 is open in this alignscope already.")
        await pilot.press("down", "down", "down", "f4")
        await shown(pilot, "comes with alignscope and is never written to")
