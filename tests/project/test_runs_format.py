"""`docs/runs.md` says what a folder holds: what it shows is read, and every field is there."""

import re
from pathlib import Path

import msgspec

from alignscope.lab.folder import ASIDE, SAMPLES, TOKENS
from alignscope.lab.manifest import NAME
from alignscope.lab.row import (
    Likelihoods,
    PassageBits,
    Row,
    ShiftScore,
    Tokens,
    decode,
    decode_scored,
    decode_tokens,
    encode,
)
from alignscope.lab.run.scores import SCORES, SCORES_ASIDE
from alignscope.lab.summary.labels import LABELS, Said
from alignscope.lab.votes.ballots import VOTES, Ballot
from alignscope.lab.votes.judging.answers import JUDGED, Answer
from alignscope.lab.votes.judging.principles import read_principles
from alignscope.measure.refusal.judging import Label
from alignscope.model.vote import Vote

PAGE = (Path(__file__).parents[2] / "docs" / "runs.md").read_text()


def test_what_it_shows_is_read() -> None:
    row, tokens, scores, vote, label, answer = (
        line.encode() + b"\n" for line in re.findall(r"(?s)```json\n(.*?)\n```", PAGE)
    )
    assert encode(decode(row)) == row
    assert encode(decode_tokens(tokens)) == tokens
    found = [decode_scored(line) for line in scores.splitlines()]
    assert [encode(each) for each in found] == scores.splitlines(keepends=True)
    assert {type(each) for each in found} == {Likelihoods, PassageBits, ShiftScore}
    assert msgspec.json.decode(vote, type=Ballot).vote is Vote.SECOND
    assert msgspec.json.decode(label, type=Said) == Said(
        key="56d51182e82d06cf07ba7907", label=Label.REFUSED, blind=True
    )
    assert msgspec.json.encode(msgspec.json.decode(answer, type=Answer)) + b"\n" == answer
    assert isinstance(decode(row), Row) and isinstance(decode_tokens(tokens), Tokens)


def test_it_explains_every_field_and_file() -> None:
    named = {name for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(r"`(\S+?)`", line)}
    files = {NAME, SAMPLES, TOKENS, ASIDE, SCORES, SCORES_ASIDE, LABELS, VOTES, JUDGED}
    assert {*Row.__struct_fields__, *Answer.__struct_fields__, *files} <= named


def test_the_list_of_principles_that_it_shows_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"(?s)```yaml\n(.*?)\n```", PAGE)
    (tmp_path / "mine.yaml").write_text(shown)
    assert read_principles(str(tmp_path / "mine.yaml")).questions == ("Which reply says less that wasn't asked for?",)
