"""One worker runs the tests here: scipy and statsmodels take a second to load."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put a test into the group that is given to one worker."""
    item.add_marker(pytest.mark.xdist_group("scipy"))
