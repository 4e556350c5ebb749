"""Servers for commands of the lab."""

import argparse
import os
from collections.abc import Iterable

from alignscope.commands import UsageError
from alignscope.files import settings
from alignscope.files.settings.keys import key_variables
from alignscope.files.settings.model import Settings
from alignscope.files.settings.reader import server_url
from alignscope.model.lineup.pane import PaneRequest
from alignscope.run.servers import Servers


def servers_for(options: argparse.Namespace, chosen: Settings, panes: Iterable[PaneRequest]) -> Servers:
    """Return the servers that panes are asked on. Raises UsageError if the arguments name none rightly."""
    host = settings.host(options.host or "", chosen)
    try:
        host = server_url(host, chosen.servers) if host else ""
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Servers(host, key_variables(host, panes, chosen.servers, os.environ))
