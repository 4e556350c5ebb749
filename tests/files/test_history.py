"""The prompts sent before, kept across runs."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alignscope.files.history import MAX_CHARACTERS, MAX_PROMPTS, History


def test_prompts_are_there_in_the_next_run(tmp_path: Path) -> None:
    first = History(tmp_path / "deep" / "prompts.jsonl")
    first.add("one\nwith two lines")
    first.add("two")
    assert first.add("two") == ("one\nwith two lines", "two"), "a prompt sent again at once is one entry"
    assert History(first._path).load() == ("one\nwith two lines", "two")


def test_a_damaged_file_loses_only_what_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_bytes(b'"good"\n{"no"\n\xff\xfe\n7\n"also good"\n' + b"[" * 200_000 + b'\n"torn')
    assert History(file).load() == ("good", "also good")


def test_it_is_bounded_and_never_an_error(tmp_path: Path) -> None:
    history = History(tmp_path / "prompts.jsonl")
    for number in range(MAX_PROMPTS + 5):
        history.add(str(number))
    assert len(history.prompts) == MAX_PROMPTS
    assert history.add("x" * (MAX_CHARACTERS + 1)) == tuple(history.prompts)
    assert History(tmp_path / "nothing").load() == ()
    (tmp_path / "file").write_text("")
    assert History(tmp_path / "file" / "under").add("kept in memory") == ("kept in memory",)


@given(st.lists(st.text(st.characters(), min_size=1, max_size=50), max_size=10))
def test_any_text_comes_back(prompts: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder) / "prompts.jsonl")
        for prompt in prompts:
            history.add(prompt)
        assert History(Path(folder) / "prompts.jsonl").load() == tuple(history.prompts)
