"""Hostile and broken session files, by name, with what opening them should say.

Each is made from a good one; nothing here is read from anywhere.
"""

from collections.abc import Callable, Iterator

from alignscope.sessions.format import file
from tests.sessions.making import session_of, turn_of

GOOD = file.dump(session_of(turn_of(1), turn_of(2))).decode()
HEADER, FIRST, SECOND = GOOD.split("---\n")
OPENS = ""
"""Instead of words: the file opens, whole or with its end set aside."""


def put(old: str, new: str, text: str = GOOD) -> bytes:
    """The good file with the first of something replaced."""
    assert old in text, old
    return text.replace(old, new, 1).encode("utf-8", "surrogatepass")


def turn(*lines: str) -> bytes:
    """A header and one turn of these lines."""
    return (HEADER + "---\n" + "\n".join(lines) + "\n...\n").encode()


def files() -> Iterator[tuple[str, bytes | Callable[[], bytes], str]]:
    """Name, content or what makes it, and words of the refusal."""
    # No session at all
    yield "empty", b"", "is empty"
    yield "white space", b"\n \n\t\n", "is empty"
    yield "only a remark", b"# nothing\n", "is empty"
    yield "only marks", b"---\n...\n---\n---\n", "is empty"
    yield "zeros", bytes(4096), "document 1"
    yield "random bytes", bytes(range(256)) * 40, "document 1"
    yield "an image", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"
    yield "a program", b"\x7fELF\x02\x01\x01" + bytes(64), "document 1"
    yield "gzip", b"\x1f\x8b\x08\x00" + bytes(range(200)), "not UTF-8"
    yield "utf-16", GOOD.encode("utf-16"), "UTF-16"
    yield "latin-1", put("Greeting", "Gr\xfc\xdfe").decode().encode("latin-1"), "not UTF-8"
    yield "byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), OPENS
    yield "windows line ends", GOOD.replace("\n", "\r\n").encode(), OPENS
    yield "json", b'{"format": "alignscope-session/1"}', "created: is missing"
    yield "a list", b"- 1\n- 2\n", "no session file"
    yield "a word", b"hello\n", "no session file"
    yield "html", b"<html><body>404</body></html>", "no session file"
    yield "another format", b"format: something/1\n", "no session file"
    yield "turn first", FIRST.encode(), "no session file"
    # Versions
    yield "newer", put("session/1", "session/2"), "newer alignscope wrote it"
    yield "much newer", put("session/1", "session/99999999999999999999"), "There is none such"
    yield "no version", put("session/1", "session/"), "There is none such"
    yield "odd version", put("session/1", "session/\u0661"), "There is none such"
    yield "format of a list", put("alignscope-session/1", "[alignscope-session/1]"), "no session file"
    # What YAML could do
    yield "billion laughs", _laughs(), "anchors are not allowed"
    yield "an alias", put("title: Greeting", "title: *x"), "not YAML|alias"
    yield "an anchor", put("title: Greeting", "title: &x Greeting"), "title.*anchors"
    yield "python object", put("title: Greeting", "title: !!python/object/apply:os.system ['true']"), "tags"
    yield "python name", put("title: Greeting", "title: !!python/name:os.system"), "tags"
    yield "a tag", put("title: Greeting", "title: !x Greeting"), "tags"
    yield "a standard tag", put("title: Greeting", "title: !!binary aGk="), "tags"
    yield "tag directive", b"%TAG ! tag:x,2000:\n---\n" + put("title: Greeting", "title: !x G"), "tags"
    yield "merge key", put("title: Greeting", "<<: {title: x}"), "merge"
    yield "key twice", put("title: Greeting", "title: a\ntitle: b"), "title.*twice"
    yield "mapping as key", put("title: Greeting", "? {a: 1}\n: b\ntitle: x"), "field's name"
    yield "list as key", put("title: Greeting", "[a, b]: c"), "field's name"
    yield "long key", put("title: Greeting", "? " + "k" * 100_000 + "\n: c"), "field's name"
    yield "deep lists", put("title: Greeting", "x: " + "[" * 100_000), "nested too deep|not YAML"
    yield "deep mappings", put("title: Greeting", "x: " + "{a: " * 100_000), "nested too deep|not YAML"
    yield "deep blocks", put("title: Greeting", "x: " + "- " * 100_000 + "1"), "nested too deep|not YAML"
    yield (
        "many values",
        put("title: Greeting", "x: [" + "1," * 200_000 + "]"),
        r"document 1, x\[49996\], line 2: holds more than 50,000 values",
    )
    yield "many fields", put("title: Greeting", "".join(f"k{n}: 1\n" for n in range(60_000))), "more than 50,000"
    yield "many digits", put("title: Greeting", "x: " + "9" * 100_000), "document 1, x, line 2.*too many digits"
    yield "long word", put("Greeting", "x" * 5_000_000), OPENS
    yield "open quote", put("title: Greeting", 'title: "' + "x" * 500_000), "not YAML"
    yield "open bracket", put("title: Greeting", "title: ["), "not YAML"
    yield "tab for spaces", put("\n- {name: base", "\n\t- {name: base"), "not YAML"
    yield "control character", put("title: Greeting", "title: a\x1b[2Jb"), "not YAML"
    yield "escape in quotes", put("title: Greeting", r'title: "\e]0;owned\a"'), OPENS
    yield "lone surrogate", put("Greeting", "\ud800"), "not UTF-8"
    yield "quoted surrogate", put("title: Greeting", r'title: "\ud800"'), "not YAML"
    line = GOOD.count("\n", 0, GOOD.index("upon")) + 1
    further = put("upon", "@@").replace(b"@@", b"\xc0\xaf")
    yield "not UTF-8 further on", further, f"document 2, line {line}: not UTF-8"
    yield "too long utf-8", put("Greeting", "@@").replace(b"@@", b"\xc0\xaf"), "not UTF-8"
    yield "many documents", lambda: (HEADER + "---\n{}\n" * 50_001).encode(), "more than 50,000 documents"
    yield "many marks", lambda: HEADER.encode() + b"---\n" * 500_000, OPENS
    yield "many lines", lambda: HEADER.encode() + b"#\n" * 500_000, OPENS
    # Wrong fields
    yield "created never", put("2026-11-20T21:03:11Z", "yesterday"), "document 1, created.*no time"
    yield "created too early", put("2026-11-20T21:03:11Z", "0001-01-01T00:00:00+14:00"), "document 1, created"
    yield "title of a number", put("title: Greeting", "title: 12"), "title.*quotes"
    yield "lineup of a word", put(HEADER[HEADER.index("lineup:") :], "lineup: x\n...\n"), "lineup.*list"
    yield "pane of a word", put("- {name: base", "- x\n- {name: base"), r"lineup\[1\].*mapping"
    yield (
        "five panes",
        put("- {name: base", "".join(_pane(n) for n in range(4)) + "- {name: base"),
        "lineup.*there may be 4",
    )
    yield "two of a name", put("name: instruct", "name: base"), "two panes"
    yield "nameless pane", put("name: base", 'name: ""'), r"lineup\[1\].name"
    yield "name that moves the cursor", put("name: base", r'name: "\e[2J"'), r"lineup\[1\].name.*printable"
    yield "unknown mode", put("mode: completion", "mode: telepathy"), r"lineup\[1\].mode.*telepathy"
    yield "pane without model", put('model: "mistral:text", ', ""), r"model: is missing"
    yield "turn of a word", put("turn: 1", "turn: one"), "document 2, turn.*whole number"
    yield "turn 0", put("turn: 1", "turn: 0"), "document 2, turn"
    yield "huge turn", put("turn: 1", "turn: " + "9" * 200), "document 2, turn"
    yield "turns backwards", (HEADER + "---\n" + SECOND + "---\n" + FIRST).encode(), "document 3, turn"
    yield "turn without prompt", turn("turn: 1", "at: 2026-11-20", "replies: []"), "prompt: is missing"
    yield "prompt of a list", turn("turn: 1", "at: 2026-11-20", "prompt: [a]"), "prompt.*text"
    yield "unknown context", put("context: fresh", "context: stale"), "context.*stale"
    yield "unknown scaffold", put("context: fresh", "context: fresh\nscaffold: gallows"), "scaffold.*gallows"
    yield "hot sampling", put("temperature: 0.8", "temperature: 800"), "sampling.temperature.*from 0 to 5"
    yield "sampling of words", put("temperature: 0.8", "temperature: warm"), "sampling.temperature"
    yield "infinite sampling", put("temperature: 0.8", "temperature: .inf"), "sampling.temperature"
    yield "sampling of a list", put("{temperature: 0.8, seed: 7}", "[1]"), "sampling.*mapping"
    yield "many samples", put("context: fresh", "context: fresh\nsamples: 1000000"), "samples.*from 1 to 64"
    yield "many replies", turn("turn: 1", "at: 2026-11-20", "prompt: x", "replies: [" + "{}," * 300 + "]"), "replies"
    yield "reply of nobody", put("- pane: base", "- pane: nobody"), r"replies\[1\].pane.*nobody"
    yield "reply twice", put("- pane: instruct", "- pane: base"), r"replies\[2\].*twice"
    yield "unknown end", put("end: stop", "end: doom"), r"replies\[1\].end.*doom"
    yield "negative time", put("first_token_ms: 200", "first_token_ms: -1"), r"replies\[1\].stats.first_token_ms"
    yield "no time", put("first_token_ms: 200", "first_token_ms: .nan"), r"replies\[1\].stats.first_token_ms"
    yield "tokens of a half", put("tokens: 3", "tokens: 2.5"), r"replies\[1\].stats.tokens"
    yield "request of a word", put("request: {", "request: x\n  other: {"), r"replies\[1\].request"
    yield "timeline of a list", put("timeline: |-", "timeline: []\n  other: |-"), r"replies\[1\].timeline"
    yield "verdict on nothing", GOOD.encode() + b"---\nverdict: {turn: 9, order: [base]}\n", OPENS
    yield (
        "verdict on nobody",
        put("---\nturn: 2", "---\nverdict: {turn: 1, order: [x]}\n...\n---\nturn: 2"),
        "verdict.order",
    )
    yield (
        "verdict twice",
        put("---\nturn: 2", "---\nverdict: {turn: 1, order: [base, base]}\n...\n---\nturn: 2"),
        "twice",
    )
    yield "verdict of a loop", put("---\nturn: 2", "---\nverdict: {turn: 1, order: [[[]]]}\n...\n---\nturn: 2"), "order"
    two = "{turn: 1, first: base, second: "
    yield "vote", put("---\nturn: 2", f"---\nvote: {two}instruct, vote: tie}}\n...\n---\nturn: 2"), OPENS
    for what, vote, said in (
        ("on nobody", two + "x, vote: tie}", "vote.second.*‘x’"),
        ("on itself", two + "base, vote: tie}", "vote.second.*first reply again"),
        ("of a loop", two + "[[]], vote: tie}", "vote.second"),
        ("of a sample too many", two + "[instruct, 65], vote: tie}", "vote.second"),
        ("of another kind", two + "instruct, vote: third}", "vote.vote.*third"),
        ("without a word", two + "instruct}", "vote.vote.*missing"),
        ("on no turn", "{turn: 7, first: base, second: instruct, vote: tie}", "vote.turn"),
    ):
        yield f"vote {what}", put("---\nturn: 2", f"---\nvote: {vote}\n...\n---\nturn: 2"), said
    yield "votes of a word", put("context: fresh", "context: fresh\nvotes: x"), "votes.*list"
    yield "note on nothing", put("---\nturn: 2", "---\nnote: {turn: 7, text: x}\n...\n---\nturn: 2"), "note.turn"
    yield "note of a list", put("---\nturn: 2", "---\nnote: [1]\n...\n---\nturn: 2"), "note.*mapping"
    yield "parent of a word", put("title: Greeting", "title: Greeting\nparent: x"), "parent.*mapping"
    # Damage
    yield "torn last", GOOD[:-40].encode(), OPENS
    yield "torn header", HEADER[:60].encode(), "document 1"
    yield "zeros behind", GOOD.encode() + bytes(8192), OPENS
    yield "rubbish behind", GOOD.encode() + b"---\n\xff\xfe\xfd", OPENS
    yield "torn in the middle", (HEADER + "---\n" + FIRST[:-60] + "\n---\n" + SECOND).encode(), "document 2"
    yield "timeline of rubbish", put('[200,"upon"]', "[200"), OPENS
    # Timelines are looked at when they are played
    yield "timeline of others", put('"upon"', '"down"'), OPENS


