"""Commands over sessions that were kept: `sessions` and `replay`."""

import argparse
from typing import Any, Final

from alignscope.commands.line.options import add_directory, add_json, add_theme

EXPORT_FORMS: Final = ("markdown", "html", "jsonl", "csv", "cast", "preferences", "positions", "positions-jsonl")
"""Names in `export.FORMATS`, without its imports."""
_CUT: Final = " In CSV, spreadsheets cut a text after 32,767 characters."
_SESSION: Final = "a session's name, its title, or the path of its file"


def add_sessions(commands: Any) -> None:
    """Add `replay` and `sessions`."""
    _add_replay(commands)
    commands.add_parser(
        "sessions",
        help="list, show, search, rename, delete, export and import sessions",
        description="What was streamed is kept without being asked. These commands find it again.",
        fill=_fill_sessions,
    )


def _fill_sessions(sessions: argparse.ArgumentParser) -> None:
    add_directory(sessions)
    sessions.set_defaults(action=None)
    actions = sessions.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)

    def action(name: str, help: str, more: str = "") -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            name, help=help, description=f"{help[0].upper()}{help[1:]}.{more}"
        )
        add_directory(parser)
        return parser

    listing = action("list", "list the sessions there are, newest first")
    add_json(listing, "one JSON object a line for every session")
    show = action("show", "print a session: its prompts and replies")
    show.add_argument("name", metavar="NAME", help=_SESSION)
    add_json(show, "one JSON object with everything in it")
    search = action("search", "list the sessions with all of these words in titles, prompts, replies or notes",
                    " Below each stands where they were found.")  # fmt: skip
    search.add_argument("text", metavar="TEXT", nargs="+")
    add_json(search, "one JSON object a line for every session, with where it was `found`")
    rename = action("rename", "give a session another title")
    rename.add_argument("name", metavar="NAME", help=_SESSION)
    rename.add_argument("title", metavar="TITLE")
    delete = action("delete", "delete sessions", " They can be brought back for a week.")
    delete.add_argument("names", metavar="NAME", nargs="+", help=_SESSION)
    undelete = action("undelete", "bring back what was deleted")
    undelete.add_argument("name", metavar="WHAT", help="the word that `delete` gave")
    vote = action("vote", "say which of two replies to a prompt is better, without knowing whose they are",
                  " The sides are by chance. A key is a vote, and is kept with the session at once.")  # fmt: skip
    vote.set_defaults(summary=False)
    vote.add_argument("name", metavar="NAME", help=_SESSION)
    vote.add_argument("--summary", action="store_true", help="print how the votes stand, and show no pairs")
    _add_export(action("export", "write a session in a form that other programs read", _CUT))
    bring = action("import", "keep a session that was exported as JSON Lines, or a session file from elsewhere")
    bring.add_argument("file", metavar="FILE", help="a file, or - for JSON Lines on standard input")
    path = action("path", "print where sessions are kept, or the file of one")
    path.add_argument("name", metavar="NAME", nargs="?", default="", help=_SESSION)


def _add_replay(commands: Any) -> None:
    commands.add_parser(
        "replay",
        help="play a session again, with the timing it had; no server is needed",
        description="Play a session again, token by token, with the timing it had, or at a pace where that is too"
        " fast to be read. Needs no server and no models."
        " Without a name, say what there is to play.",
        fill=_fill_replay,
    )


def _fill_replay(replay: argparse.ArgumentParser) -> None:
    replay.set_defaults(speed=None, pace=None, idle_limit=None, start_at=None, instant=False, plain=False)
    replay.add_argument("name", metavar="NAME|FILE", nargs="?", default="", help=_SESSION)
    replay.add_argument("-s", "--speed", metavar="TIMES", help="at this speed as recorded, from 0.25 to 16 times")
    replay.add_argument(
        "--pace", metavar="N", help="at most N tokens a second (default: 20 where replies came too fast to be read)"
    )
    replay.add_argument("-i", "--idle-limit", metavar="SECONDS", help="show no pause longer than this")
    replay.add_argument("--start-at", metavar="SECONDS", help="where to begin")
    replay.add_argument("--instant", action="store_true", help="play all of it at once")
    replay.add_argument("--plain", action="store_true", help="print to standard output, without a screen")
    add_theme(replay)
    add_directory(replay)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.set_defaults(
        form=None, output=None, force=False, one_after_other=False, conversational=False,
        theme=None, columns=None, rows=None, pace=None, idle_limit=None,
    )  # fmt: skip
    export.add_argument("name", metavar="NAME", help=_SESSION)
    export.add_argument(
        "-f", "--format", dest="form", metavar="FORMAT", help=f"{', '.join(EXPORT_FORMS[:-1])} or {EXPORT_FORMS[-1]}"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write into this file (default: standard output)")
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    export.add_argument(
        "--one-after-other", action="store_true", help="markdown: replies below one another, exactly as they came"
    )
    export.add_argument("--theme", metavar="NAME", help="html, cast: in whose colours (html: paper, cast: lamp)")
    export.add_argument("--columns", metavar="N", help="cast: how wide the terminal is (default: 100)")
    export.add_argument("--rows", metavar="N", help="cast: how high the terminal is (default: 30)")
    export.add_argument("--pace", metavar="N", help="cast: at most N tokens a second (default: as recorded)")
    export.add_argument("-i", "--idle-limit", metavar="SECONDS", help="cast: the longest pause players shall make")
    export.add_argument("--conversational", action="store_true", help="preferences: messages instead of plain text")
