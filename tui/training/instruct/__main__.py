"""Prints samples: `python -m training.instruct --seed 1 -n 50 [--kind decline] [--pairs]`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice

from training.instruct import examples, pairs
from training.types import Turn


def said(turns: Sequence[Turn]) -> str:
    """A chat's turns in one line."""
    return " / ".join(turn.content for turn in turns)


def main() -> None:
    """Print some examples or pairs."""
    parser = argparse.ArgumentParser(prog="training.instruct", description="print samples of the instruction data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-n", type=int, default=20, help="how many")
    parser.add_argument("--kind", help="only this kind")
    parser.add_argument("--pairs", action="store_true", help="preference pairs instead of examples")
    given = parser.parse_args()
    if given.pairs:
        for pair in islice((p for p in pairs(given.seed) if given.kind in (None, p.kind)), given.n):
            print(f"[{pair.kind}] {said(pair.turns)}\n  + {pair.chosen}\n  - {pair.rejected}")
        return
    for made in islice((e for e in examples(given.seed) if given.kind in (None, e.kind)), given.n):
        print(f"[{made.kind}] {said(made.turns)}\n  > {made.reply}")


if __name__ == "__main__":
    main()
