"""The line below a reply that has ended."""

from alignscope.model.events import End
from alignscope.model.reply import Reply
from alignscope.text.wording import reply_summary


def end_words(reply: Reply) -> str:
    """Return the row below a reply that has ended."""
    return f"— {reply_summary(reply)}"


def message_words(reply: Reply, hint: str) -> str:
    """Return the message of a reply, below a failed one with a hint at what can be done."""
    return f"{reply.message}\n{hint}" if hint and reply.message and reply.failed else reply.message


def missing_reply(pane: str, sample: int, end: End | None) -> Reply:
    """Return a reply of which nothing came, with an end if nothing will come."""
    reply = Reply(pane, sample)
    reply.end = end
    return reply
