import pytest
from protocol import Speaker, served


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A dashboard that is meant to be reached by strangers."""
    with served(tmp_path_factory.mktemp("library"), "--public") as server:
        yield server
        assert server.process.poll() is None, server.log


@pytest.fixture
def speaker(server):
    speaker = Speaker(server)
    yield speaker
    speaker.close()
