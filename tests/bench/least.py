"""The least application in which one can type: what starting alignscope is measured against."""

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class Least(App[None]):
    """A text area and nothing else."""

    def compose(self) -> ComposeResult:
        """Fill the screen."""
        yield TextArea()


if __name__ == "__main__":
    Least().run()
