"""What servers answer to the picker: one with models of every kind, one that is silent, and the embedded engine."""

from collections.abc import AsyncIterator

from alignscope.model.lineup.pane import EMBEDDED, Model
from alignscope.run.catalog import Listing

OLLAMA = "http://127.0.0.1:11434"
LISTINGS = (
    Listing(
        OLLAMA,
        "Ollama 0.32.15",
        (
            Model(
                name="llama3.2:1b-text-q4_K_M", server=OLLAMA, family="llama", parameter_size="1.2B",
                quantization="Q4_K_M", size=770_000_000, loaded=True, template="{{ .Prompt }}",
            ),
            Model(
                name="llama3.2:1b-instruct-q4_K_M", server=OLLAMA, family="llama", parameter_size="1.2B",
                quantization="Q4_K_M", size=808_000_000, loaded=False, template="{{ .Messages }}",
            ),
            Model(name="mystery:latest", server=OLLAMA, parameter_size="70.6B", size=42_520_000_000),
        ),
    ),
    Listing("http://10.0.0.9:8000", "http://10.0.0.9:8000", error="Nobody answers at 10.0.0.9:8000. Is vLLM running?"),
    Listing(EMBEDDED, "embedded llama.cpp", (Model(name="twin:text", server=EMBEDDED, size=3_000_000),)),
)  # fmt: skip


async def listings() -> AsyncIterator[Listing]:
    """All of them, one after another as servers answer."""
    for listing in LISTINGS:
        yield listing
