"""API keys: which server gets the key in which environment variable."""

import re
from collections.abc import Iterable, Mapping

from alignscope.files.settings import API_KEY_VARIABLE
from alignscope.model.lineup.host import parse_host, public
from alignscope.model.lineup.pane import EMBEDDED, PaneRequest


def key_variables(
    host: str, panes: Iterable[PaneRequest], servers: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment variable for the key of each server that a person named, by its public URL.

    A server called NAME has one of its own. The general one goes to the default server, else to the only server of the
    panes. A server that only a session names is not among them, so it gets no key.

    Args:
        host: the URL of the default server; empty when nothing named one.
        panes: those on the command line, else the settings' lineup if it is used.
        servers: the URLs of the settings' servers, by name.
    """
    variables = {
        public(parse_host(url)): f"{API_KEY_VARIABLE}_{re.sub('[^A-Z0-9]', '_', name.upper())}"
        for name, url in servers.items()
    }
    named = {public(parse_host(pane.server)) for pane in panes if pane.server not in (None, EMBEDDED)}
    general = public(host) or (named.pop() if len(named) == 1 else "")
    if general and not environment.get(variables.get(general, "")):
        variables[general] = API_KEY_VARIABLE
    return variables
