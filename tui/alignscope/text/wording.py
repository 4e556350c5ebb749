"""Replies, panes, turns and settings in words: the same on the screen, in print and in exports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from alignscope.model.pane import Pane
from alignscope.model.reply import Reply
from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling, nearest_preset
from alignscope.model.scaffold import BARE
from alignscope.model.session import Session
from alignscope.model.turn import FRESH, PaneRecord, ReplyKey, Turn, TurnSettings

_PRESETS: Final = tuple(PRESETS.values())
_MOST_CHANGED: Final = 4
"""Parameters that are named one by one behind a preset."""
SILENT_SECONDS: Final = 5.0
"""A pause between two tokens is mentioned from here on."""


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, such as `1 token` or `2,300 tokens`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def moment(at: datetime) -> str:
    """Return a time as people and programs read it, such as `2026-11-20 21:03:15 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".rstrip()


# Panes


def pane_words(pane: Pane, sample: int = 1, samples: int = 1) -> str:
    """Return a pane's name, model and mode, and which sample where there are several."""
    parts = [pane.name, pane.model, str(pane.mode)]
    if samples > 1:
        parts.append(f"sample {sample} of {samples}")
    return " · ".join(parts)


def record_facts(record: PaneRecord) -> list[str]:
    """Return what is known of a pane beyond its name, model and mode: server, hash, system prompt."""
    facts = [f"{record.server} at {record.url}" if record.server else record.url, record.digest]
    if record.pane.system:
        facts.append(f"system prompt: {record.pane.system}")
    return list(filter(None, facts))


# Replies


def reply_state(reply: Reply, waited: float = 0, *, held: bool = False) -> str:
    """Return what a reply is doing, or why it stopped.

    Args:
        waited: seconds since its last token, else since its present phase of waiting began.
        held: whether it is a recorded one, and the clock stands still.
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
    """Return a reply's state and length, such as `ended by itself · 12 tokens`."""
    count = reply.token_count
    return f"{reply_state(reply)} · {counted(count, 'token')}" if count else reply_state(reply)


def reply_facts(reply: Reply) -> list[str]:
    """Return why a reply stopped, and its figures."""
    facts = [reply.ending or "unfinished", counted(reply.token_count, "token")]
    if (rate := reply.rate) is not None:
        facts.append(f"{rate:.0f} tokens/s")
    if (first := reply.first_ms) is not None:
        facts.append(f"first after {first:.0f} ms")
    return facts


def footer_words(
    replies: Mapping[int, Reply], sample: int | None, waited: float = 0, *, held: bool = False
) -> tuple[str, tuple[str, ...]]:
    """Return the state of a pane's replies, and their figures from the most to the least important.

    Args:
        replies: those of one turn, by sample; at least one.
        sample: the one in view; None for all.
        waited: as in `reply_state`, for the one in view.
        held: whether they are recorded ones, and the clock stands still.
    """
    if sample is not None or len(replies) == 1:
        sample = sample or 1
        reply = replies[sample]
        figures = [f"showing {sample} of {len(replies)}"] if len(replies) > 1 else []
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
        (f"{tokens:>5,} tok",),
    )


# Turns and sessions


def turn_facts(turn: Turn) -> list[str]:
    """Return what a prompt was sent with, every parameter written out."""
    alone = [
        f"{pane.name} on its own: {sampling_words(pane.sampling)}" for pane in turn.lineup if pane.sampling is not None
    ]
    return [*settings_words(turn.settings, presets=()), *alone]


def reply_name(turn: Turn, key: ReplyKey) -> str:
    """Return a reply as a verdict names it: the pane, and the sample where there are several."""
    return key[0] if turn.settings.samples == 1 else f"{key[0]} {key[1]}"


def verdict_words(turn: Turn) -> str:
    """Return the verdict's order, best first; empty when there is none."""
    if turn.verdict is None:
        return ""
    return " > ".join(reply_name(turn, key) for key in turn.verdict.order)


def origin(session: Session) -> str:
    """Return what a fork says of its parent; empty for other sessions."""
    parent = session.parent
    return f"goes on from turn {parent.turn} of {parent.name}" if parent else ""


# Settings


def settings_words(settings: TurnSettings, presets: Sequence[Preset] = _PRESETS) -> list[str]:
    """Return a phrase for the sampling, and one for each setting that isn't the default.

    Args:
        presets: those the sampling is described by; without any, every parameter is written out.
    """
    return [
        sampling_words(settings.sampling, presets),
        *([f"{settings.samples} samples"] if settings.samples != 1 else []),
        *(["context carried"] if settings.context != FRESH else []),
        *([f"scaffold {settings.scaffold}"] if settings.scaffold != BARE else []),
        *(["thinking"] if settings.think else []),
        *([f"logprobs {settings.logprobs}"] if settings.logprobs is not None else []),
        *(["one after the other"] if settings.one_after_other else []),
    ]


def sampling_words(sampling: Sampling, presets: Sequence[Preset] = ()) -> str:
    """Return the nearest preset and what differs from it, such as `even · temperature 1.0`.

    Where nothing differs, temperature and seed stand behind the preset. Without presets, every parameter is written
    out.
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
        f"{name} {PARAMETERS[name].show(sampling[name]) if name in sampling else 'off'}" for name in names
    )
