"""Files that are derived from a run's rows and written beside them: each can be deleted and made again."""

import csv
import io
from collections.abc import Iterator
from typing import Final

import msgspec

from alignscope.export.csv import harmless
from alignscope.lab.summary.figures import Ends, Summary
from alignscope.lab.votes.feedback import Feedback

SUMMARY: Final = "summary.json"
METRICS: Final = "metrics.csv"
REPORT: Final = "report.html"
COLUMNS: Final = (
    "measure", "label", "unit", "primary", "what", "of", "less", "lo", "hi", "interval_lo", "interval_hi", "prompts",
    "replies", "undetermined", "without", "wins", "ties", "losses", "undecided", "p", "p_holm", "smallest_effect",
    "margin", "same", "errors", "cut", "caveats",
)  # fmt: skip
"""Of `metrics.csv`, whose lines are figures (`what` is `value`), differences (`difference`) and those of passages."""
Cell = str | float | int | bool | None


def as_json(summary: Summary, feedback: Feedback | None = None) -> bytes:
    """Return all figures as one JSON object, with what was said of the replies."""
    return msgspec.json.format(in_a_line(summary, feedback=feedback), indent=1) + b"\n"


def in_a_line(summary: Summary, measure: str | None = None, *, feedback: Feedback | None = None) -> bytes:
    """Return all figures, or those of one measure, as JSON in one line."""
    if measure is None and feedback is not None:
        return msgspec.json.encode({**msgspec.to_builtins(summary), "votes": feedback})
    if measure is None:
        return msgspec.json.encode(summary)
    return msgspec.json.encode(next(each for each in summary.measures if each.name == measure))


def as_csv(summary: Summary) -> str:
    """Return all figures as CSV, a line for each."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(
        buffer, COLUMNS, restval="", lineterminator="\r\n", strict=True, quoting=csv.QUOTE_NONNUMERIC
    )
    writer.writeheader()
    for cells in _lines(summary):
        writer.writerow({name: harmless(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
    return buffer.getvalue()


def _lines(summary: Summary) -> Iterator[dict[str, Cell]]:
    for measured in summary.measures:
        head: dict[str, Cell] = {
            "measure": measured.name, "label": measured.label, "unit": str(measured.unit), "primary": measured.primary,
        }  # fmt: skip
        for label, figure in measured.figures.items():
            arm = summary.arm(label)
            yield head | _ends(figure.value, figure.interval) | {
                "what": "value", "of": label, "prompts": figure.prompts, "replies": figure.replies,
                "undetermined": figure.undetermined, "without": figure.without, "errors": arm.errors, "cut": arm.cut,
                "caveats": "; ".join(figure.caveats),
            }  # fmt: skip
        for found in measured.differences:
            yield head | _ends(found.value, found.interval) | {
                "what": "difference", "of": found.of, "less": found.less, "prompts": found.prompts,
                "without": found.only_of + found.only_less, "wins": found.wins, "ties": found.ties,
                "losses": found.losses, "undecided": found.undecided, "p": found.p, "p_holm": found.p_holm,
                "smallest_effect": found.smallest_effect, "margin": found.margin, "same": found.same,
                "caveats": "; ".join(found.caveats),
            }  # fmt: skip

    for passage in summary.passages:
        yield _ends(passage.bits, None) | {
            "measure": "bits_per_byte", "label": f"bits per byte of {passage.passage}", "unit": "bits",
            "primary": False, "what": "passage", "of": f"{passage.entry} · {passage.frame}",
            "undetermined": passage.open,
        }  # fmt: skip


def _ends(value: Ends, interval: Ends | None) -> dict[str, Cell]:
    lo, hi = interval or (None, None)
    return {"lo": value[0], "hi": value[1], "interval_lo": lo, "interval_hi": hi}
