"""The list of sessions and the search in them, and the index behind both."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from alignscope.sessions.format import file
from alignscope.sessions.library.index import text_of
from alignscope.sessions.library.store import Store
from alignscope.sessions.recording.writer import Writer
from alignscope.text.clean import cell_width, clean
from tests.sessions.library.keeping import kept
from tests.sessions.making import AT, session_of, turn_of


def test_the_list_is_newest_first_and_names_what_a_reader_needs(store: Store) -> None:
    for day in (3, 1, 2):
        session = session_of(turn_of(1, "Why?"), turn_of(2), title=f"day {day}")
        session.created = AT.replace(month=12, day=day)
        Writer.create(store.directory, session).close()
    for _ in range(2):  # without the index, and with it
        entries = list(store.list())
        assert [entry.title for entry in entries] == ["day 3", "day 2", "day 1", "A greeting"]
        assert entries[0].prompt == "Why?"
        assert entries[0].turns == 2
        assert [pane.model for pane in entries[0].panes] == ["mistral:text", "mistral:latest"]
        assert entries[-1].bundled
        assert entries[0].path.is_file()


def test_the_list_leaves_out_only_what_a_replay_needs(store: Store) -> None:
    """What looks like a field of a reply is text where it stands in a text."""
    text = "timeline: |\n    a\nstats: b\n  request: c\n    timeline: d\n"
    session = kept(store, turn_of(1, text, [text]), title=text)
    session.lineup = tuple(
        msgspec.structs.replace(record, pane=msgspec.structs.replace(record.pane, system=text))
        for record in session.lineup
    )
    assert session.path
    session.path.write_bytes(file.dump(session))
    [entry] = [entry for entry in store.list() if not entry.bundled]
    assert (entry.title, entry.prompt, entry.turns, len(entry.panes)) == (text, text, 1, 2)
    outline, whole = file.read(session.path, outline=True).session, store.open(session.path)
    assert text_of(outline) == text_of(whole)
    assert outline.lineup == whole.lineup


def test_the_list_follows_the_files(store: Store) -> None:
    session = kept(store)
    list(store.list())
    store.rename(session.name, "Renamed")
    assert [entry.title for entry in store.list() if not entry.bundled] == ["Renamed"]
    assert session.path
    session.path.write_text("format: nothing\n")
    [entry] = [entry for entry in store.list() if not entry.bundled]
    assert "no session file" in entry.problem
    session.path.unlink()
    assert [entry.name for entry in store.list()] == ["greeting"]


def test_what_lies_elsewhere_now_is_not_opened_where_it_was(store: Store, tmp_path: Path) -> None:
    before = [entry.path for entry in store.list()]
    shutil.copytree(tmp_path / "bundled", tmp_path / "upgraded")
    again = [entry.path for entry in Store(tmp_path / "own", tmp_path / "upgraded").list()]
    assert (before, again) == ([tmp_path / "bundled" / "greeting.yaml"], [tmp_path / "upgraded" / "greeting.yaml"])


def test_a_lost_or_damaged_index_is_made_again(store: Store) -> None:
    kept(store, title="one")
    first = list(store.list())
    [index] = Path(os.environ["XDG_STATE_HOME"]).rglob("*.sqlite")
    index.write_bytes(b"not a database" * 1000)
    assert list(store.list()) == first
    index.unlink(missing_ok=True)
    assert list(store.list()) == first
    assert [entry.title for entry in store.search("ONE")] == ["one"]


def test_search_finds_words_in_titles_prompts_replies_and_notes(store: Store) -> None:
    kept(store, replace(turn_of(1, "a Prompt", ["some", " Straße"]), note="remember"), title="Alpha")
    kept(store, turn_of(1, "other", ["nothing"]), title="Beta")

    def found(text: str) -> list[str]:
        return [entry.title for entry in store.search(text)]

    assert found("strasse") == ["Alpha"]
    assert found("PROMPT alpha") == ["Alpha"]
    assert found("beta prompt") == []
    assert found("hello") == ["A greeting"]
    assert len(found("")) == 3
    assert found("remember") == ["Alpha"]
    [entry] = store.search("strasse")
    [place] = store.places(entry, "strasse")
    assert (place.turn, place.kind, place.text) == (1, "reply", "some Straße")
    assert place.text[slice(*place.words[0])] == "Straße"
    places = store.places(entry, "alpha prompt remember some")
    assert [(place.turn, place.kind) for place in places] == [(1, "prompt"), (1, "note"), (1, "reply"), (0, "title")]
    assert [store.places(entry, "some", width)[0].text for width in (11, 10)] == ["some Straße", "some Str…"]


@pytest.mark.parametrize("width", [20, 40, 81])
def test_a_place_is_cut_around_what_was_found(store: Store, width: int) -> None:
    long = "寿司 " * 300 + "the\tMoon" + " and more\x1b" * 300
    kept(store, turn_of(1, f"nothing here\n{long}\nmoon again"), title="one")
    [entry] = store.search("moon the")
    [place] = store.places(entry, "moon the", width)
    assert cell_width(clean(place.text)) <= width
    assert place.text.startswith("…") and place.text.endswith("…")
    assert [place.text[start:end] for start, end in place.words] == ["the", "Moon"]


@pytest.mark.parametrize("before", [0, 9_997, 9_998, 25_000, 400_000])
def test_a_place_in_a_long_line_is_found_wherever_it_is(store: Store, before: int) -> None:
    kept(store, turn_of(1, "a" * before + "needle" + "b" * 30_000), title="one")
    [entry] = store.search("Needle")
    [place] = store.places(entry, "Needle", 40)
    assert [place.text[start:end] for start, end in place.words] == ["needle"]
    assert cell_width(place.text) <= 40
    assert place.text.startswith("…") is (before > 0) and place.text.endswith("…")


def test_a_search_reads_no_file_that_the_index_knows(store: Store) -> None:
    session = kept(store, turn_of(1, "about lanterns"))
    assert len(list(store.search("lanterns"))) == 1
    assert session.path
    state, other = session.path.stat(), session.path.read_bytes().replace(b"lanterns", b"turnips!")
    session.path.write_bytes(other)
    os.utime(session.path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert [len(list(store.search(word))) for word in ("lanterns", "turnips")] == [1, 0]


def test_search_finds_an_accent_however_it_is_written(store: Store) -> None:
    kept(store, turn_of(1, "un cafe\u0301 noir"), title="one")
    kept(store, turn_of(1, "un caf\u00e9 noir"), title="other")
    for text in ("caf\u00e9", "cafe\u0301"):
        found = list(store.search(text))
        assert sorted(entry.title for entry in found) == ["one", "other"]
        places = [place for entry in found for place in store.places(entry, text)]
        assert [place.text for place in places] == ["un caf\u00e9 noir"] * 2
        assert all(place.words == [(3, 7)] for place in places)


@pytest.mark.parametrize("value", ["x'7b226e616d65223a22ff227d'", "'text'", "NULL", "x'ff'"])
def test_an_index_with_bytes_of_its_own_costs_only_reading_again(store: Store, value: str) -> None:
    kept(store, title="one")
    before = list(store.list())
    [index] = Path(os.environ["XDG_STATE_HOME"]).rglob("*.sqlite")
    for column in ("entry", "created"):
        with closing(sqlite3.connect(index)) as database:
            database.execute(f"UPDATE entries SET {column} = {value}")
            database.commit()
        assert list(store.list()) == before
