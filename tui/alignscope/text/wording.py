"""Numbers, replies, panes, turns and settings as text: the same on the screen, in print and in exports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from alignscope.model.lineup.pane import Pane
from alignscope.model.origin import Kind, Origin, Way
from alignscope.model.reply import Reply
from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling, nearest_preset
from alignscope.model.scaffold import BARE
from alignscope.model.score import Missing
from alignscope.model.session import Session
from alignscope.model.turn import FRESH, PaneRecord, ReplyKey, Turn, TurnSettings
from alignscope.text.clean import clean_line, render

_PRESETS: Final = tuple(PRESETS.values())
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_MOST_CHANGED: Final = 4
"""Maximum number of parameters named one by one behind a preset."""
SILENT_SECONDS: Final = 5.0
"""A pause between two tokens is mentioned from here on."""

WHY_MISSING: Final = {
    Missing.NO_LIST: "no list came",
    Missing.ENDS: "the other model would end there",
    Missing.RESPLIT: "the text is split otherwise when it is read",
    Missing.START: "the first token after another prompt",
}
"""Why positions of a score are left out."""
_ALOUD: Final = {"": "no text of its own", "\n": "line break", "\n\n": "two line breaks", "\t": "tab", " ": "blank"}
"""Names of tokens that can't be heard."""


def counted(count: float, noun: str) -> str:
    """Return a number with its noun, such as `1 token`, `2,300 tokens` or `0.5 seconds`."""
    number = f"{int(count):,}" if count == int(count) else f"{count:,g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"


def format_bytes(count: float | None) -> str:
    """Return a number of bytes in powers of 1000, such as `397 MB` or `4.9 GB`; "" for an unknown number."""
    if count is None:
        return ""
    number, unit = float(count), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit < 3 or number >= 99.5 else f"{number:.1f} {_UNITS[unit]}"


def describe_pace(rate: int) -> str:
    """Return a pace in tokens a second as `paced 20/s`."""
    return f"paced {rate}/s"


def moment(at: datetime) -> str:
    """Return a time as people and programs read it, such as `2026-11-20 21:03:15 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".rstrip()


def describe_pane(pane: Pane, sample: int = 1, samples: int = 1) -> str:
    """Return a pane's name, model and mode, and the sample if there are several."""
    parts = [pane.name, pane.model, str(pane.mode)]
    if samples > 1:
        parts.append(f"sample {sample} of {samples}")
    return " · ".join(parts)


def record_facts(record: PaneRecord) -> list[str]:
    """Return what is known of a pane beyond its name, model and mode: server, hash, system prompt."""
    url = record.pane.server
    facts = [f"{record.server} at {url}" if record.server else url, record.digest]
    if record.pane.system:
        facts.append(f"system prompt: {record.pane.system}")
    return list(filter(None, facts))


def reply_state(reply: Reply, waited: float = 0, *, held: bool = False) -> str:
    """Return what a reply does, or why it stopped.

    Args:
        waited: seconds since its last token, else since its present phase of waiting began.
        held: whether it is in a paused replay.
    """
    if reply.end is not None:
        return reply.ending
    if held:
        return "paused"
    if reply.texts:
        doing = "thinking" if len(reply.texts) - 1 in reply.thoughts else "writing"
        return f"{doing} · silent for {int(waited)} s" if waited >= SILENT_SECONDS else doing
    return f"{reply.phase} {int(waited)} s" if waited >= 1 else str(reply.phase)


def reply_summary(reply: Reply) -> str:
    """Return a reply's state and length, such as `ended by itself · 12 tokens`, behind where it goes on from, if so."""
    count = reply.token_count
    facts = [reply_state(reply), *([counted(count, "token")] if count else [])]
    return " · ".join([*([describe_origin(reply.origin, way=False)] if reply.origin else []), *facts])


