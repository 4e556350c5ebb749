"""Votes on a run's replies as preference pairs, in the JSON Lines that TRL's DPOTrainer reads.

A line has `prompt`, `chosen` and `rejected`. Votes stand in `votes.jsonl` beside the rows, which they name by their
keys. https://huggingface.co/docs/trl/dataset_formats
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from alignscope.lab.export.reading import arm_of
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Arm, Rows
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes.ballots import ballots
from alignscope.model.lineup.pane import Mode
from alignscope.model.vote import Vote
from alignscope.text.clean import encodable
from alignscope.text.wording import counted


class _Pair(NamedTuple):
    better: Row
    worse: Row


_NO_VOTES: Final = "There are no votes in this run, so there are no pairs."


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield a line for every two replies to a prompt of which more voters preferred one; a voter's last vote counts."""
    for pair in _judged(tally, arm):
        if not _obstacle(pair):
            better, worse = pair
            prompt = better.sent if better.sent == worse.sent and better.mode is Mode.COMPLETION else better.prompt
            line = {"prompt": prompt, "chosen": better.text, "rejected": worse.text}
            yield json.dumps({name: encodable(text) for name, text in line.items()}, ensure_ascii=False) + "\n"


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return how many pairs are left out and why, or that there are no votes; "" when all are written."""
    if not ballots(tally.rows.folder):
        return _NO_VOTES
    reasons = Counter(map(_obstacle, _judged(tally, arm)))
    written = reasons.pop("", 0)
    left_out = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    return f"{counted(written, 'pair')} written{', ' if left_out else ''}{left_out}."


def _judged(tally: Tally, arm: Arm | None) -> Iterator[_Pair]:
    """Yield each two replies of which one was preferred, those of one arm among themselves."""
    margins = Counter[tuple[str, str]]()
    for (first, second, _), vote in ballots(tally.rows.folder).items():
        better = {Vote.FIRST: (first, second), Vote.SECOND: (second, first)}.get(vote)
        if better is not None:
            margins[better] += 1
            margins[better[1], better[0]] -= 1
    wanted = {(better, worse) for (better, worse), margin in margins.items() if margin > 0}
    yield from _found(tally.rows, wanted, arm)


def _found(rows: Rows, wanted: set[tuple[str, str]], arm: Arm | None) -> Iterator[_Pair]:
    worse_than: dict[str, list[str]] = {}
    for better, worse in sorted(wanted):
        worse_than.setdefault(better, []).append(worse)
    for _, samples in rows.by_prompt():
        by_key = {row.key: row for row, _ in samples if arm is None or arm_of(row) == arm}
        for key, row in by_key.items():
            yield from (_Pair(row, by_key[worse]) for worse in worse_than.get(key, ()) if worse in by_key)


def _obstacle(pair: _Pair) -> str:
    """Return why two replies make no pair, "" when they do."""
    if not pair.better.text or not pair.worse.text:
        return "left out because a reply is empty"
    return "left out because both replies are the same" if pair.better.text == pair.worse.text else ""
