"""Every screen but the first, by its name: `screens.HelpScreen`.

A screen's module is imported when it is first asked for. All of them together would take a third of the time to the
first frame, which needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alignscope.ui.screens.dialogs.system import SystemScreen as SystemScreen
    from alignscope.ui.screens.dialogs.text import TextScreen as TextScreen
    from alignscope.ui.screens.dialogs.verdict import VerdictScreen as VerdictScreen
    from alignscope.ui.screens.explorer.experiments import ExperimentsScreen as ExperimentsScreen
    from alignscope.ui.screens.help.screen import HelpScreen as HelpScreen
    from alignscope.ui.screens.library.export import export as export
    from alignscope.ui.screens.library.library import LibraryScreen as LibraryScreen
    from alignscope.ui.screens.library.turns import TurnsScreen as TurnsScreen
    from alignscope.ui.screens.models.picker import PickerScreen as PickerScreen
    from alignscope.ui.screens.models.pull import Offer as Offer
    from alignscope.ui.screens.models.pull import PullScreen as PullScreen
    from alignscope.ui.screens.replay.compare import CompareScreen as CompareScreen
    from alignscope.ui.screens.replay.screen import ReplayScreen as ReplayScreen
    from alignscope.ui.screens.themes import ThemesScreen as ThemesScreen
    from alignscope.ui.screens.themes import aside as aside

_MODULES: Final = {
    "CompareScreen": "replay.compare",
    "ExperimentsScreen": "explorer.experiments",
    "HelpScreen": "help.screen",
    "LibraryScreen": "library.library",
    "Offer": "models.pull",
    "PickerScreen": "models.picker",
    "PullScreen": "models.pull",
    "ReplayScreen": "replay.screen",
    "SystemScreen": "dialogs.system",
    "TextScreen": "dialogs.text",
    "ThemesScreen": "themes",
    "TurnsScreen": "library.turns",
    "VerdictScreen": "dialogs.verdict",
    "aside": "themes",
    "export": "library.export",
}


def __getattr__(name: str) -> Any:
    """Import a screen. Raises AttributeError for a name that isn't in the table."""
    if name not in _MODULES:
        raise AttributeError(f"no screen is called {name}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