def reply_facts(reply: Reply) -> list[str]:
    """Return why a reply stopped, and its figures."""
    facts = [reply.ending or "unfinished", counted(reply.token_count, "token")]
    if (rate := reply.rate) is not None:
        facts.append(f"{rate:.0f} tokens/s")
    if (first := reply.first_ms) is not None:
        facts.append(f"first after {first:.0f} ms")
    if reply.origin is not None:
        facts.append(describe_origin(reply.origin))
    return facts


def describe_origin(origin: Origin, *, way: bool = True) -> str:
    """Return where a reply goes on from, such as `' Lyon' taken as token 4 of base 1`, and how a chat was made to.

    Args:
        way: whether to say that.
    """
    source = f"{origin.pane} {origin.sample}"
    match origin.kind:
        case Kind.ALTERNATIVE:
            what = f"{name_token(origin.taken[:40])} taken as token {origin.position + 1:,} of {source}"
        case Kind.REROLL:
            what = f"drawn again from token {origin.position + 1:,} of {source} on"
        case Kind.GRAFT:
            what = f"after the first {counted(origin.position, 'token')} of {source}"
        case Kind.BUDGET:
            places = f"{counted(len(origin.places), 'place')} of {source}"
            what = f"{origin.by} writes at {places}, {origin.percent} % by JS, frame {origin.frame}"
    if not way:
        return what
    how = {Way.PREFILL: ", as a prefilled chat", Way.RENDERED: ", as the rendered chat in raw text"}.get(origin.way, "")
    return f"{what}{how}{', read as other tokens at the cut' if origin.resplit else ''}"


def describe_percent(probability: float) -> str:
    """Return a probability in words for reading aloud, such as `31 percent`; no number stands for more than it is."""
    if probability >= 0.995 and probability < 1:
        return "over 99 percent"
    if probability < 0.001:
        return "under 0.1 percent"
    return f"{100 * probability:.0f} percent" if probability >= 0.01 else f"{100 * probability:.1f} percent"


def name_token(text: str) -> str:
    """Return a token's text in quotes, or the name of what can't be seen."""
    return _ALOUD.get(text) or f"'{render(clean_line(text))[0]}'"


def describe_token(index: int, count: int, text: str, probability: float | None = None, rank: str = "") -> str:
    """Return a token in words for reading aloud, such as `token 14 of 120, ' Paris', 31 percent, rank 2`.

    Args:
        index: place in the reply, from 0.
        rank: rank in the model's list, or the ranks that it may have; empty if unknown.
    """
    named = name_token(text)
    chance = "probability unknown" if probability is None else describe_percent(probability)
    return ", ".join([f"token {index + 1:,} of {count:,}", named, chance, *([f"rank {rank}"] if rank else [])])


def describe_footer(
    replies: Mapping[int, Reply], sample: int | None, waited: float = 0, *, held: bool = False, undrawn: int = 0
) -> tuple[str, tuple[str, ...]]:
    """Return the state of a pane's replies, and their figures, the most important first.

    Args:
        replies: those of one turn, by sample; at least one.
        sample: the one in view; None for all.
        waited: as in `reply_state`, for the one in view.
        held: whether they are recorded, and the clock stands still.
        undrawn: tokens in view that have come, and are drawn at a pace.
    """
    behind = [f"{undrawn:,} to come"] if undrawn else []
    if sample is not None or len(replies) == 1:
        sample = sample or 1
        reply = replies[sample]
        figures = [f"showing {sample} of {len(replies)}", *behind] if len(replies) > 1 else behind
        if reply.texts or reply.end:
            figures.append(f"{reply.token_count:>5,} tok")
        if (rate := reply.rate) is not None:
            figures.append(f"{rate:>5.1f}/s" if rate < 1000 else f"{rate:>5,.0f}/s")
        if (first := reply.first_ms) is not None:
            figures.append(f"first {first / 1000:.2f} s")
        return reply_state(reply, waited, held=held), tuple(figures)
    running = sum(reply.end is None for reply in replies.values())
    tokens = sum(reply.token_count for reply in replies.values())
    doing = "paused" if held else "running"
    return (
        f"{running} of {len(replies)} {doing}" if running else f"all {len(replies)} ended",
        (*behind, f"{tokens:>5,} tok"),
    )