PLAYED = {
    "rubbish": ('[200,"upon"]', "[200", "line 1 is no token"),
    "no list": ('[200,"upon"]', "7", "line 1 is no token: Expected `array`"),
    "another text": ('[200,"upon"]', '[200,"down"]', "line 1 is not what"),
    "too short": ('\n    [25," time"]', "", "it ends after 2 lines"),
    "too long": ('[25," time"]', '[25," time"]\n    [25,"!"]', "line 4 is not what"),
    "back in time": ('[25," a"]', '[-25," a"]', "line 2 has an impossible time, -25 ms"),
    "never": ('[25," a"]', '[1e300," a"]', "line 2 has an impossible time, 1e+300 ms"),
    "not a number": ('[25," a"]', '["25"," a"]', "line 2 is no token: Expected `float`"),
    "two in a line": ('[25," a"]', '[25," "],[0,"a"]', "line 2 is no token: JSON is malformed"),
    "deep": ('[25," a"]', '[25," a",' + "[" * 100_000 + "]", "line 2 is no token"),
    "a wrong probability": ('[25," a"]', '[25," a","likely"]', "line 2 is no token"),
    "a lone half": ('[25," a"]', '[25," \\ud800"]', "line 2 is no token"),
}
"""By name: what is replaced by what in a good file's first timeline, and words of the refusal."""


def _laughs() -> bytes:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return put("title: Greeting", "\n".join(lines))


def _pane(number: int) -> str:
    return f"- {{name: p{number}, model: m, url: embedded, mode: chat}}\n"
