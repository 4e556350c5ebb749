"""The recordings that come with alignscope: they open, stay as they are, and name the models that come along."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from alignscope.backends.embedded import engine
from alignscope.files import locations
from alignscope.model.events import End
from alignscope.model.session import Session, SessionError
from alignscope.sessions.format.file import read
from alignscope.sessions.library.store import Store
from alignscope.sessions.playback.player import INSTANT, Player
from alignscope.sessions.recording.writer import Writer

FOLDER = locations.bundled("sessions")
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SEEDS = {"greeting", "truth", "terminal", "destroy", "questions", "quiz", "refusal", "story"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "own", FOLDER)


def each_reply(session: Session) -> Iterator[str]:
    for turn in session.turns:
        for reply in turn.replies.values():
            yield reply.text


def test_the_experiments_are_there_and_the_library_lists_those_to_begin_with_first(store: Store) -> None:
    assert set(NAMES) >= SEEDS
    entries = list(store.list())
    assert {entry.name for entry in entries} == set(NAMES)
    assert [entry.name for entry in entries[:4]] == ["greeting", "truth", "terminal", "destroy"]
    assert all(entry.bundled and not entry.problem for entry in entries)
    assert all(len(entry.title) <= 40 for entry in entries), "lists show the whole title"


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_and_plays_to_its_end(name: str, store: Store) -> None:
    session = store.open(name)
    assert session.bundled and not session.warnings and session.title
    for turn in session.turns:
        assert set(turn.replies) == {
            (pane.name, sample) for pane in turn.lineup for sample in range(1, turn.settings.samples + 1)
        }
        assert all(reply.end in (End.STOP, End.LENGTH) for reply in turn.replies.values())
        assert all(list(reply.times) == sorted(reply.times) for reply in turn.replies.values())
    player = Player(session.turns, speed=INSTANT)
    player.advance(1)
    assert player.ended
    shown = [reply.text for turn in player.frame() for reply in turn.replies.values()]
    assert sorted(shown) == sorted(each_reply(session)), "the timelines say what the texts say"


@pytest.mark.parametrize("name", NAMES)
def test_it_names_the_files_that_come_along(name: str) -> None:
    models = Path(engine.__file__).parent / "models"
    session = read(FOLDER / f"{name}.yaml").session
    for record in session.lineup:
        file = models / engine.TWINS[record.pane.model]
        assert record.digest == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}", (
            "other twins come along now: run `python docs/record.py`"
        )
        assert record.server == "embedded llama.cpp"
    assert all(turn.settings.sampling and turn.panes == session.lineup for turn in session.turns)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_writes_to_it(name: str, store: Store) -> None:
    before = (FOLDER / f"{name}.yaml").read_bytes()
    for attempt in (
        lambda: Writer.open(store.open(name)),
        lambda: store.rename(name, "mine"),
        lambda: store.delete(name),
    ):
        with pytest.raises(SessionError, match="comes with alignscope"):
            attempt()
    copy = store.duplicate(name)
    assert copy.is_relative_to(store.directory)
    assert (FOLDER / f"{name}.yaml").read_bytes() == before


def test_the_truth_is_asked_bare_and_as_a_question_that_an_answer_follows() -> None:
    bare, scaffolded = read(FOLDER / "truth.yaml").session.turns
    assert bare.prompt == scaffolded.prompt
    assert (bare.settings.scaffold, scaffolded.settings.scaffold) == ("bare", "qa")
    assert scaffolded.replies["base", 1].end is End.STOP, "where the next question would begin"
    assert "\nQ:" not in scaffolded.text("base")


def test_eight_samples_are_eight_stories() -> None:
    [turn] = read(FOLDER / "story.yaml").session.turns
    assert turn.settings.samples == 8
    assert len({turn.text("base", sample) for sample in range(1, 9)}) == 8
