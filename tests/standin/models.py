"""The models that the Ollama stand-in has, and what it tells of each."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

JINJA = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}"
INSTRUCT = "{{- range .Messages }}[INST] {{ .Content }} [/INST]{{ end }}"


@dataclass(frozen=True)
class Held:
    """One model on the stand-in."""

    name: str
    family: str = "llama"
    parameter_size: str = "7.2B"
    quantization: str = "Q4_0"
    template: str = INSTRUCT
    parameters: str = ""
    """The text block of /api/show."""
    system: str = ""
    """What its file says first, unless a chat does."""
    capabilities: tuple[str, ...] = ("completion",)
    size: int = 4_109_865_159
    context_length: int = 32768
    remote_host: str = ""
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """As the server gives it: hexadecimal, without the algorithm's name."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def details(self) -> dict[str, Any]:
        """The `details` object of a listing."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameter_size,
            "quantization_level": self.quantization,
        }

    def listed(self, version: tuple[int, ...]) -> dict[str, Any]:
        """The entry in /api/tags."""
        entry: dict[str, Any] = {
            "name": self.name,
            "model": self.name,
            "modified_at": "2026-11-01T12:00:00.123456789+01:00",
            "size": self.size,
            "digest": self.digest,
            "details": self.details,
        }
        if self.remote_host:
            entry |= {"remote_host": self.remote_host, "remote_model": self.name.partition(":")[0]}
        if version >= (0, 30):
            entry["capabilities"] = list(self.capabilities)
        return entry

    def shown(self, *, verbose: bool = False) -> dict[str, Any]:
        """The answer of /api/show, in which long lists are empty unless all is asked for."""
        answer: dict[str, Any] = {
            "modelfile": f"FROM {self.name}\nTEMPLATE {self.template}\n",
            "template": self.template,
            "details": self.details,
            "model_info": {
                "general.architecture": self.family,
                "general.parameter_count": 7241732096,
                f"{self.family}.block_count": 32,
                f"{self.family}.context_length": self.context_length,
                f"{self.family}.embedding_length": 4096,
                f"{self.family}.vocab_size": 32000,
                "tokenizer.ggml.tokens": [],
                **{
                    name: value if verbose or not isinstance(value, list) or len(value) <= _LONG else []
                    for name, value in self.info.items()
                },
            },
            "capabilities": list(self.capabilities),
            "modified_at": "2026-11-01T12:00:00.123456789+01:00",
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        if self.remote_host:
            answer |= {"remote_host": self.remote_host, "remote_model": self.name.partition(":")[0]}
        return answer


_LONG: Final = 5
"""Entries of the longest list that is shown as it is."""
RAW = "{{ .Prompt }}"
BASE = Held("mistral:text", template=RAW)
TUNED = Held(
    "mistral:instruct",
    parameters='stop                           "[INST]"\nstop                           "[/INST]"\n'
    "temperature                    0.7\n",
)
THINKER = Held("qwen3:0.6b", "qwen3", "751.63M", "Q4_K_M", JINJA, capabilities=("completion", "tools", "thinking"))

PAIR = (BASE, TUNED)
FOUR = (
    *PAIR,
    Held("mistral:sft", parameters='stop                           "</s>"\n'),
    Held("mistral:dpo", parameters="temperature                    0.3\n"),
)
MANY = (
    *PAIR,
    Held("llama3.2:1b-text-q4_K_M", "llama", "1.2B", "Q4_K_M", RAW, size=807_690_656),
    Held("llama3.2:1b-instruct-q4_K_M", "llama", "1.2B", "Q4_K_M", size=807_693_984),
    Held("qwen2.5:0.5b-base", "qwen2", "494.03M", "Q4_K_M", JINJA, size=397_807_936),
    Held("qwen2.5:0.5b", "qwen2", "494.03M", "Q4_K_M", size=397_821_319, capabilities=("completion", "tools")),
    THINKER,
    Held("nomic-embed-text:latest", "nomic-bert", "137M", "F16", RAW, capabilities=("embedding",), size=274_302_450),
    Held("gpt-oss:120b-cloud", "gptoss", "116.8B", "MXFP4", remote_host="https://ollama.com:443", size=384),
)
LONELY = (TUNED, THINKER)
SETS = {"pair": PAIR, "four": FOUR, "many": MANY, "lonely": LONELY, "none": ()}
