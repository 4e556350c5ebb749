"""The lab: many prompts to a lineup, kept as a folder of rows, and what they come to."""

from pathlib import Path
from typing import Final

TEMPLATE: Final = Path(__file__).with_name("spec") / "template.yaml"
"""What `lab init` writes."""
