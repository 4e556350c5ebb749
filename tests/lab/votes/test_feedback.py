"""All that was said of a run: orders of several models, voters one by one, and what is too little to be told."""

import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from alignscope.lab.votes import words
from alignscope.lab.votes.ballots import BallotBox
from alignscope.lab.votes.feedback import Feedback, feedback_of
from alignscope.lab.votes.index import Index
from alignscope.model.vote import Vote
from tests.lab import runs

STRENGTH = {"base": 0.0, "sft": 1.6, "chat": 1.7}


def three(path: Path, prompts: int) -> Index:
    """A run of three models."""
    rows = []
    for number in range(prompts):
        shared = {"prompt_id": f"p{number:02}", "prompt": f"prompt {number}"}
        rows += [runs.row(**shared, text="b"), runs.chat(**shared), runs.chat(**shared, entry="sft", role="other")]
    return Index(runs.folder(path, rows))


def vote(index: Index, share: float = 1.0) -> dict[tuple[str, str], list[float]]:
    """Vote on pairs of every two models by their strengths, and return what each won against each, prompt by prompt."""
    chance, won = random.Random(1), dict[tuple[str, str], list[float]]()
    with BallotBox(index.folder) as box:
        for one, other in combinations(index.arms, 2):
            pairs = index.pairs(one, other)
            for pair in pairs[: round(share * len(pairs))]:
                lead = STRENGTH[other.entry] - STRENGTH[one.entry]
                second = chance.random() < 1 / (1 + np.exp(-lead))
                box.add(pair, Vote.SECOND if second else Vote.FIRST)
                won.setdefault((one.entry, other.entry), []).append(float(second))
    return won


def said(found: Feedback) -> str:
    return " ".join(line for _, lines in words.voted(found) for line in lines)


def test_three_models_are_put_in_order_and_only_clear_steps_count(tmp_path: Path) -> None:
    index = three(tmp_path, 60)
    won = vote(index)
    (order,) = feedback_of(index).orders
    assert [place.label for place in order.places][2] == "base"
    shares = {place.label: place.share for place in order.places}
    assert shares["chat"].value == pytest.approx(
        (np.mean(won["base", "chat"]) + (1 - np.mean(won["chat", "sft"]) if ("chat", "sft") in won else
         np.mean(won["sft", "chat"]))) / 2
    )  # fmt: skip
    assert sum(share.value for share in shares.values()) == pytest.approx(1.5)
    assert {share.votes for share in shares.values()} == {120}
    assert [place.ahead for place in order.places] == [False, True, False]
    line = words.ordered(order)
    assert " ~ " in line and line.startswith(f"In order: {order.places[0].label} ~ {order.places[1].label} > base (")
    assert "(120 votes on 60 prompts)" in line and line in said(feedback_of(index))


def test_no_order_where_two_of_them_have_too_few_votes(tmp_path: Path) -> None:
    index = three(tmp_path, 60)
    vote(index, 9 / 60)
    found = feedback_of(index)
    assert len(found.standings) == 3 and found.orders == ()
    assert said(found).count("With fewer than 10 votes no share is told.") == 3


def test_two_models_have_no_order_and_nothing_said_is_empty(tmp_path: Path) -> None:
    index = Index(runs.folder(tmp_path, runs.made_up(12, 1)))
    assert feedback_of(index).empty
    with BallotBox(index.folder) as box:
        for pair in index.pairs(*index.arms):
            box.add(pair, Vote.SECOND)
    found = feedback_of(index)
    assert len(found.standings) == 1 and found.orders == () and found.agreements == ()
    assert found.standings[0].halves is not None and found.standings[0].halves.sure == 1


def test_a_voter_from_elsewhere_is_told_by_a_clean_name(tmp_path: Path) -> None:
    index = Index(runs.folder(tmp_path, [runs.row(key="a"), runs.chat(key="b")]))
    (tmp_path / "votes.jsonl").write_text('{"first":"a","second":"b","vote":"tie","by":"x\\u001b[31m"}\n')
    (heading,) = [heading for heading, _ in words.voted(feedback_of(index))]
    assert "\x1b" not in heading and heading.startswith("Judge x")
