"""The form of session files: whatever is written is read again as it was, and nothing else gets in."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alignscope.files.yaml_file import FormError
from alignscope.files.yaml_reader import read
from alignscope.model.events import Token
from alignscope.model.origin import Kind, Origin
from alignscope.model.reply import Reply
from alignscope.model.session import Session, SessionError
from alignscope.sessions.format import file
from alignscope.sessions.format import yaml as yaml_form
from alignscope.sessions.format.timeline import StoredReply, encode
from alignscope.sessions.format.yaml import BlockMapping, BlockText, hide, reveal
from tests.sessions.making import plain, session_of, sessions, shape, texts, turn_of


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request: pytest.FixtureRequest) -> Any:
    """Both parsers, since a machine may lack the fast one."""
    return getattr(yaml, request.param, None) or pytest.skip("PyYAML was built without libyaml")


@given(sessions())
def test_any_session_is_read_as_it_was_written(session: Session) -> None:
    written = file.dump(session)
    found = file.parse(written, "any").session
    assert shape(found) == shape(session)
    assert found.warnings == []
    assert file.dump(found) == written


@given(st.dictionaries(texts, plain, max_size=4), texts, texts)
def test_any_document_is_read_as_it_was_written(parser: Any, fields: dict[str, Any], one: str, two: str) -> None:
    document = {
        "a": BlockText(one),
        **fields,
        "list": [BlockMapping(x=BlockText(one), y=two), {"z": one}],
        "last": BlockText(two),
    }
    assert read(yaml_form.write(document), decoded=reveal, parser=parser) == document


@given(texts)
def test_what_utf8_cannot_hold_is_hidden_and_found_again(text: str) -> None:
    assert reveal(hide(text)) == text
    hide(text).encode()


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\n\n"])
def test_a_text_keeps_the_line_breaks_at_its_end(parser: Any, end: str) -> None:
    text = f"a\n\n  b{end}"
    written = yaml_form.write(BlockMapping(one=text, list=[BlockMapping(two=text)]))
    assert read(written, parser=parser) == {"one": text, "list": [{"two": text}]}
    assert "\\n" not in written, "it stays readable"


def test_small_numbers_are_written_as_yaml_1_1_knows_them_too() -> None:
    assert yaml_form.write({"a": 1e-5, "b": 1.5e-7, "c": 1e22}) == "a: 1.0e-05\nb: 1.5e-07\nc: 1.0e+22\n"


@given(st.dictionaries(st.text("abc", min_size=1), st.text(max_size=20)))
def test_other_programs_read_the_same(fields: dict[str, str]) -> None:
    wanted = {key: value for key, value in fields.items() if "\uffff" not in value}
    assert yaml.safe_load(yaml_form.write(BlockMapping(wanted))) == (wanted or None)


def test_a_file_is_made_to_be_read_by_a_person() -> None:
    session = session_of(turn_of(1, "こんにちは", ["Hello", ",\n", "world"]))
    lines = file.dump(session).decode().splitlines()
    assert lines[:3] == ["format: alignscope-session/1", "title: Greeting", "created: 2026-11-20T21:03:11Z"]
    assert "  こんにちは" in lines
    assert "  text: |-" in lines
    assert "    Hello," in lines
    assert '    [25,",\\n"]' in lines
    header, turn = yaml.safe_load_all(file.dump(session).decode())
    assert header["lineup"][0]["name"] == "base"
    assert turn["replies"][1]["text"] == "Hello,\nworld"


@pytest.mark.parametrize(
    ("request_", "limit"),
    [
        ({"options": {"num_predict": 40}}, 40),
        ({"options": {"num_predict": -1}}, None),
        ({"max_tokens": 40, "options": []}, 40),
        ({"max_tokens": None}, None),
        ({"max_tokens": True}, None),
        ({"max_tokens": 10**30}, None),
        ({}, None),
    ],
)
def test_a_file_in_which_no_limits_stand_has_them_in_its_requests(request_: dict[str, Any], limit: int | None) -> None:
    session = session_of(turn_of(1))
    session.turns[0].replies["base", 1].request = request_
    written = file.dump(session)
    assert b"limit:" not in written
    read = file.parse(written, "old").session
    assert read.turns[0].replies["base", 1].limit == limit
    assert file.parse(file.dump(read), "copied").session.turns[0].replies["base", 1].limit == limit


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("frame: qa", "frame: sideways", "‘sideways’ is unknown"),
        ("places: [1, 4]", "places: [-1, 4]", "places: should be whole numbers, ascending"),
        ("places: [1, 4]", "places: [1, 1]", "places: should be whole numbers, ascending"),
        ("places: [1, 4]", "places: [1, four]", "places: should be whole numbers, ascending"),
    ],
)
def test_places_that_another_model_wrote_are_read_with_care(old: str, new: str, said: str) -> None:
    session = session_of(turn_of(1))
    reply = session.turns[0].replies["base", 1]
    reply.origin = Origin(
        kind=Kind.BUDGET, pane="base", sample=1, position=1, kept=2, by="base", frame="qa", percent=5, places=(1, 4)
    )
    written = file.dump(session).decode()
    assert file.parse(written.encode(), "x").session.turns[0].replies["base", 1].origin == reply.origin
    assert old in written
    damaged = written.replace(old, new, 1).encode()
    with pytest.raises(SessionError, match=said):
        file.parse(damaged, "x")


def test_a_huge_reply_comes_back() -> None:
    reply = Reply("base")
    for number in range(20_000):
        reply.apply(Token("base", 1, number * 0.333, "x" * (number % 50) + "\u2028"))
    stored = StoredReply("base", 1, reply.text, encode(reply), "here")
    assert stored.texts == reply.texts
    assert all(abs(one - two) < 0.0006 for one, two in zip(stored.times, reply.times, strict=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x 1", "anchors"),
        ("a: 1\nb: *a", "alias"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("a: !x 1", "tags"),
        ("<<: {a: 1}", "merge"),
        ("a: 1\na: 2", "twice"),
        ("[a]: 1", "text of at most"),
        ("? " + "k" * 300 + "\n: 1", "text of at most"),
        ("a: " + "[" * 40 + "]" * 40, "deep"),
        ("a: [" + "1," * 60_000 + "]", "50,000"),
        ("a: 1" + "0" * 400, "digits"),
        ("a: [1", "not YAML"),
        ("a: \x01", "not YAML"),
        ('a: "\\ud800"', "not YAML"),
        ("a: 1\n---\nb: 2", "another document"),
    ],
)
def test_refused(parser: Any, text: str, words: str) -> None:
    if "ud800" in text and parser is yaml.SafeLoader:
        pytest.skip("PyYAML's own parser takes it, and then it is what it says")
    with pytest.raises(FormError, match=words):
        read(text, parser=parser)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-7", -7), ("1.5", 1.5), ("1e3", 1000.0), ("true", True), ("False", False), ("null", None),
        ("~", None), ("yes", "yes"), ("0x10", "0x10"), ("1_000", "1_000"), ("1:30", "1:30"),
        ("2026-11-20", "2026-11-20"), ("010", 10), ("1e-3", 0.001), ("on", "on"), ("NO", "NO"),
        ('"1"', "1"), ("'true'", "true"), ("", None), ("=", "="), ("-", None),
    ],
)  # fmt: skip
def test_what_plain_words_mean(parser: Any, text: str, value: object) -> None:
    if text == "-":
        value = [None]
        text = "\n- "
    found = read(f"a: {text}", parser=parser)["a"]
    assert found == value
    assert type(found) is type(value)
