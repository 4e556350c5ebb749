"""Votes on a run's replies as preference pairs, in the JSON Lines that TRL's DPOTrainer reads.

A line has `prompt`, `chosen` and `rejected`, and `by`, a list of those who said so: `person`, or judges by their names.
Votes stand in `votes.jsonl` beside the rows, and what judges answered in `judged.jsonl`.
https://huggingface.co/docs/trl/dataset_formats
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from alignscope.lab.export.reading import arm_of
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Arm, Rows
from alignscope.lab.summary.tally import Tally
from alignscope.lab.votes.feedback import PERSON, everyone, unread
from alignscope.lab.votes.judging.answers import Two
from alignscope.model.lineup.pane import Mode
from alignscope.model.vote import Vote
from alignscope.text.clean import encodable
from alignscope.text.wording import counted


class _Pair(NamedTuple):
    better: Row
    worse: Row
    by: tuple[str, ...]
    """Who preferred it: `person`, or the names of judges."""


_NO_VOTES: Final = "There are no votes in this run, so there are no pairs."
_PERSON: Final = "person"


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield a line for every two replies to a prompt of which one was preferred; a voter's last vote counts.

    Where the person has voted, that alone decides; else what more of the judges preferred.
    """
    for pair in _judged(tally, arm):
        if not _obstacle(pair):
            better, worse, by = pair
            prompt = better.sent if better.sent == worse.sent and better.mode is Mode.COMPLETION else better.prompt
            line = {"prompt": prompt, "chosen": better.text, "rejected": worse.text}
            written = {name: encodable(text) for name, text in line.items()} | {"by": [encodable(each) for each in by]}
            yield json.dumps(written, ensure_ascii=False) + "\n"


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return how many pairs are left out and why, or that there are no votes; and what of the votes can't be read."""
    folder = tally.rows.folder
    if not everyone(folder):
        return " ".join((_NO_VOTES, *unread(folder)))
    reasons = Counter(map(_obstacle, _judged(tally, arm)))
    written = reasons.pop("", 0)
    left_out = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    return " ".join((f"{counted(written, 'pair')} written{', ' if left_out else ''}{left_out}.", *unread(folder)))


def _judged(tally: Tally, arm: Arm | None) -> Iterator[_Pair]:
    """Yield each two replies of which one was preferred, those of one arm among themselves."""
    said: dict[Two, dict[str, Vote]] = {}
    for voter, its in everyone(tally.rows.folder).items():
        for two, vote in its.items():
            said.setdefault(two, {})[voter] = vote
    wanted: dict[Two, tuple[str, ...]] = {}
    for (first, second), by_voter in said.items():
        own = by_voter.get(PERSON)
        votes = [own] if own is not None else list(by_voter.values())
        lead = votes.count(Vote.FIRST) - votes.count(Vote.SECOND)
        if lead:
            preferred = Vote.FIRST if lead > 0 else Vote.SECOND
            agreeing = tuple(voter or _PERSON for voter, vote in by_voter.items() if vote is preferred)
            wanted[(first, second) if lead > 0 else (second, first)] = agreeing
    yield from _found(tally.rows, wanted, arm)


def _found(rows: Rows, wanted: Mapping[Two, tuple[str, ...]], arm: Arm | None) -> Iterator[_Pair]:
    worse_than: dict[str, list[str]] = {}
    for better, worse in sorted(wanted):
        worse_than.setdefault(better, []).append(worse)
    for _, samples in rows.by_prompt():
        by_key = {row.key: row for row, _ in samples if arm is None or arm_of(row) == arm}
        for key, row in by_key.items():
            for worse in worse_than.get(key, ()):
                if worse in by_key:
                    yield _Pair(row, by_key[worse], wanted[key, worse])


def _obstacle(pair: _Pair) -> str:
    """Return why two replies make no pair, "" when they do."""
    if not pair.better.text or not pair.worse.text:
        return "left out because a reply is empty"
    return "left out because both replies are the same" if pair.better.text == pair.worse.text else ""
