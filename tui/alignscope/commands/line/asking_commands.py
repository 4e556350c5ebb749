"""Commands that ask models or show how they would be asked: `ask`, `shift` and `context`."""

import argparse
from typing import Any

from alignscope.commands.line.options import EXIT_HELP, add_directory, add_json, add_options, add_timeout
from alignscope.commands.line.sampling_help import sampling_help


def add_ask(commands: Any, panes: list[str], sets: list[str]) -> None:
    """Add `ask`; panes and parameters are gathered into lists that all commands share."""
    commands.add_parser(
        "ask",
        help="ask without a screen: replies as text, or every event as JSON",
        description="Send one prompt to every pane, or one after the other from a file, and print the replies as they"
        " finish.",
        fill=lambda ask: _fill_ask(ask, panes, sets),
    )


def _fill_ask(ask: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    ask.epilog = f"{sampling_help()}\n\n{EXIT_HELP}"
    ask.set_defaults(text=None, prompts=None, stats=False)
    ask.add_argument(
        "text", metavar="PROMPT", nargs="?",
        help="the prompt; - reads it from standard input, less one final line break",
    )  # fmt: skip
    ask.add_argument(
        "--prompts", metavar="FILE",
        help="many prompts: a text with one a line, .jsonl with objects that have a `prompt`, or .csv with a column of"
        " that name; - reads lines from standard input",
    )  # fmt: skip
    add_options(ask, panes, sets)
    add_json(ask, "one JSON object a line for every event, as it happens")
    ask.add_argument(
        "--stats", action="store_true",
        help="sum up each pane's replies to a prompt: how they ended, their length, how alike they are",
    )  # fmt: skip
    ask.add_argument(
        "--logprobs",
        metavar="N",
        help="ask for each token's log-probability: off, `token` for that alone, or N alternatives to it too, up to 20",
    )
    add_timeout(ask)


def add_shift(commands: Any, panes: list[str], sets: list[str]) -> None:
    """Add `shift`."""
    commands.add_parser(
        "shift",
        help="how the reply of one model stands in the lists of the other, token by token",
        description="Ask one pane, let the model of another score its reply, and print where they part: unshifted (the"
        " other's first choice), marginal (its second or third), shifted (a later one), beyond its list, or unknown.",
        epilog=f"The reply is greedy unless --preset or --set says otherwise.\n\n{EXIT_HELP}",
        fill=lambda shift: _fill_shift(shift, panes, sets),
    )


def _fill_shift(shift: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    shift.set_defaults(of="", by="", frame="chat", alternatives=None, file=None)
    shift.add_argument(
        "text", metavar="PROMPT", help="the prompt; - reads it from standard input, less one final line break"
    )
    add_options(shift, panes, sets)
    add_json(shift, "one JSON object a line for every position, then a summary")
    shift.add_argument("--of", metavar="PANE", help="whose reply it is (default: the first chat pane)")
    shift.add_argument("--by", metavar="PANE", help="whose model scores it (default: the first completion pane)")
    shift.add_argument(
        "--frame", metavar="chat|qa|bare", help="what stands before the reply when it is scored (default: chat)"
    )
    shift.add_argument(
        "--alternatives", metavar="N", help="length of the lists (default: 20; embedded 1,000, and whole for the twins)"
    )
    shift.add_argument("--text", dest="file", metavar="FILE", help="score this file's text instead of a reply")
    add_timeout(shift)


def add_context(commands: Any, panes: list[str], sets: list[str]) -> None:
    """Add `context`."""
    commands.add_parser(
        "context",
        help="what is sent for a prompt, or was sent for a turn: requests, rendered prompts, who set what",
        description="Print for every pane the exact request, the prompt as the model reads it, the sampling and who set"
        " it, what is known of the model, and first what makes the panes less comparable than they look. No model is"
        " asked for a reply; servers are asked to render the prompt, and may load a model for it.",
        epilog="exit status: 0, 1 a server or session can't be used, 2 wrong usage, 130 interrupted",
        fill=lambda context: _fill_context(context, panes, sets),
    )


def _fill_context(context: argparse.ArgumentParser, panes: list[str], sets: list[str]) -> None:
    context.set_defaults(text=None, session=None, turn=None)
    context.add_argument(
        "text", metavar="PROMPT", nargs="?",
        help="the prompt; - reads it from standard input, less one final line break",
    )  # fmt: skip
    add_options(context, panes, sets)
    add_json(context, "one JSON object a line for every pane")
    context.add_argument(
        "--session", metavar="NAME", help="what a session kept, by its name, title or file; no server is asked"
    )
    context.add_argument("--turn", metavar="N", help="the session's turn (default: its last)")
    add_directory(context)
