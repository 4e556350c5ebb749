"""Tables of scores beside the measures: passages, promoted and suppressed tokens."""

from collections.abc import Sequence
from typing import Final

from alignscope.lab.summary.figures import PassageFigure, Summary, TokenChange
from alignscope.lab.summary.words import PLACE_HELD, value
from alignscope.text.clean import clean_line, visible
from alignscope.text.wording import counted

PASSAGES: Final = "bits per byte of passages"
ABOUT_PASSAGES: Final = (
    "Bits per byte are -log2 p of a passage's tokens / its UTF-8 bytes, behind the same first sentence: fewer is better"
    " predicted. raw is the text alone, chat the same behind the model's own template. A passage is no sample, so there"
    " is no interval; where a cut list leaves a token open it is a lower bound, by which no two models can be compared."
)
ABOUT_CHANGES: Final = (
    "By how many more places of those replies the model would write a token than the one that scored them, in sum, of"
    " the twenty tokens that each reply changes most; bounds where lists don't tell."
)


def passage_table(summary: Summary) -> list[list[str]]:
    """Return the passages' figures as a table with headings; [] without any."""
    if not summary.passages:
        return []
    heads = ["", "frame", "passage", "bits per byte", "n", "open"]
    return [heads, *map(_passage_cells, summary.passages)]


def change_tables(summary: Summary) -> list[tuple[str, list[list[str]]]]:
    """Return for each arm that was scored who did, and the most promoted and suppressed tokens as a table."""
    tables = []
    for label, found in summary.changes.items():
        left_out = f"; {found.left_out:,} couldn't be compared" if found.left_out else ""
        replies = counted(found.replies, "reply").replace("replys", "replies")
        head = f"{label}, scored by {clean_line(found.by)} in frame {found.frame}: {replies}{left_out}"
        heads = ["promoted", "kind", "in", "by", "suppressed", "kind", "in", "by"]
        promoted = [each for each in found.promoted if (each.gain[0] or 0) > 0]
        suppressed = [each for each in found.suppressed if (each.gain[1] or 0) < 0]
        places = range(max(len(promoted), len(suppressed)))
        rows = [[*_cells(promoted, place), *_cells(suppressed, place)] for place in places]
        tables.append((head, [heads, *rows]))
    return tables


def useless_notes(summary: Summary) -> list[str]:
    """Return which likelihoods are in no figure, and why."""
    return [f"{label}: likelihoods of choices are in no figure, since {why}." for label, why in summary.useless.items()]


def _passage_cells(found: PassageFigure) -> list[str]:
    n = f"{counted(found.size, 'byte')}, {counted(found.tokens, 'token')}"
    bits = value(found.bits, lambda bits: f"{bits:.3f}")
    left_open = f"{found.open:,}" if found.open else ""
    return [clean_line(found.entry), found.frame, clean_line(found.passage), bits, n, left_open]


def _cells(changes: Sequence[TokenChange], place: int) -> list[str]:
    if place >= len(changes):
        return [""] * 4
    each = changes[place]
    return [
        f"“{visible(each.text)}”", str(each.kind), f"{each.replies:,}",
        value(each.gain, lambda gain: f"{gain:+.1f}") or PLACE_HELD,
    ]  # fmt: skip
