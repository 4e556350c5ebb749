"""The lab's screen opened from another one."""

import asyncio
from pathlib import Path
from typing import Any

from alignscope.files import settings
from alignscope.files.yaml_file import FileError
from alignscope.lab.watching.place import place_of
from alignscope.ui.screens.base.split import SplitScreen


async def open_lab(below: SplitScreen[Any], path: Path) -> None:
    """Open it over a screen, for a spec's file or the folder of a run; say there what is wrong with that."""
    try:
        place = await asyncio.to_thread(lambda: place_of(path, settings.load()))
    except FileError as error:
        below.show_notice(str(error), "error")
        return
    from alignscope.ui.screens.lab.screen import LabScreen

    below.app.push_screen(LabScreen(*place))
