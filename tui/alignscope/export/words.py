"""A turn and its replies in words and figures, as every readable export says them."""

from collections.abc import Iterator
from datetime import datetime

from alignscope.model.pane import Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, ReplyKey, Turn
from alignscope.text.wording import sampling_words, settings_words


def moment(at: datetime) -> str:
    """A time as people and programs read it, such as `2026-11-20 21:03:15 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} {at.tzname() or ''}".rstrip()


def pane_line(pane: Pane, sample: int = 1, samples: int = 1) -> str:
    """Who speaks: name, model, mode, and which sample when there are several."""
    parts = [pane.name, pane.model, str(pane.mode)]
    if samples > 1:
        parts.append(f"sample {sample} of {samples}")
    return " · ".join(parts)


def record_facts(record: PaneRecord) -> list[str]:
    """What is known of a pane beyond its name, model and mode: server, hash, system prompt."""
    facts = [f"{record.server} at {record.url}" if record.server else record.url, record.digest]
    if record.pane.system:
        facts.append(f"system prompt: {record.pane.system}")
    return list(filter(None, facts))


def reply_facts(reply: Reply) -> list[str]:
    """Why it stopped, and its figures."""
    stats = reply.stats
    count = stats.tokens or len(reply.texts)
    facts = [reply.ending or "unfinished", f"{count:,} token{'' if count == 1 else 's'}"]
    if stats.tokens_per_second is not None:
        facts.append(f"{stats.tokens_per_second:.0f} tokens/s")
    if stats.first_token_ms is not None:
        facts.append(f"first after {stats.first_token_ms:.0f} ms")
    return facts


def turn_facts(turn: Turn) -> list[str]:
    """What the prompt was sent with."""
    alone = [
        f"{pane.name} on its own: {sampling_words(pane.sampling)}" for pane in turn.lineup if pane.sampling is not None
    ]
    return [*settings_words(turn.settings, presets=()), *alone]


def reply_name(turn: Turn, key: ReplyKey) -> str:
    """A reply as a verdict names it: the pane, and the sample where there are several."""
    return key[0] if turn.settings.samples == 1 else f"{key[0]} {key[1]}"


def verdict_words(turn: Turn) -> str:
    """The verdict's order, best first; empty when there is none."""
    if turn.verdict is None:
        return ""
    return " > ".join(reply_name(turn, key) for key in turn.verdict.order)


def origin(session: Session) -> str:
    """What a fork says of its parent; empty for other sessions."""
    parent = session.parent
    return f"goes on from turn {parent.turn} of {parent.name}" if parent else ""


def replies(turn: Turn) -> Iterator[tuple[int, Pane, list[Reply]]]:
    """The panes of a turn in order, with their places and replies, by sample. Panes that left the lineup come last."""
    known = {pane.name for pane in turn.lineup}
    others = dict.fromkeys(name for name, _ in turn.replies if name not in known)
    panes = [*turn.lineup, *(Pane(name, "", "", Mode.CHAT) for name in others)]
    for place, pane in enumerate(panes):
        yield place, pane, sorted((r for r in turn.replies.values() if r.pane == pane.name), key=lambda r: r.sample)
