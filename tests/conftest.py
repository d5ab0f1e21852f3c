"""What tests of the whole product share."""

from collections.abc import Iterator

import pytest

from tests.demo_fixture import put_demo
from tests.e2e.site import Site, start


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole product, served on a copy of the demo region of the module's own."""
    var = tmp_path_factory.mktemp("demo")
    put_demo(var)
    site = start(var)
    yield site
    site.stop()
