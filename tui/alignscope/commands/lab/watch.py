"""`alignscope lab watch`: a run in a screen, begun there or looked at."""

import argparse
from contextlib import suppress
from pathlib import Path

from alignscope.commands import Status, UsageError, printing
from alignscope.commands.line import arguments
from alignscope.commands.line.arguments import read_settings, whole
from alignscope.files.yaml_file import FileError
from alignscope.lab import manifest
from alignscope.lab.spec.file import MAX_CONCURRENCY
from alignscope.lab.watching.place import place_of
from alignscope.text.wording import counted


def run(options: argparse.Namespace) -> int:
    """Show the screen until the person leaves, and return the exit status. Raises UsageError."""
    whole("--concurrency", options.concurrency, 1, MAX_CONCURRENCY)
    chosen = read_settings()
    out = Path(options.out).expanduser() if options.out else None
    try:
        place = place_of(Path(options.file).expanduser(), chosen, out, _options(options))
    except FileError as error:
        raise UsageError(str(error)) from error
    arguments.need_terminal("the lab's screen", "`alignscope lab run` or `lab show`")
    launch = arguments.launch(options, chosen)
    from alignscope.ui.app import run as run_screen
    from alignscope.ui.screens.lab.screen import LabScreen

    status = run_screen(launch, lambda: LabScreen(*place))
    if place.begin and not status:
        _say_left(place.folder)
    return status or Status.OK


def _say_left(folder: Path) -> None:
    """Say what is left of a run that was begun on the screen."""
    with suppress(FileError):
        found = manifest.read(folder)
        if found is not None and found.ended:
            printing.notes().line(
                f"All {counted(found.rows, 'row')} are in {folder}; `lab show {folder}` prints figures."
            )
        elif found is not None:
            printing.notes().line(f"Rows are missing in {folder}; the same command goes on.")


def _options(options: argparse.Namespace) -> list[str]:
    """Return the options that the run has from here."""
    given = [("--host", options.host), ("--concurrency", options.concurrency)]
    found = [word for name, value in given if value is not None for word in (name, str(value))]
    return [*found, *(["--changed-models"] if options.changed_models else [])]
