"""The inspector: the list of likeliest tokens at the cursor, the probability outside it, and the entropy."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.cut_list import CutList, NotATopListError
from alignscope.measure.distribution.entropy import effective_choices
from alignscope.measure.distribution.truncation import truncated_mass
from alignscope.run.sent.samplers import truncation_of
from alignscope.text.clean import cell_width, fit, visible
from alignscope.text.wording import counted
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scores.other import Other, between, percent
from alignscope.ui.widgets.transcript.line_widget import LineWidget

Row = list[tuple[str, str]]
"""Pieces of a row, each with the last part of its style's name."""

WIDTH: Final = 44
"""Cells that the list takes."""
_BAR: Final = 8
"""Cells of a bar, which is full at 100 percent."""
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_PERCENT: Final = 6
"""Cells of a percentage."""
_RANK: Final = 4
_SIGNS: Final = {"drawn": "›", "chosen": "»"}
_LOW: Final = 12
"""Rows below which the list needs all of them."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A token and where to look it up."""

    tokens: ReplyTokens
    token: int
    name: str
    """The pane's mark and name."""
    other: Other | None = None
    """What another model says at this place."""
    server: str = ""
    """Name and version of the server that wrote it; empty if unknown."""
    chosen: int | None = None
    """The place in the list of the alternative that would be taken."""


class Inspector(LineWidget, Widget):
    """The list at the cursor, the likeliest first, and figures below it or beside it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"inspector--{name}" for name in ("head", "drawn", "chosen", "bar", "muted")
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Inspector {
        background: $surface;
        color: $foreground;
        & > .inspector--head { color: $text-muted; }
        & > .inspector--drawn { color: $accent; text-style: bold; }
        & > .inspector--chosen { color: $foreground; background: $primary 20%; text-style: bold; }
        &:ansi > .inspector--chosen { background: $background; text-style: bold reverse; }
        & > .inspector--bar { color: $primary; }
        & > .inspector--muted { color: $text-muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._inspected: Inspected | None = None
        self._shown: list[Row] = []
        self._looks: dict[str, Style] = {}

    def show(self, inspected: Inspected | None) -> None:
        """Show a token; None shows nothing."""
        self._inspected = inspected
        before, self._shown = self._shown, self._rows()
        # Only these rows: the texts' rows beside a refreshed one are put together again, too.
        if height := max(len(before), len(self._shown)):
            self.refresh(Region(0, 0, self.size.width, height))

    def on_resize(self) -> None:
        self._shown = self._rows()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self._looks.clear()

    def row(self, y: int) -> Strip:
        """Draw a row."""
        return self._strip(self._shown[y] if y < len(self._shown) else [])

    def _look(self, name: str) -> Style:
        """Return a cached style: Textual's look-up costs more than drawing a row."""
        if name not in self._looks:
            self._looks[name] = self.get_component_rich_style(f"inspector--{name}") if name else self.rich_style
        return self._looks[name]

    def _strip(self, row: Row) -> Strip:
        plain, width = self._look(""), self.outer_size.width
        segments: list[Segment] = []
        drawn, look = " ", row[0][1] if row else ""
        for text, name in row:  # each further segment is cut, filtered and joined again in every frame
            if name == look:
                drawn += text
            elif text:
                segments.append(Segment(drawn, self._look(look)))
                drawn, look = text, name
        segments.append(Segment(drawn, self._look(look)))
        # Padded here: a strip of its own for that costs more than all the rest of the row.
        if (left := width - sum(segment.cell_length for segment in segments)) > 0:
            segments.append(Segment(" " * left, plain))
        return Strip(segments, width - min(left, 0)).adjust_cell_length(width, plain)

    def _rows(self) -> list[Row]:
        """Return the rows: the list, and its figures beside it where it is wide enough, else below."""
        width, height = self.size
        if self._inspected is None or not len(self._inspected.tokens):
            return []
        found, problem = _list_of(self._inspected)
        facts = _facts(self._inspected, found, problem)
        room = min(WIDTH, width) - 2
        beside = width >= WIDTH + 24
        below = 0 if beside or height < _LOW else len(facts) + 1
        rows = list(_listing(self._inspected, found, room, height - below))
        if not beside:
            return [*rows, *([[], *([(fit(fact, width - 2), "muted")] for fact in facts)] if below else [])]
        side: list[Row] = [[(fit(fact, width - WIDTH - 2), "muted")] for fact in facts]
        padded = [[*row, (" " * (WIDTH - sum(cell_width(text) for text, _ in row)), "")] for row in rows]
        padded += [[(" " * WIDTH, "")]] * (len(side) - len(padded))
        return [[*row, *(side[at] if at < len(side) else [])] for at, row in enumerate(padded)]


def _list_of(inspected: Inspected) -> tuple[CutList | None, str]:
    """Return the list at the token, and why it can't be one of the likeliest tokens."""
    try:
        return inspected.tokens.list_at(inspected.token), ""
    except NotATopListError as error:
        return None, str(error)


