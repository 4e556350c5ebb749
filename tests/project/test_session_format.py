"""`docs/session-format.md` says what session files are: what it shows opens."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from alignscope.files.yaml_file import MAX_DEPTH, MAX_KEY, MAX_NODES
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from alignscope.model.origin import Kind, Way
from alignscope.model.score import Frame, Missing, Tokenizers
from alignscope.model.vote import Vote
from alignscope.sessions.format import file
from alignscope.sessions.format.file import MAX_BYTES, MAX_DOCUMENT, MAX_DOCUMENTS

PAGE = (Path(__file__).parents[2] / "docs" / "session-format.md").read_text()


def test_what_it_shows_opens(tmp_path: Path) -> None:
    shown = re.findall(r"(?s)```yaml\n(.*?)```", PAGE)
    path = tmp_path / "shown.yaml"
    path.write_text("---\n".join(shown))
    session = file.read(path).session
    assert not session.warnings
    assert session.title == "Another title"
    [turn] = session.turns
    assert turn.note == "Who is greeted?"
    assert turn.verdict is not None and turn.verdict.order == (("instruct", 1), ("base", 1))
    [(two, voted)] = turn.votes.items()
    assert two == (("base", 1), ("instruct", 1)) and voted.vote is Vote.SECOND
    reply = turn.replies["base", 1]
    assert (reply.text, list(reply.times), reply.logprobs[1][0]) == ("。昨日", [27.929, 27.951], -0.31)
    further = turn.replies["base", 2]
    assert (further.kept, further.token_count, further.texts) == (2, 1, ["。", "今日", "も"])
    [score] = turn.scores.values()
    assert [each.token for each in score.positions] == reply.texts and score.whole


def test_its_limits_are_those_that_hold() -> None:
    assert f"| file | {MAX_BYTES >> 20} MB |" in PAGE
    assert f"| document | {MAX_DOCUMENT >> 20} MB, {MAX_NODES:,} values, {MAX_DEPTH} levels |" in PAGE
    assert f"| documents | {MAX_DOCUMENTS:,} |" in PAGE
    assert f"| key | {MAX_KEY} characters |" in PAGE


@pytest.mark.parametrize("words", [End, Mode, Kind, Way, Frame, Missing, Tokenizers, Vote])
def test_words_in_files_are_those_that_it_names(words: type[StrEnum]) -> None:
    """Files that are there keep their meaning: a word that is written otherwise would be unknown in them."""
    assert not [word.value for word in words if f"`{word}`" not in PAGE]
