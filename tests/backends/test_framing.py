"""Lines and events come out the same however the bytes were cut."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.backends.framing import (
    BOM,
    Events,
    FramingError,
    Lines,
    ServerEvent,
    decode,
    decode_list,
    decode_object,
)

SEPARATORS = "\n\r\u0085\u2028\u2029\x0b\x0c\x1c\x1d\x1e"


class Word(msgspec.Struct):
    text: str = ""


WORD = msgspec.json.Decoder(Word)


@st.composite
def cut(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The bytes in pieces."""
    at = sorted(draw(st.sets(st.integers(0, len(data)), max_size=12)))
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


@given(st.data(), st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from(SEPARATORS)), max_size=8))
def test_json_lines_survive_any_cut(data: st.DataObject, texts: list[str]) -> None:
    stream = b"".join(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in texts)
    lines = Lines()
    found = [decode(WORD, line).text for part in data.draw(cut(stream)) for line in lines.feed(part)]
    assert found == texts
    assert lines.rest() == b""


@given(st.data(), st.binary(max_size=200))
def test_lines_are_the_stream_split_at_its_newlines(data: st.DataObject, stream: bytes) -> None:
    lines = Lines()
    found = [line for part in data.draw(cut(stream)) for line in lines.feed(part)]
    expected = stream.removeprefix(BOM).split(b"\n")
    assert found == [line.removesuffix(b"\r") for line in expected[:-1]]
    assert lines.rest() == expected[-1]


@given(st.data(), st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), max_size=6))
def test_events_survive_any_cut(data: st.DataObject, texts: list[str]) -> None:
    stream = b"".join(b"data: " + text.encode() + b"\n\n" for text in texts)
    events = Events()
    found = [event for part in data.draw(cut(stream)) for event in events.feed(part)] + events.rest()
    assert [event.data.decode() for event in found] == texts


@given(st.data(), st.binary(max_size=200))
def test_no_bytes_upset_the_event_decoder(data: st.DataObject, stream: bytes) -> None:
    events = Events()
    for part in data.draw(cut(stream)):
        events.feed(part)
    events.rest()


@given(st.binary(max_size=100))
def test_no_bytes_upset_the_json_decoder(line: bytes) -> None:
    try:
        assert isinstance(decode(WORD, line), Word)
    except FramingError as error:
        assert "format" in str(error)


def test_events_follow_the_standard() -> None:
    stream = b": a comment\r\nevent: note\r\ndata: one\r\ndata:two\r\nid: 7\r\n\r\n\r\nevent: lonely\n\ndata\n\n"
    assert Events().feed(stream) == [ServerEvent("note", b"one\ntwo"), ServerEvent("message", b"")]


def test_an_error_field_is_an_error_event() -> None:
    assert Events().feed(b'error: {"message":"no"}\n\n') == [ServerEvent("error", b'{"message":"no"}')]


def test_objects_without_an_empty_line_between_are_events_of_their_own() -> None:
    events = Events()
    told = events.feed(b'data: {"a":1}\ndata: {"b":\ndata: {}}\ndata: [DONE]\n') + events.rest()
    assert [event.data for event in told] == [b'{"a":1}', b'{"b":\n{}}', b"[DONE]"]


def test_an_event_without_its_empty_line_is_not_lost() -> None:
    events = Events()
    assert events.feed(b"data: last") == []
    assert events.rest() == [ServerEvent("message", b"last")]
    assert events.rest() == []


@given(st.data(), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([b"", BOM]))
def test_a_mark_and_any_kind_of_line_end_change_nothing(data: st.DataObject, end: str, mark: bytes) -> None:
    stream = mark + f"{end}: note{end}data: one{end}{end}event: x{end}data: two{end}{end}".encode()
    events = Events()
    found = [event for part in data.draw(cut(stream)) for event in events.feed(part)] + events.rest()
    assert found == [ServerEvent("message", b"one"), ServerEvent("x", b"two")]


@given(st.data(), st.sampled_from([None, 2]), st.sampled_from([b"", BOM, b"\n "]))
def test_one_object_instead_of_a_stream_is_one_event(data: st.DataObject, indent: int | None, before: bytes) -> None:
    stream = before + json.dumps({"choices": [{"text": "a\nb", "data": "x: y"}]}, indent=indent).encode() + b"\n"
    events = Events()
    assert [event for part in data.draw(cut(stream)) for event in events.feed(part)] == []
    (event,) = events.rest()
    assert json.loads(event.data) == {"choices": [{"text": "a\nb", "data": "x: y"}]}


class Odd(msgspec.Struct):
    name: str = ""
    size: int | None = None
    word: Word | None = None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "a", "size": "12", "word": "no object"}, Odd("a", 12)),
        ({"name": "a", "size": 12.0, "word": {"text": "w"}}, Odd("a", 12, Word("w"))),
        ({"name": "a", "size": "1GB", "word": {"text": 1}}, Odd("a")),
        ({"name": 7, "size": 12.5}, Odd()),
        ({}, Odd()),
    ],
)
def test_an_odd_field_costs_that_field_alone(entry: object, expected: Odd) -> None:
    assert decode_object(BOM + json.dumps(entry).encode(), Odd) == expected
    for listing in ([None, entry, 3], {"data": [[], entry]}):
        assert decode_list(json.dumps(listing).encode(), "data", Odd) == [expected]


def test_a_list_may_be_empty_but_not_missing() -> None:
    assert decode_list(b'{"data":null}', "data", Odd) == []
    for answer in (b"{}", b'{"data":"x"}', b"7", b"<html>", b""):
        with pytest.raises(FramingError):
            decode_list(answer, "data", Odd)
    for answer in (b"[]", b"7", b"<html>", b""):
        with pytest.raises(FramingError):
            decode_object(answer, Odd)


@pytest.mark.parametrize("complete", [True, False])
def test_a_line_is_bounded(complete: bool) -> None:
    lines = Lines(limit=1000)
    lines.feed(b"x" * 999)
    with pytest.raises(FramingError, match="a line of more than"):
        lines.feed(b"y" * 2 + b"\n" * complete)


def test_the_bound_is_on_a_line_and_not_on_the_stream() -> None:
    lines = Lines(limit=1000)
    assert sum(len(lines.feed(b"x" * 400 + b"\n")) for _ in range(20)) == 20


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"text":"\xff\xfe"}', "\ufffd\ufffd"),
        (b'{"text":"\xe6\x97"}', "\ufffd"),
        (b'{"text":"\\ud83d alone"}', "\ufffd alone"),
        (b'{"text":"\\ud83d\\ude00"}', "😀"),
        (b'{"text":"a\x0bb\x00"}', "a\x0bb\x00"),
        ('{"text":"\u0085\u2028"}'.encode(), "\u0085\u2028"),
    ],
)
def test_what_a_person_can_still_read_is_let_through(line: bytes, text: str) -> None:
    assert decode(WORD, line).text == text


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"text":1}', b"nonsense", b"[" * 100_000, b'{"text":NaN}'])
def test_what_is_not_in_the_format_is_one_error(line: bytes) -> None:
    with pytest.raises(FramingError):
        decode(WORD, line)
