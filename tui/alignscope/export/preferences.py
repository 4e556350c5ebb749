"""Verdicts and votes as preference pairs, in the JSON Lines that TRL's DPOTrainer reads.

A line has `prompt`, `chosen` and `rejected`: plain text, or with `conversational` lists of messages, to which the
trainer applies its model's chat template.
https://huggingface.co/docs/trl/dataset_formats
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from alignscope.export import Options
from alignscope.model.lineup.pane import Mode
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, ReplyKey, Turn, exchanges
from alignscope.model.vote import Vote
from alignscope.text.clean import encodable
from alignscope.text.wording import counted


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield a line for every two replies of which one was judged better.

    A pair needs one prompt for both: two panes with different carried turns make none, nor do equal or empty replies.
    """
    for judged in _judged(session):
        if not _obstacle(*judged):
            yield json.dumps(_pair(*judged, conversational=options.conversational), ensure_ascii=False) + "\n"


def remark(session: Session) -> str:
    """Return how many pairs are left out and why, or that there are none; "" when all are written."""
    reasons = Counter(_obstacle(*judged) for judged in _judged(session))
    written = reasons.pop("", 0)
    if not written and not reasons:
        return "No reply was judged better than another, so there are no pairs."
    left_out = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    return f"{counted(written, 'pair')} written, {left_out}." if left_out else ""


def _judged(session: Session) -> Iterator[tuple[Turn, Sequence[Turn], ReplyKey, ReplyKey]]:
    """Yield a turn, the turns that it carries along, and two replies of it, the better one first.

    By the turn's verdict, and by blind votes on replies that it doesn't rank.
    """
    for place, turn in enumerate(session.turns):
        before = session.turns[:place] if turn.settings.context == CARRY else []
        for better, worse in combinations(turn.verdict.order if turn.verdict else (), 2):
            yield turn, before, better, worse
        ranked = set(turn.verdict.order) if turn.verdict else set[ReplyKey]()
        for two, voted in turn.votes.items():
            if voted.vote in (Vote.FIRST, Vote.SECOND) and not ranked >= set(two):
                better, worse = two if voted.vote is Vote.FIRST else two[::-1]
                yield turn, before, better, worse


def _obstacle(turn: Turn, before: Sequence[Turn], better: ReplyKey, worse: ReplyKey) -> str:
    """Return why two replies make no pair, "" when they do."""
    if not {better[0], worse[0]} <= {pane.name for pane in turn.lineup}:
        return "left out because a pane is missing from the lineup"
    if not turn.text(*better) or not turn.text(*worse):
        return "left out because a reply is empty"
    if turn.text(*better) == turn.text(*worse):
        return "left out because both replies are the same"
    if exchanges(before, better[0]) != exchanges(before, worse[0]):
        return "left out because the panes carried different turns along"
    return ""


def _pair(
    turn: Turn, before: Sequence[Turn], better: ReplyKey, worse: ReplyKey, *, conversational: bool
) -> dict[str, object]:
    chosen, rejected = (encodable(turn.text(*key)) for key in (better, worse))
    panes = {pane.name: pane for pane in turn.lineup}
    asked = [panes[better[0]], panes[worse[0]]]
    history = [(encodable(prompt), encodable(reply)) for prompt, reply in exchanges(before, better[0])]
    prompt = encodable(turn.prompt)
    if not conversational:
        # The scaffold is part of the prompt if both replies continued it. Carried turns become one document with it.
        completions = all(pane.mode is Mode.COMPLETION for pane in asked)
        scaffold = SCAFFOLDS[turn.settings.scaffold if completions else BARE]
        return {"prompt": scaffold.document(history, prompt), "chosen": chosen, "rejected": rejected}
    systems = {pane.system for pane in asked}
    messages = [_message("system", encodable(system)) for system in systems if system and len(systems) == 1]
    for earlier, reply in history:
        messages += [_message("user", earlier), _message("assistant", reply)]
    return {
        "prompt": [*messages, _message("user", prompt)],
        "chosen": [_message("assistant", chosen)],
        "rejected": [_message("assistant", rejected)],
    }


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
