"""The third pane of the ablation: an aligned model asked as its base is, in raw text without a template."""

import msgspec

from alignscope.model.pane import MAX_PANES, Lineup, LineupError, Mode, Pane

_RAW = " raw"
_LONGEST = 40
"""Characters of a pane's name."""


def raw_twin(lineup: Lineup, here: str) -> tuple[Pane, Pane]:
    """Return a chat pane, and the pane that asks its model without a template.

    Args:
        here: name of the pane to take if it is in chat mode, else the first that is.

    Raises LineupError if there is none, if that pane is there already, or no room for it.
    """
    chats = [pane for pane in lineup if pane.mode is Mode.CHAT]
    if not chats:
        raise LineupError("No pane is in chat mode, whose model could be asked without its template.")
    chat = next((pane for pane in chats if pane.name == here), chats[0])
    for pane in lineup:
        if (pane.model, pane.server, pane.mode) == (chat.model, chat.server, Mode.COMPLETION):
            raise LineupError(f"{pane.name} is there already: it is {chat.model} without its template.")
    if len(lineup) >= MAX_PANES:
        raise LineupError(f"There is room for {MAX_PANES} panes.")
    names = {pane.name for pane in lineup}
    stem = chat.name[: _LONGEST - len(_RAW) - 2]
    free = (f"{stem}{_RAW}{number}" for number in ("", *(f" {each}" for each in range(2, MAX_PANES + 2))))
    name = next(name for name in free if name not in names)
    return chat, msgspec.structs.replace(chat, name=name, mode=Mode.COMPLETION, system="")
