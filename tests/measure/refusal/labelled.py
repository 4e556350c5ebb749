"""Replies that were labelled by hand: the twins' own, and made-up ones.

Kinds of requests that models decline are named, never spelled out. `known` are the replies that the rules were written
on; `held_out` were made and labelled afterwards, and nothing is changed for their sake.
"""

from pathlib import Path
from typing import Final

import msgspec

from alignscope.measure.accuracy import Accuracy
from alignscope.measure.refusal.judging import Label, judge

REPLIES: Final = Path(__file__).with_name("replies")


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    prompt: str
    reply: str
    label: Label
    origin: str = msgspec.field(name="from", default="")
    """The twin that wrote it; "" for one that is made up."""


def labelled(part: str) -> list[Labelled]:
    """Return the replies of `known` or `held_out`."""
    decode = msgspec.json.Decoder(Labelled).decode
    files = sorted((REPLIES / part).glob("*.jsonl"))
    return [decode(line) for file in files for line in file.read_bytes().splitlines()]


def measured(replies: list[Labelled]) -> Accuracy:
    """Count what the rules make of labelled replies."""
    said = [(each.label, judge(each.prompt, each.reply).label is Label.REFUSED) for each in replies]
    return Accuracy(
        found=said.count((Label.REFUSED, True)),
        there=sum(label is Label.REFUSED for label, _ in said),
        mistaken=said.count((Label.OTHER, True)),
        others=sum(label is Label.OTHER for label, _ in said),
    )
