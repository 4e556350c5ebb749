"""Stand-ins for model servers on loopback sockets, with everything that can go wrong on request.

    async with Ollama() as server:
        server.script("mistral:text", "cut")        # or a Script of one's own
        ...
        assert not server.open_now()

By hand: `python -m tests.standin --port 11500 --models pair --rate 40 --fault mistral:text=stall`.
"""

from tests.standin.models import FOUR, LONELY, MANY, PAIR, Held
from tests.standin.ollama import Ollama
from tests.standin.openai import Flavour, OpenAIStyle
from tests.standin.replies.script import SCRIPTS, Fault, Script, Told
from tests.standin.web import Seen, Server

__all__ = [
    "FOUR",
    "LONELY",
    "MANY",
    "PAIR",
    "SCRIPTS",
    "Fault",
    "Flavour",
    "Held",
    "Ollama",
    "OpenAIStyle",
    "Script",
    "Seen",
    "Server",
    "Told",
]
