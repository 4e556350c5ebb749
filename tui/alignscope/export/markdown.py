"""A session as Markdown: escaped text in tables, or unchanged text in fences."""

import re
from collections.abc import Iterator

from alignscope.export import Options
from alignscope.export.html_tokens import share
from alignscope.export.scored import SHIFTED, ScoredReply, best
from alignscope.model.reply import Reply
from alignscope.model.score import own_positions
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.text import wording
from alignscope.text.clean import encodable, visible

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$]|:(?=\w+:)")
"""Characters with a meaning within a line of Markdown, also of GitHub's."""
_SPACES = re.compile(r"^ +| {2,}| +$", re.MULTILINE)
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield the document, turn by turn."""
    yield f"# {inline(session.title or 'A session')}\n\n"
    facts = [wording.moment(session.created), inline(wording.origin(session))]
    yield " · ".join(filter(None, facts)) + "\n\n"
    for record in session.lineup:
        about = "".join(f"; {inline(fact)}" for fact in wording.record_facts(record))
        yield f"- **{inline(wording.describe_pane(record.pane))}**{about}\n"
    for turn in session.turns:
        yield from _turn(turn, options)


def _turn(turn: Turn, options: Options) -> Iterator[str]:
    yield f"\n## Turn {turn.number}\n\n"
    yield f"{wording.moment(turn.at)} · {inline(' · '.join(wording.turn_facts(turn)))}\n\n"
    yield fence(turn.prompt)
    if turn.replies:
        yield from _table(turn) if options.side_by_side else _one_after_other(turn)
    if verdict := wording.describe_verdict(turn):
        yield f"\n**Verdict:** {inline(verdict)}\n"
    if turn.note:
        yield f"\n**Note:** {inline(turn.note)}\n"


def _table(turn: Turn) -> Iterator[str]:
    columns = [(pane, {reply.sample: reply for reply in replies}) for _, pane, replies in turn.by_pane()]
    yield "\n" + _row(inline(wording.describe_pane(pane)) for pane, _ in columns)
    yield _row("---" for _ in columns)
    for sample in sorted({sample for _, replies in columns for sample in replies}):
        there = [replies.get(sample) for _, replies in columns]
        scores = [best(turn, reply) if reply else None for reply in there]
        yield _row(_cell(reply, found) if reply else "" for reply, found in zip(there, scores, strict=True))
        yield _row(f"*{inline(_facts(reply, sample, turn.samples))}*" if reply else "" for reply in there)
        if any(scores):
            yield _row(f"*bold: {inline(share(found))}*" if found else "" for found in scores)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(reply: Reply, found: ScoredReply | None) -> str:
    thought = reply.thinking
    said = inline(reply.text) if found is None else _marked(reply, found)
    return (f"*thinking:* {inline(thought)}<br>" if thought else "") + said


def _marked(reply: Reply, found: ScoredReply) -> str:
    """Return a reply's text for a table, its shifted tokens in bold.

    Elements and not asterisks, which mean nothing between some signs. They are put in behind the escaping, for two
    characters that the text doesn't have.
    """
    text = reply.text
    begin, end = (char for char, _ in zip(_unused(text), range(2), strict=False))
    shifted = {each.position for each in found.found if each.shift in SHIFTED}
    parts = []
    for position in own_positions(reply):
        token = position.token
        blanks = len(token) - len(token.lstrip())
        bold = position.index in shifted and token.strip()
        parts.append(f"{token[:blanks]}{begin}{token[blanks:]}{end}" if bold else token)
    return inline("".join(parts)).replace(begin, "<b>").replace(end, "</b>")


def _unused(text: str) -> Iterator[str]:
    """Yield characters for private use that a text doesn't have."""
    return (char for char in map(chr, range(0xE000, 0xF8FF)) if char not in text)


def _shifted(found: ScoredReply | None) -> Iterator[str]:
    """Yield the shifted tokens of a reply that stands as it came."""
    if found is None:
        return
    yield f"\n*{inline(share(found))}*\n\n"
    for each in found.found:
        if each.shift in SHIFTED:
            yield f"- {each.position:,}: {inline(visible(each.token)) or 'no text'} ({each.shift})\n"


def _facts(reply: Reply, sample: int, samples: int) -> str:
    facts = wording.reply_facts(reply)
    if samples > 1:
        facts.insert(0, f"sample {sample}")
    if reply.message:
        facts.append(reply.message)
    return " · ".join(facts)


def _one_after_other(turn: Turn) -> Iterator[str]:
    for _, pane, replies in turn.by_pane():
        for reply in replies:
            yield f"\n### {inline(wording.describe_pane(pane, reply.sample, turn.samples_of(pane.name)))}\n\n"
            if thought := reply.thinking:
                yield "Thinking:\n\n" + fence(thought) + "\nReply:\n\n"
            yield fence(reply.text)
            yield f"\n*{inline(_facts(reply, reply.sample, 1))}*\n"
            yield from _shifted(best(turn, reply))


def inline(text: str) -> str:
    """Return a text escaped for running text and tables, with its line breaks and spaces."""
    text = _SPECIAL.sub(r"\\\g<0>", encodable(text))
    text = _SPACES.sub(lambda found: "&nbsp;" * len(found[0]), text)
    return _BREAKS.sub("<br>", text)


def fence(text: str) -> str:
    """Return a text as a block that Markdown leaves alone, in a fence longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{encodable(text)}\n{ticks}\n"
