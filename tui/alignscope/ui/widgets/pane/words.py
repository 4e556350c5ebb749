"""How a reply goes, in words and figures: for the footer, and for the row below a reply."""

from collections.abc import Mapping

from alignscope.model.reply import Reply


def end_row(reply: Reply) -> str:
    """The row below a reply that has ended."""
    parts = [reply.ending]
    if tokens := token_count(reply):
        parts.append(f"{tokens:,} token{'s' if tokens != 1 else ''}")
    return " · ".join(["— " + parts[0], *parts[1:]])


def token_count(reply: Reply) -> int:
    """Tokens so far: the server's count once it has told, else the pieces that came."""
    return reply.stats.tokens if reply.end is not None and reply.stats.tokens else len(reply.texts)


def rate(reply: Reply) -> float | None:
    """Tokens a second: by the server's clock once it has told, else by ours from the first token to the last."""
    if reply.end is not None and reply.stats.tokens_per_second is not None:
        return reply.stats.tokens_per_second
    if len(reply.times) < 2 or reply.times[-1] <= reply.times[0]:
        return None
    return (len(reply.times) - 1) * 1000 / (reply.times[-1] - reply.times[0])


def first_ms(reply: Reply) -> float | None:
    """Milliseconds to the first token."""
    if reply.stats.first_token_ms is not None:
        return reply.stats.first_token_ms
    return reply.times[0] if reply.times else None


def state(reply: Reply, waited: float = 0, *, held: bool = False) -> str:
    """What the reply is doing, or why it stopped.

    Args:
        waited: seconds for which it has waited in its present phase.
        held: whether it is a recorded one, and the clock stands still.
    """
    if reply.end is not None:
        return reply.ending
    if held:
        return "paused"
    if reply.texts:
        return "thinking" if len(reply.texts) - 1 in reply.thoughts else "writing"
    return f"{reply.phase} {int(waited)} s" if waited >= 1 else str(reply.phase)


def footer_parts(
    replies: Mapping[int, Reply], shown: int | None, waited: float = 0, *, held: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The state, and the figures from the most to the least important.

    Args:
        replies: those of one turn, by sample.
        shown: the sample in view; None for all.
        waited: seconds for which the sample in view has waited in its present phase.
        held: whether they are recorded ones, and the clock stands still.
    """
    if not replies:
        return "", ()
    if shown is not None or len(replies) == 1:
        number = 1 if shown is None else min(shown, len(replies))
        reply = replies[number]
        figures = [f"{token_count(reply):>5,} tok" if reply.texts or reply.end else ""]
        if len(replies) > 1:
            figures.insert(0, f"showing {number} of {len(replies)}")
        if (speed := rate(reply)) is not None:
            figures.append(f"{speed:>5.1f}/s" if speed < 1000 else f"{speed:>5,.0f}/s")
        if (first := first_ms(reply)) is not None:
            figures.append(f"first {first / 1000:.2f} s")
        return state(reply, waited, held=held), tuple(filter(None, figures))
    running = sum(reply.end is None for reply in replies.values())
    tokens = sum(token_count(reply) for reply in replies.values())
    words = f"{running} of {len(replies)} {'paused' if held else 'running'}" if running else f"all {len(replies)} ended"
    return words, (f"{tokens:>5,} tok",)
