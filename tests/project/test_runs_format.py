"""`docs/runs.md` says what a folder holds: what it shows is read, and every field is there."""

import re
from pathlib import Path

import msgspec

from alignscope.lab.folder import ASIDE, SAMPLES, TOKENS
from alignscope.lab.manifest import NAME
from alignscope.lab.row import Row, Tokens, decode, decode_tokens, encode
from alignscope.lab.summary.labels import LABELS, Said
from alignscope.lab.votes.ballots import Ballot
from alignscope.measure.refusal.judging import Label
from alignscope.model.vote import Vote

PAGE = (Path(__file__).parents[2] / "docs" / "runs.md").read_text()


def test_what_it_shows_is_read() -> None:
    row, tokens, vote, label = (line.encode() + b"\n" for line in re.findall(r"(?s)```json\n(.*?)\n```", PAGE))
    assert encode(decode(row)) == row
    assert encode(decode_tokens(tokens)) == tokens
    assert msgspec.json.decode(vote, type=Ballot).vote is Vote.SECOND
    assert msgspec.json.decode(label, type=Said) == Said(
        key="56d51182e82d06cf07ba7907", label=Label.REFUSED, blind=True
    )
    assert isinstance(decode(row), Row) and isinstance(decode_tokens(tokens), Tokens)


def test_it_explains_every_field_and_file() -> None:
    named = {name for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(r"`(\S+?)`", line)}
    assert {*Row.__struct_fields__, NAME, SAMPLES, TOKENS, ASIDE, LABELS} <= named