def turn_facts(turn: Turn) -> list[str]:
    """Return the settings that a prompt was sent with, every parameter written out."""
    alone = [
        f"{pane.name} on its own: {describe_sampling(pane.sampling)}"
        for pane in turn.lineup
        if pane.sampling is not None
    ]
    return [*describe_settings(turn.settings, presets=()), *alone]


def reply_name(turn: Turn, key: ReplyKey) -> str:
    """Return the name of a reply in a verdict: the pane, and the sample if there are several."""
    return key[0] if turn.samples == 1 else f"{key[0]} {key[1]}"


def describe_verdict(turn: Turn) -> str:
    """Return the verdict's order, best first; empty without one."""
    if turn.verdict is None:
        return ""
    return " > ".join(reply_name(turn, key) for key in turn.verdict.order)


def remarks(turn: Turn) -> str:
    """Return a turn's verdict and note, a line each, as they stand below its prompt; empty without any."""
    verdict = describe_verdict(turn)
    lines = (f"verdict: {verdict}" if verdict else "", f"note: {turn.note}" if turn.note else "")
    return "\n".join(filter(None, lines))


def origin(session: Session) -> str:
    """Return the turn and the session that a fork goes on from; empty for other sessions."""
    parent = session.parent
    return f"goes on from turn {parent.turn} of {parent.name}" if parent else ""


def describe_settings(settings: TurnSettings, presets: Sequence[Preset] = _PRESETS) -> list[str]:
    """Return the sampling, described by the nearest preset if there are any, and each changed setting."""
    return [
        describe_sampling(settings.sampling, presets),
        *([counted(settings.samples, "sample")] if settings.samples != 1 else []),
        *(["context carried"] if settings.context != FRESH else []),
        *([f"scaffold {settings.scaffold}"] if settings.scaffold != BARE else []),
        *(["thinking"] if settings.think else []),
        *([describe_logprobs(settings.logprobs)] if settings.logprobs is not None else []),
        *(["one after the other"] if settings.one_after_other else []),
    ]


def describe_logprobs(alternatives: int) -> str:
    """Return the log-probabilities that are asked for, as `logprobs` or `logprobs, 20 alternatives`."""
    return f"logprobs, {counted(alternatives, 'alternative')}" if alternatives else "logprobs"


def logprobs_notice(alternatives: int | None) -> str:
    """Return what the next prompt asks for, and what it costs: measured with the twins, and 20 alternatives."""
    if alternatives is None:
        return "The next prompt asks for no log-probabilities."
    if not alternatives:
        return "The next prompt asks for each token's log-probability: about twice the room in the session's file."
    return (
        f"The next prompt asks for {counted(alternatives, 'alternative')} to each token, with their log-probabilities: "
        "about 24 times the room in the session's file."
    )


def describe_sampling(sampling: Sampling, presets: Sequence[Preset] = ()) -> str:
    """Return the nearest preset and what differs from it, such as `even · temperature 1.0`.

    If nothing differs, temperature and seed follow the preset. Without presets, every parameter is written out.
    """
    if not presets:
        return _values(sampling, sampling) or "the models' own sampling"
    nearest = nearest_preset(sampling, presets)
    changed = [name for name in PARAMETERS if nearest.sampling.get(name) != sampling.get(name)]
    named = changed[:_MOST_CHANGED] or [name for name in ("temperature", "seed") if name in sampling]
    more = [f"and {len(changed) - _MOST_CHANGED} more"] if len(changed) > _MOST_CHANGED else []
    return " · ".join(filter(None, [nearest.name, _values(sampling, named), *more]))


def _values(sampling: Sampling, names: Sequence[str] | Sampling) -> str:
    return " · ".join(
        f"{name} {PARAMETERS[name].format(sampling[name]) if name in sampling else 'off'}" for name in names
    )
