"""`alignscope lab init`: write a SPEC with comments. `alignscope lab claims`: list what it can be written for."""

import argparse
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.files.whole import write_whole
from alignscope.files.yaml_file import FileError
from alignscope.lab.claims import claim as claims
from alignscope.lab.spec import drafting
from alignscope.lab.spec.ladders import ladder
from alignscope.lab.spec.ladders.ladder import Stage
from alignscope.model.lineup.pane import LineupError, read_pane


def run(options: argparse.Namespace) -> int:
    """Write the file, say what to do with it, and return the exit status. Raises UsageError."""
    stages = _stages(options)
    try:
        name = options.file or (f"{options.claim}.yaml" if options.claim else "lab.yaml")
        text = (
            drafting.draft_for(claims.read(options.claim), stages or drafting.TWINS)
            if options.claim
            else drafting.draft(stages)
        )
    except FileError as error:
        raise UsageError(f"--claim: {error}") from error
    path = Path(name).expanduser()
    if path.exists() and not options.force:
        raise UsageError(f"{name} is there already; name another file, or replace it with --force")
    try:
        write_whole(path, [text.encode()])
    except OSError as error:
        raise UsageError(f"{name} can't be written: {error.strerror or error}; name another file") from error
    printing.out().line(f"Wrote {name}. {_next(name, text, stages)}")
    return Status.OK


def list_claims() -> int:
    """Print every claim with the comparisons that it takes, and return the exit status."""
    out = printing.out()
    for name in claims.names():
        claim = claims.read(name)
        takes = len(claim.parts)
        which = (
            "one comparison" if takes == 1 else f"{'all' if claim.decide == 'all' else 'any'} of {takes} comparisons"
        )
        out.line(f"{name:<9} {claim.says} (by {which})")
    out.line("")
    out.line("`alignscope lab init --claim NAME` writes the spec of a run that answers one: yes, no or can't tell.")
    return Status.OK


def _stages(options: argparse.Namespace) -> tuple[Stage, ...]:
    """Return who is asked; () where nobody says so."""
    named = [("base", options.base), ("instruct", options.instruct)]
    if options.ladder is not None:
        if any(text for _, text in named):
            raise UsageError("--ladder names the whole lineup, so --base and --instruct don't go with it")
        try:
            return ladder.read(options.ladder).stages
        except FileError as error:
            raise UsageError(f"--ladder: {error}") from error
    if not any(text for _, text in named):
        return ()
    for name, text in named:
        if not text:
            raise UsageError(f"--{name} is missing: a base model is compared with its twin, so name both or neither")
    base, aligned = (_stage(name, text) for name, text in named)
    return base, aligned


def _stage(option: str, text: str) -> Stage:
    name = "aligned" if option == "instruct" else option
    try:
        pane = read_pane(f"{name}={text}")
    except LineupError as error:
        raise UsageError(f"--{option}: {error}") from error
    return Stage(name=name, model=pane.model, server=pane.server or "")


def _next(name: str, text: str, stages: tuple[Stage, ...]) -> str:
    """Return what to do with a file."""
    if 'model: ""' in text:
        return f"Name the models that are left empty in its lineup; then `alignscope lab run {name}` runs it."
    twins = all(stage.model.startswith("twin:") for stage in stages)
    return f"`alignscope lab run {name}` runs it{' as it is' if twins else ''}."
