"""Output of `alignscope shift`: each position, and then their summary."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from alignscope.commands import printing
from alignscope.measure.bounds import Bounds
from alignscope.measure.shift.classes import Shift, Summary, summarise
from alignscope.measure.shift.comparison import Comparison
from alignscope.measure.shift.profile import STRETCHES, Part, by_position, by_thirds
from alignscope.model.lineup.pane import Pane
from alignscope.model.score import Frame, Tokenizers
from alignscope.scoring.frame import HELP
from alignscope.scoring.scorer import Scorer
from alignscope.text.clean import visible
from alignscope.text.wording import WHY_MISSING, counted, describe_pane

_ROUNDING: Final = 1e-3
"""How far a server's own rounding may keep the bounds of a log-probability apart."""
_MOST_ROWS: Final = 40
"""Rows of the table."""
_MARKS: Final = {
    Shift.UNSHIFTED: "",
    Shift.MARGINAL: "4",
    Shift.SHIFTED: "1;33",
    Shift.BEYOND: "1;7",
    Shift.UNKNOWN: "2",
}
"""Escape sequences of the classes: each differs without its colour, too."""
_TOKENIZERS: Final = {
    Tokenizers.DIFFERENT: "The two read the reply in different tokens, so that figures hold for the tokens they share.",
    Tokenizers.UNKNOWN: "Whether the two read the reply in the same tokens isn't known: a server doesn't tell.",
}


class JsonPrinter:
    """Printer of every position as one line of JSON, as it is known, and then of the summary."""

    def __init__(self, of: Pane, by: Pane, frame: Frame) -> None:
        self.out = printing.out()
        self._about = {"of": of.name, "by": by.name, "frame": frame}

    def position(self, found: Comparison) -> None:
        """Print a position."""
        own, other = found.own, found.other
        line: dict[str, Any] = {
            "event": "position", "index": found.position, "token": found.token, **({"end": True} if found.end else {}),
            "own": {"logprob": _point(own.logprob), "rank": own.rank},
            "other": {
                "logprob_lo": _finite(other.logprob)[0], "logprob_hi": _finite(other.logprob)[1],
                "rank": other.rank, "beyond": other.beyond,
            },
            "class": found.shift, **({"missing": found.missing} if found.missing else {}),
            "entropy": _finite(found.entropy), "tv": _finite(found.tv), "js": _finite(found.js),
            "covered": [own.covered, other.covered],
        }  # fmt: skip
        self.out.json(msgspec.json.encode(line))

    def end(self, found: Sequence[Comparison], alike: Tokenizers, scorers: Sequence[Scorer]) -> None:
        """Print the summary of what was found, and what it took."""
        summary = summarise(each.shift for each in found)
        line: dict[str, Any] = {
            "event": "summary", **self._about, "positions": summary.positions,
            "counts": summary.counts, "shares": {each: summary.share(each).value for each in Shift if each in _KNOWN},
            "shifted_or_beyond": _share(summary), "null_shifted_or_beyond": _share(_by_itself(found)),
            "js_thirds": [_finite(part.mean) for part in _thirds(found)],
            "shifted_by_position": [
                {"from": first, "to": end, "value": part.mean.lo if part.mean else None, "known": part.known}
                for (first, end), part in zip(STRETCHES, _stretches(found), strict=True) if part.positions
            ],
            "tokenizers": alike, "requests": _requests(scorers), "tokens": _tokens(scorers),
        }  # fmt: skip
        self.out.json(msgspec.json.encode(line))


