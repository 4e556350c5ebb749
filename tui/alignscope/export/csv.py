"""A session as CSV: a row for each reply, and one for a turn without replies."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from alignscope.export import Options
from alignscope.model.reply import Reply
from alignscope.model.sampling import Sampling
from alignscope.model.session import Session
from alignscope.model.turn import PaneRecord, Turn, TurnSettings
from alignscope.text.clean import encodable
from alignscope.text.wording import counted, describe_origin, reply_name

COLUMNS: Final = (
    "session", "turn", "at", "prompt", *TurnSettings.__struct_fields__, "note", "verdict", "pane", "model", "mode",
    "server", "url", "digest", "system", "sample", "rank", "end", "message", "text", "thinking", "tokens",
    "prompt_tokens", "first_token_ms", "duration_ms", "load_ms", "tokens_per_second", "origin", "kept_tokens",
)  # fmt: skip
CELL: Final = 32_767
"""Characters in a cell of Excel, and of others that read its files."""
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n|%＝＋－＠]")


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield a row of headings, then the rows of each turn."""
    buffer = io.StringIO(newline="")
    # A text without quotes is cut at a semicolon or tab where those separate, and could go on with a formula there.
    writer = csv.DictWriter(
        buffer, COLUMNS, restval="", lineterminator="\r\n", strict=True, quoting=csv.QUOTE_NONNUMERIC
    )
    writer.writeheader()
    for turn in session.turns:
        for row in _rows(session, turn):
            writer.writerow({name: harmless(value) if isinstance(value, str) else value for name, value in row.items()})
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def remark(session: Session) -> str:
    """Return how many texts are longer than a cell of a spreadsheet; "" when none is."""
    replies = [reply for turn in session.turns for reply in turn.replies.values()]
    texts = [turn.prompt for turn in session.turns] + [text for each in replies for text in (each.text, each.thinking)]
    long = sum(len(text) > CELL for text in texts)
    return f"{counted(long, 'text')} of over {CELL:,} characters: spreadsheets cut them there." if long else ""


def harmless(text: str) -> str:
    """Return a text that spreadsheets don't read as a formula: an apostrophe comes before what could begin one."""
    text = encodable(text)
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(session: Session, turn: Turn) -> Iterator[dict[str, str | int | float | None]]:
    order = list(turn.verdict.order) if turn.verdict else []
    shared: dict[str, str | int | float | None] = {
        "session": session.title,
        "turn": turn.number,
        "at": turn.at.isoformat(),
        "prompt": turn.prompt,
        **msgspec.structs.asdict(turn.settings),
        "sampling": _json(turn.settings.sampling),
        "note": turn.note,
        "verdict": " > ".join(reply_name(turn, key) for key in order),
    }
    records = {record.name: record for record in turn.panes}
    count = 0
    for _, pane, replies in turn.by_pane():
        record = records.get(pane.name, PaneRecord(pane))
        for reply in replies:
            key = (reply.pane, reply.sample)
            count += 1
            yield shared | {
                "sampling": shared["sampling"] if pane.sampling is None else _json(pane.sampling),
                "pane": pane.name,
                "model": pane.model,
                "mode": str(pane.mode),
                "server": record.server,
                "url": record.pane.server,
                "digest": record.digest,
                "system": pane.system,
                "rank": order.index(key) + 1 if key in order else "",
                **_reply(reply),
            }
    if not count:
        yield shared


def _json(sampling: Sampling) -> str:
    return json.dumps(dict(sampling), ensure_ascii=False)


def _reply(reply: Reply) -> dict[str, str | int | float | None]:
    stats = reply.stats
    return {
        "sample": reply.sample,
        "end": str(reply.end or ""),
        "message": reply.message,
        "text": reply.text,
        "thinking": reply.thinking,
        "tokens": reply.token_count,
        "prompt_tokens": stats.prompt_tokens,
        "first_token_ms": reply.first_ms,
        "duration_ms": stats.duration_ms,
        "load_ms": stats.load_ms,
        "tokens_per_second": reply.rate,
        "origin": "" if reply.origin is None else describe_origin(reply.origin),
        "kept_tokens": reply.kept,
    }
