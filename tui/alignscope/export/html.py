"""A session as one HTML page without scripts, other files or connections."""

from collections.abc import Iterator
from html import escape
from typing import Final

from alignscope.export import Options, html_tokens
from alignscope.export.palette import Palette
from alignscope.model.lineup.pane import Pane
from alignscope.model.lineup.tones import MARKS, TONES, tones
from alignscope.model.reply import Reply
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.text import wording
from alignscope.text.clean import clean

# The page may load nothing and run nothing, whatever a model has written into it.
_HEAD: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="alignscope">
<title>{title}</title>
<style>
:root {{ {screen} }}
@media print {{ :root {{ {paper} }} }}
{style}</style>
</head>
<body>
"""
_STYLE: Final = """* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 110rem; padding: 2rem; color: var(--fg); background: var(--bg);
  font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1rem; margin: 0; color: var(--muted); }
h3 { font-size: 1rem; margin: 0 0 .5rem; color: var(--tone); }
.facts, ul { color: var(--muted); font-size: .875rem; margin: .25rem 0; }
.turn { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; margin: 0;
  font: .9375rem/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; tab-size: 4; }
.prompt { border-left: .25rem solid var(--accent); padding: .5rem .75rem; margin: .75rem 0;
  background: var(--surface); }
.panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
.reply { border-left: .25rem solid var(--tone); padding: .5rem .75rem; margin: 0 0 1rem; background: var(--surface); }
.thinking { color: var(--muted); font-style: italic; margin-bottom: .5rem; }
.failed { color: var(--error); }
.base { --tone: var(--base-tone); } .instruct { --tone: var(--instruct-tone); }
.third { --tone: var(--third-tone); } .fourth { --tone: var(--fourth-tone); }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3, .prompt { break-after: avoid; }
  .panes { grid-template-columns: repeat(var(--count), 1fr); }
}
"""
_CONTROLS: Final = {
    code: clean(chr(code)) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)) if code not in (9, 10)
}
"""Replacements for what HTML can't hold, as on the screen."""


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield the page, turn by turn."""
    title = session.title or "A session"
    yield _HEAD.format(
        language="en",
        title=_text(title),
        screen=options.palette.css,
        paper=Palette().css,
        style=_STYLE + html_tokens.STYLE,
    )
    yield f'<header>\n<h1 dir="auto">{_text(title)}</h1>\n'
    yield _facts([wording.moment(session.created), wording.origin(session)])
    yield "<ul>\n"
    for record in session.lineup:
        yield f"<li>{_text(' · '.join([wording.describe_pane(record.pane), *wording.record_facts(record)]))}</li>\n"
    yield "</ul>\n</header>\n"
    for turn in session.turns:
        yield from _turn(turn)
    yield "</body>\n</html>\n"


def _turn(turn: Turn) -> Iterator[str]:
    colors = tones(turn.lineup)
    yield f'<section class="turn" id="turn-{turn.number}">\n<h2>Turn {turn.number}</h2>\n'
    yield _facts([wording.moment(turn.at), *wording.turn_facts(turn)])
    yield f'<pre class="text prompt">{_pre(turn.prompt)}</pre>\n'
    panes = list(turn.by_pane())
    yield f'<div class="panes" style="--count: {len(panes)}">\n'
    for place, pane, replies in panes:
        tone = colors[place] if place < len(colors) else TONES[-1]
        yield f'<div class="pane {tone}">\n'
        for reply in replies:
            yield from _reply(turn, pane, reply, MARKS[tone])
        yield "</div>\n"
    yield "</div>\n"
    if verdict := wording.describe_verdict(turn):
        yield f"<p><strong>Verdict:</strong> {_text(verdict)}</p>\n"
    if turn.note:
        yield f'<p><strong>Note:</strong></p>\n<pre class="text">{_pre(turn.note)}</pre>\n'
    yield "</section>\n"


def _reply(turn: Turn, pane: Pane, reply: Reply, mark: str) -> Iterator[str]:
    heading = wording.describe_pane(pane, reply.sample, turn.samples_of(pane.name))
    yield f'<article class="reply">\n<h3>{mark} {_text(heading)}</h3>\n'
    if thought := reply.thinking:
        yield f'<pre class="text thinking">{_pre(thought)}</pre>\n'
    if tokens := "".join(html_tokens.tokens(turn, reply, _text)):
        yield f'<pre class="text tokens">{tokens}</pre>\n'
        yield _facts(html_tokens.summary(turn, reply))
    else:
        yield f'<pre class="text">{_pre(reply.text)}</pre>\n'
    yield _facts(wording.reply_facts(reply))
    if reply.message:
        yield f'<p class="facts failed">{_text(reply.message)}</p>\n'
    yield "</article>\n"


def _facts(facts: list[str]) -> str:
    return f'<p class="facts">{_text(" · ".join(filter(None, facts)))}</p>\n'


def _text(text: str) -> str:
    return escape(text.translate(_CONTROLS))


def _pre(text: str) -> str:
    # A line break right behind the opening tag is dropped, so a text that begins with one needs another.
    return ("\n" if text.startswith("\n") else "") + _text(text)