class TextPrinter:
    """Printer of the reply with each token marked by its class, of a table of shifted ones, and of a summary."""

    def __init__(self, of: Pane, by: Pane, frame: Frame) -> None:
        self.out = printing.out()
        self._of, self._by = of, by
        self.out.line(f"── {describe_pane(of)}, scored by {describe_pane(by)} ──")
        self.out.line(f"── frame: {frame}, {HELP[frame]} ──")

    def position(self, found: Comparison) -> None:
        """Print a position's token."""
        self.out.styled(found.token, _MARKS[found.shift])

    def end(self, found: Sequence[Comparison], alike: Tokenizers, scorers: Sequence[Scorer]) -> None:
        """Print the table and the summary of what was found, and what it took."""
        self.out.line()
        self.out.line()
        shifted = [each for each in found if each.shift in (Shift.SHIFTED, Shift.BEYOND)]
        if shifted:
            head = ("position", "token", "own %", f"{self._by.name} %", "rank", "JS (bits)")
            self.out.table([head, *(_row(each) for each in shifted[:_MOST_ROWS])])
            if len(shifted) > _MOST_ROWS:
                self.out.line(f"… and {counted(len(shifted) - _MOST_ROWS, 'more shifted token')}")
            self.out.line()
        summary = summarise(each.shift for each in found)
        self.out.line(" · ".join(f"{count} {each}" for each, count in summary.counts.items() if count))
        share = summary.shifted_or_beyond
        if share.value is not None and share.bounds is not None:
            sure = "" if not share.unknown else f"; {_percent(share.bounds)} if the unknown ones are counted"
            self.out.line(f"shifted or beyond: {share.value:.0%} of {counted(share.known, 'known position')}{sure}")
        if parts := " · ".join(_by_stretch(found)):
            self.out.line(parts)
        own = _by_itself(found).shifted_or_beyond
        if own.found:
            self.out.line(f"in {self._of.name}'s own lists: {own.value:.0%} of {counted(own.known, 'known position')}")
        thirds = [_bits(part.mean) for part in _thirds(found)]
        if any(thirds):
            self.out.line(f"Jensen–Shannon divergence by thirds, in bits: {' · '.join(each or '–' for each in thirds)}")
        if alike in _TOKENIZERS:
            self.out.line(_TOKENIZERS[alike])
        for missing, why in WHY_MISSING.items():
            if count := sum(each.missing is missing for each in found):
                self.out.line(f"{counted(count, 'position')} left out: {why}")
        spent = (counted(_requests(scorers), "request"), counted(_tokens(scorers), "token"))
        self.out.line(f"{spent[0]} · {spent[1]} written for it")


def _requests(scorers: Sequence[Scorer]) -> int:
    return sum(scorer.requests for scorer in scorers)


def _tokens(scorers: Sequence[Scorer]) -> int:
    return sum(scorer.tokens for scorer in scorers)


_YES: Final = Bounds(1.0, 1.0)
_NO: Final = Bounds(0.0, 0.0)
_KNOWN: Final = frozenset(Shift) - {Shift.UNKNOWN}


def _row(found: Comparison) -> tuple[str, ...]:
    rank = f"over {found.other.beyond}" if found.other.beyond else str(found.other.rank or "?")
    token = "the end" if found.end else visible(found.token)
    return str(found.position), token, _chance(found.own.logprob), _chance(found.other.logprob), rank, _bits(found.js)


def _point(logprob: Bounds | None) -> float | None:
    """Return a log-probability that is known but for rounding; None for another."""
    return (logprob.lo + logprob.hi) / 2 if logprob and logprob.met(_ROUNDING) else None


def _chance(logprob: Bounds | None) -> str:
    """Return a probability in percent, with both its bounds where they differ."""
    if logprob is None:
        return "?"
    least, most = math.exp(logprob.lo), math.exp(logprob.hi)
    return f"{most:.2%}" if logprob.met(_ROUNDING) else f"{least:.0%}–{most:.2%}"


def _bits(bounds: Bounds | None) -> str:
    if bounds is None:
        return ""
    least, most = bounds.in_bits
    return f"{most:.2f}" if most - least < 0.005 else f"{least:.2f}–{most:.2f}"


def _percent(bounds: Bounds) -> str:
    return f"{bounds.lo:.0%} to {bounds.hi:.0%}"


def _finite(bounds: Bounds | None) -> tuple[float | None, float | None]:
    return bounds.finite if bounds else (None, None)


def _share(summary: Summary) -> dict[str, Any]:
    share = summary.shifted_or_beyond
    return {"value": share.value, "known": share.known, "unknown": share.unknown, "bounds": share.bounds}


def _by_itself(found: Sequence[Comparison]) -> Summary:
    """Return the classes of the tokens in their own model's lists: what sampling alone shifts."""
    return summarise(each.by_itself for each in found if not each.end)


def _thirds(found: Sequence[Comparison]) -> Sequence[Part]:
    return by_thirds([[[each.js for each in found if not each.end]]])


def _stretches(found: Sequence[Comparison]) -> Sequence[Part]:
    """Return the shares of tokens that are shifted or beyond, over each of the `STRETCHES`."""
    return by_position([[[_is_shifted(each.shift) for each in found if not each.end]]])


def _by_stretch(found: Sequence[Comparison]) -> Iterator[str]:
    """Yield what share of each stretch of tokens is shifted or beyond, in words."""
    for (first, end), part in zip(STRETCHES, _stretches(found), strict=True):
        if part.mean is not None:
            where = f"{'tokens ' if not first else ''}{first + 1}–{end}" if end else f"from {first + 1} on"
            yield f"{where}: {part.mean.lo:.0%} of {part.known}"


def _is_shifted(shift: Shift) -> Bounds | None:
    return None if shift is Shift.UNKNOWN else _YES if shift in (Shift.SHIFTED, Shift.BEYOND) else _NO
