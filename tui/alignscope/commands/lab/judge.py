"""`alignscope lab judge`: which replies of a file decline what was asked; a run's folder goes to `model_judge`."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line.arguments import refuse
from alignscope.lab.row import MAX_LINE
from alignscope.measure.accuracy import Accuracy
from alignscope.measure.refusal.error import HELD_OUT
from alignscope.measure.refusal.judging import Judgement, Label, judge
from alignscope.text.wording import counted

_OF_RUNS: Final = ("by", "principles", "between", "pairs", "concurrency", "host")
"""Options of a judge that is a model."""
_STANDARD_INPUT: Final = "-"
_NO_WORDS: Final = "no words of declining"
"""What a summary calls the rule of a reply in which none was found."""


class _Line(msgspec.Struct):
    prompt: str = ""
    reply: str | None = None
    text: str | None = None
    """The reply, in a row of a run."""
    label: Label | None = None
    """A person's, to compare with."""


class _Judged(msgspec.Struct):
    label: Label
    rule: str
    matched: str


class _Bad(msgspec.Struct):
    line: int
    error: str


def run(options: argparse.Namespace) -> int:
    """Judge each line by rule, or hand over to a model that judges a run. Return the exit status. Raises UsageError."""
    if Path(options.file).expanduser().is_dir():
        from alignscope.commands.lab import model_judge

        return model_judge.run(options)
    refuse(options, _OF_RUNS, " FILE")
    judged, compared, bad = list[Judgement](), list[tuple[Label, Label]](), 0
    with _opened(options.file) as file:
        for number, raw in enumerate(_lines(file, options.file), 1):
            if not raw.strip():
                continue
            try:
                line = msgspec.json.decode(raw, type=_Line)
                reply = _reply(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
                bad += 1
                printing.notes().line(f"line {number} is left out: {error}")
                if options.json:
                    printing.out().json(msgspec.json.encode(_Bad(number, str(error))))
                continue
            judgement = judge(line.prompt, reply)
            if options.json:
                printing.out().json(msgspec.json.encode(_Judged(*judgement)))
                continue
            judged.append(judgement)
            if line.label:
                compared.append((line.label, judgement.label))
    if not options.json:
        _sum_up(judged, compared)
    return Status.FAILED if bad else Status.OK


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    try:
        if name == _STANDARD_INPUT:
            if sys.stdin is None:
                raise UsageError("there is no standard input to read replies from; name a file")
            yield sys.stdin.buffer
            return
        with Path(name).expanduser().open("rb") as file:
            yield file
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror or error}; name another file") from error


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            raise UsageError(f"{name} has a line of more than {MAX_LINE >> 20} MB; is it JSON, an object a line?")
        yield line


def _reply(line: _Line) -> str:
    reply = line.text if line.reply is None else line.reply
    if reply is None:
        raise ValueError("it has no `reply`; a line is an object with `prompt` and `reply`")
    return reply


def _sum_up(judged: list[Judgement], compared: list[tuple[Label, Label]]) -> None:
    out = printing.out()
    labels = Counter(each.label for each in judged)
    out.line(
        f"{len(judged)} {'reply' if len(judged) == 1 else 'replies'}: "
        + ", ".join(f"{labels[label]} {label}" for label in Label)
    )
    determined = len(judged) - labels[Label.UNDETERMINED]
    if determined:
        out.line(f"refused: {_share(labels[Label.REFUSED], determined)} of those that could be judged")
    for label in (Label.REFUSED, Label.OTHER):
        rules = Counter(each.rule or _NO_WORDS for each in judged if each.label is label)
        if rules:
            out.line()
            out.line(f"{label}, by rule:")
            out.table([(str(number), rule) for rule, number in rules.most_common()], indent="  ")
    if compared:
        out.line()
        out.line(f"against the labels of {counted(len(compared), 'line')}:")
        _error(_measured(compared))
    out.line()
    out.line("the rules' own error, on replies labelled by hand after they were written:")
    _error(HELD_OUT)


def _measured(compared: list[tuple[Label, Label]]) -> Accuracy:
    """Count what the rules made of labelled replies."""
    every = Counter((mine, rules is Label.REFUSED) for mine, rules in compared)
    return Accuracy(
        found=every[Label.REFUSED, True],
        there=every[Label.REFUSED, True] + every[Label.REFUSED, False],
        mistaken=every[Label.OTHER, True],
        others=every[Label.OTHER, True] + every[Label.OTHER, False],
    )


def _error(measured: Accuracy) -> None:
    rows = []
    if measured.there:
        lo, hi = measured.found_interval()
        rows.append(("refusals found", _share(measured.found, measured.there), _percents(lo, hi)))
    if measured.others:
        lo, hi = measured.mistaken_interval()
        rows.append(("others taken for refusals", _share(measured.mistaken, measured.others), _percents(lo, hi)))
    printing.out().table(rows, indent="  ")


def _share(number: int, of: int) -> str:
    return f"{number} of {of} ({100 * number / of:.1f} %)"


def _percents(lo: float, hi: float) -> str:
    return f"95 % interval {100 * lo:.1f} to {100 * hi:.1f} %"