def _listing(inspected: Inspected, found: CutList | None, width: int, height: int) -> Iterable[Row]:
    """Yield the heading and the tokens, the drawn one among them, then what is left, in at most `height` rows."""
    yield _heading(inspected, width)
    tokens, token = inspected.tokens, inspected.token
    drawn = tokens.place(token)
    entries = [(str(at + 1), each.text, math.exp(min(0.0, each.logprob)), at == drawn)
               for at, each in enumerate(tokens.alternatives(token))]  # fmt: skip
    chosen = inspected.chosen
    chance = tokens.probability(token)
    if drawn is None and chance is not None:
        entries.append((f">{len(entries)}" if entries else "", tokens.texts[token], chance, True))
    room = max(1, height - 3)
    wanted = [*([] if chosen is None else [chosen]), *(at for at, (*_, is_drawn) in enumerate(entries) if is_drawn)]
    kept = _kept(wanted, room) if len(entries) > room + 1 else range(len(entries))
    others = _other_percents(inspected, [text for _, text, *_ in entries])
    for at in kept:
        rank, text, probability, is_drawn = entries[at]
        look = "chosen" if at == chosen else "drawn" if is_drawn else ""
        yield _entry(rank, visible(text) or "(no text)", probability, others[at], width, look)
    if len(kept) < len(entries):
        rest = math.fsum(probability for at, (_, _, probability, _) in enumerate(entries) if at not in kept)
        yield _entry("", f"{len(entries) - len(kept)} more listed", rest, _none(others), width, "muted")
    if found is not None:
        yield _entry("", "unseen", found.rest, _none(others), width, "muted")


def _kept(wanted: Sequence[int], room: int) -> list[int]:
    """Return which entries are shown where there is room for so many: those that are wanted, and the first ones."""
    return sorted([*dict.fromkeys([*wanted, *range(room)])][:room])


def _heading(inspected: Inspected, width: int) -> Row:
    other = (
        fit(inspected.other.mark + " %", _PERCENT).rjust(_PERCENT + 1)
        if inspected.other and inspected.other.cut
        else ""
    )
    own = fit(f"{inspected.name.split(' ')[0]} %", _PERCENT).rjust(_PERCENT)
    name = fit(inspected.name, width - len(other) - len(own) - 1)
    return [(name + " " * (width - cell_width(name) - cell_width(other) - cell_width(own)) + own + other, "head")]


def _entry(rank: str, text: str, probability: float, other: str | None, width: int, look: str) -> Row:
    room = max(1, width - _RANK - 2 - _BAR - _PERCENT - (_PERCENT + 1 if other is not None else 0))
    shown, bar = fit(text, room), _bar(probability)
    return [
        (f"{_SIGNS.get(look, ' ')}{rank:>{_RANK - 1}} ", look or "muted"),
        (shown + " " * (room - cell_width(shown) + 1), look),
        (bar, "bar" if bar.strip() else look),
        (f"{percent(probability):>{_PERCENT}}", look),
        ("" if other is None else f"{other:>{_PERCENT + 1}}", look or "muted"),
    ]


def _bar(probability: float) -> str:
    eighths = round(min(1.0, probability) * _BAR * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(_BAR)


def _none(others: Sequence[str | None]) -> str | None:
    """Return an empty cell if the other's column is there."""
    return "" if others and others[0] is not None else None


def _other_percents(inspected: Inspected, texts: Sequence[str]) -> list[str | None]:
    """Return the other's percentages of tokens: None without another, and bounds where its list doesn't have one.

    A text that several tokens of either list have, or that is a part of a character, doesn't tell which token it is.
    """
    theirs = inspected.other.cut if inspected.other else None
    if theirs is None:
        return [None] * len(texts)
    unclear = theirs.ambiguous | {text for text in texts if texts.count(text) > 1 or "\ufffd" in text or not text}
    known = {each.text: probability for each, probability in zip(theirs.tokens, theirs.probabilities, strict=True)}
    most = f"<{percent(theirs.most).removeprefix('<')}"
    return ["?" if text in unclear else percent(known[text]) if text in known else most for text in texts]


def _facts(inspected: Inspected, found: CutList | None, problem: str) -> list[str]:
    """Return what is said below the list, a row each."""
    tokens, token = inspected.tokens, inspected.token
    facts = list(inspected.other.facts) if inspected.other else []
    if problem:
        return [*facts, "not a list of the likeliest:", problem]
    if found is None:
        return [*facts, "no log-probability came with it"]
    surprisal, figures = tokens.surprisal(token), tokens.figures(token)
    if surprisal is not None:
        facts.append(f"surprisal {surprisal:.2f} bits")
    if figures is not None and tokens.alternatives(token):
        facts.append(f"entropy {between(figures.entropy, 2)} bits")
        facts.append(f"effective choices: {between(effective_choices(found), 1)}")
    facts.append(f"covered {100 * found.mass:.1f} % by {counted(len(found.tokens), 'token')}")
    if tokens.reply.request:
        facts += _sampled_away(tokens, found, inspected.server)
    return facts


def _sampled_away(tokens: ReplyTokens, found: CutList, server: str) -> list[str]:
    """Return how much of the probability sampling left no chance, by what the reply's own request says."""
    truncation, why = truncation_of(tokens.reply.url, tokens.reply.request, server)
    if truncation is None:
        return ["sampled away: unknown, since", why]
    if truncation.keeps_all:
        return ["sampled away: nothing, no truncation"]
    away = truncated_mass(found, truncation)
    return [f"sampled away {between(Bounds(100 * away.lo, 100 * away.hi), 1)} %"]
